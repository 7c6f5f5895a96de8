"""Taking a sweep away: results as JSON and CSV, curves for CompressAI's plot, and one self-contained HTML report."""

import html
import io
import json
import zipfile
from datetime import UTC, datetime

import plotly.io
import streamlit as st

from core import results as files
from core.errors import DataError
from core.metrics import FORMS
from core.results import analysis
from core.results import published as curves_out
from dashboard.datasets import charts, published
from dashboard.datasets.charts import Drawn
from dashboard.datasets.choice import Entry, Shown
from dashboard.ui.text import signed

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>RD Explorer – {title}</title><style>
body {{font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto; padding: 0 1rem; color: #1c2430}}
table {{border-collapse: collapse; font-variant-numeric: tabular-nums}}
td, th {{padding: .35rem .8rem; border-bottom: 1px solid #d9dfe7; text-align: right}}
td:first-child, th:first-child {{text-align: left}} small {{color: #5a6675}} .wide {{overflow-x: auto}}</style>
<h1>RD Explorer</h1><p><b>{title}</b>, {images} pictures. {warning}</p>{chart}
<h2>BD-rate against {anchor}</h2><div class="wide">{bd}</div>
<h2>Made with</h2><ul>{made}</ul>
<p><small>{when}. Means at constant setting; a rate is the length of the whole file.</small></p></html>"""


def show(shown: Shown, live: bool) -> None:
    """The buttons."""
    by_run = {e.run.id: e for e in shown.entries}
    for entry in by_run.values():
        codecs = [e.codec for e in shown.entries if e.run.id == entry.run.id]
        stem = _stem(entry.run.name)
        with st.container(border=True):
            st.markdown(f"**{entry.run.name}** · {len(entry.results.records):,} records")
            columns = st.columns(3)
            _button(
                columns[0],
                "Results (.json)",
                lambda e=entry: _results(e),
                f"{stem}.json",
                "application/json",
                f"{stem}_json",
            )
            _button(
                columns[1],
                "Records (.csv)",
                lambda e=entry: files.to_csv(e.results.records),
                f"{stem}.csv",
                "text/csv",
                f"{stem}_csv",
            )
            _button(
                columns[2],
                "For CompressAI's plot (.zip)",
                lambda e=entry, c=codecs: compressai_zip(shown, e, c),
                f"{stem}_compressai.zip",
                "application/zip",
                f"{stem}_zip",
            )
    _button(
        st,
        "Report (one HTML file)",
        lambda: report(shown),
        "rd_explorer_report.html",
        "text/html",
        "report",
    )
    st.caption(
        "The results file is what `python -m core bdrate` reads. The zip holds one JSON file per codec in CompressAI's "
        "form, with PSNR and MS-SSIM over R, G and B."
    )


def _button(place, label: str, data, name: str, mime: str, key: str) -> None:
    place.download_button(
        label, data, name, mime, key=f"ds_dl_{key}", width="stretch", on_click="ignore"
    )


def _stem(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:60]


def _results(entry: Entry) -> str:
    return json.dumps(
        {"header": entry.results.header, "records": entry.results.records}, allow_nan=False
    )


def compressai_zip(shown: Shown, entry: Entry, codecs: list[str]) -> bytes:
    """One JSON file per codec, over the pictures that are shown."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for codec in codecs:
            try:
                curve = curves_out.to_compressai(entry.results, codec, shown.images or None)
            except DataError:
                continue
            archive.writestr(f"{codec}.json", json.dumps(curve, indent=2, allow_nan=False))
    return out.getvalue()


def report(shown: Shown) -> str:
    """The HTML report: curves, BD-rates against the anchor, options and versions of everything."""
    drawn, everything = [], {}
    for e in shown.entries:
        try:
            everything[e.label] = analysis.mean_curve(
                e.results, e.codec, shown.metric, shown.images_of(e)
            )
        except DataError:
            continue
        drawn.append(Drawn(e.label, e.codec, e.number, everything[e.label]))
    others = published.curves(shown.metric)
    everything |= {f"{c.name} (published)": c for c in others}
    chart = charts.curves(drawn, others, shown.quality, False, False)
    chart.update_layout(template="plotly_white")
    anchor = (
        st.session_state.get("ds_anchor")
        if st.session_state.get("ds_anchor") in everything
        else next(iter(everything))
    )
    names = ("codec", "BD-rate", "at equal rate", "compared over", "remark")
    form = FORMS[shown.metric]
    rows = []
    for label, curve in everything.items():
        if label == anchor:
            continue
        r = analysis.bd_rate(everything[anchor].points, curve.points)
        cells = (
            label,
            signed(r.percent, "%", 2),
            signed(r.gain, form.unit, form.decimals),
            f"{r.overlap[0]:.2f} to {r.overlap[1]:.2f} {form.unit}" if r.overlap else "–",
            r.reason,
        )
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in cells) + "</tr>")
    table = f"<table><tr>{''.join(f'<th>{n}</th>' for n in names)}</tr>{''.join(rows)}</table>"
    return _PAGE.format(
        title=html.escape(", ".join(dict.fromkeys(e.run.name for e in shown.entries))),
        images=len(shown.images) or "different",
        warning=html.escape(shown.warning),
        anchor=html.escape(anchor),
        bd=table,
        made="".join(_made(shown)),
        chart=plotly.io.to_html(chart, include_plotlyjs=True, full_html=False),
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _made(shown: Shown) -> list[str]:
    """List items: each run's date, machine and versions; each codec's options; each published curve's source."""
    lines = []
    for e in {e.run.id: e for e in shown.entries}.values():
        head = e.results.header
        versions = ", ".join(f"{k} {v}" for k, v in head.get("versions", {}).items())
        machine = head.get("machine", {}).get("processor", "")
        lines.append(f"{e.run.name}: {head.get('created', 'unknown date')}, {machine}, {versions}")
        for codec, facts in head.get("codecs", {}).items():
            options = ", ".join(f"{k} {v}" for k, v in facts.get("options", {}).items())
            lines.append(f"{facts.get('title', codec)}: {options}")
    lines += [f"{c.name}, published: {c.source}" for c in published.curves(shown.metric)]
    return [f"<li>{html.escape(line)}</li>" for line in lines]
