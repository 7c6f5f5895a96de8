"""The comparison as one self-contained HTML file: pictures, table, chart, and what made the
figures.
"""

import base64
import html as escape
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

import plotly.io

from core import metrics
from core.figures.palette import colour
from core.figures.rd import rd_chart
from core.images import Picture
from core.rd.measure import RDPoint
from dashboard.compare.choice import AXES
from dashboard.compare.results import Result
from dashboard.ui.text import decibel

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>RD Explorer – {title}</title><style>
body {{font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem;
  color: #1c2430}}
table {{border-collapse: collapse; font-variant-numeric: tabular-nums}}
td, th {{padding: .35rem .8rem; border-bottom: 1px solid #d9dfe7; text-align: right}}
td:first-child, th:first-child {{text-align: left}}
.grid {{display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(340px, 1fr))}}
figure {{margin: 0}} img {{max-width: 100%; image-rendering: pixelated}}
figcaption, small {{color: #5a6675}} .wide {{overflow-x: auto}}</style>
<h1>RD Explorer</h1>
<p><b>{title}</b>, {width} × {height} pixels. SHA-256 of the pixels: <code>{sha}</code></p>
<div class="wide">{table}</div>{chart}
<div class="grid">{pictures}</div><h2>Made with</h2><ul>{made}</ul>
<p><small>{when}. A rate is the length of the whole file; PSNR is over R, G and B;
pictures are embedded without loss.</small></p>
</html>"""


def header(shown: Sequence[Result]) -> dict:
    """Versions and options behind the figures."""
    return {
        "program": "RD Explorer",
        "python": platform.python_version(),
        "machine": platform.machine(),
        "codecs": {r.codec.name: r.codec.info.options for r in shown},
    }


def html(
    picture: Picture,
    original: bytes,
    shown: Sequence[Result],
    curves: dict[str, list[RDPoint]],
) -> str:
    """The report. `original` is the picture as PNG."""
    titles = {r.codec.name: r.codec.info.title for r in shown}
    chart = rd_chart(
        {n: c for n, c in curves.items() if n in titles},
        titles,
        "psnr",
        AXES["psnr"],
        {r.codec.name: r.point for r in shown},
        hull=True,
    )
    chart.update_layout(template="plotly_white")
    figures = [_figure("Original", "", original)]
    figures += [
        _figure(
            r.codec.info.title,
            f"{r.point.bytes:,} bytes · {decibel(r.point.measures['psnr'])}",
            r.png(),
        )
        for r in shown
    ]
    made = [f"Python {platform.python_version()} on {platform.machine()}"]
    made += [
        f"{r.codec.info.title}: " + ", ".join(f"{k} {v}" for k, v in r.codec.info.options.items())
        for r in shown
    ]
    return _PAGE.format(
        title=escape.escape(picture.name),
        width=picture.width,
        height=picture.height,
        sha=picture.sha256,
        table=_table(shown),
        chart=plotly.io.to_html(chart, include_plotlyjs=True, full_html=False),
        pictures="".join(figures),
        made="".join(f"<li>{escape.escape(m)}</li>" for m in made),
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _table(shown: Sequence[Result]) -> str:
    measures = [n for n in metrics.NAMES if any(n in r.point.measures for r in shown)]
    names = ["codec", "setting", "bytes", "bpp", *(metrics.MEASURES[n].label for n in measures)]
    rows = []
    for r in shown:
        p = r.point
        values = [f"{p.setting:.4g}", f"{p.bytes:,}", f"{p.bpp:.4f}"]
        for name in measures:
            value = p.measures.get(name)
            values.append("–" if value is None else f"{value:.4f}")
        cells = "".join(f"<td>{v}</td>" for v in values)
        title = escape.escape(r.codec.info.title)
        name = f'<td style="color:{colour(r.codec.name)};font-weight:600">{title}</td>'
        rows.append(f"<tr>{name}{cells}</tr>")
    return f"<table><tr>{''.join(f'<th>{n}</th>' for n in names)}</tr>{''.join(rows)}</table>"


def _figure(title: str, caption: str, png: bytes) -> str:
    data = base64.b64encode(png).decode()
    title, caption = escape.escape(title), escape.escape(caption)
    return (
        f'<figure><img src="data:image/png;base64,{data}" alt="{title}">'
        f"<figcaption><b>{title}</b> {caption}</figcaption></figure>"
    )
