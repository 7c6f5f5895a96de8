"""What is shown of the runs as one self-contained HTML file."""

import html
from datetime import UTC, datetime

import plotly.io

from core.figures import datasets as charts
from core.figures.datasets import Drawn
from core.metrics import FORMS
from core.rd.bdrate import bd_rate
from core.results.curves import Curve
from dashboard.datasets.gathered import Entry, Gathered
from dashboard.datasets.sections import bd, published

_COLUMNS = ("codec", "BD-rate", "at equal rate", "compared over", "remark")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>RD Explorer – {title}</title><style>
body {{font: 15px/1.5 system-ui, sans-serif; max-width: 1200px; margin: 2rem auto;
  padding: 0 1rem; color: #1c2430}}
table {{border-collapse: collapse; font-variant-numeric: tabular-nums}}
td, th {{padding: .35rem .8rem; border-bottom: 1px solid #d9dfe7; text-align: right}}
td:first-child, th:first-child {{text-align: left}}
small {{color: #5a6675}} .wide {{overflow-x: auto}}</style>
<h1>RD Explorer</h1><p><b>{title}</b>, {images} pictures. {warning}</p>{chart}
<h2>BD-rate against {anchor}</h2><div class="wide">{table}</div>
<h2>Made with</h2><ul>{made}</ul>
<p><small>{when}. Means at constant setting; a rate is the length of the whole file.</small></p>
</html>"""


def report(shown: Gathered) -> str:
    """Curves, BD-rates against the anchor, options and versions of everything."""
    curves = bd.all_curves(shown)
    anchor = bd.anchor_of(list(curves))
    names = dict.fromkeys(entry.run.name for entry in shown.entries)
    return _PAGE.format(
        title=html.escape(", ".join(names)),
        images=len(shown.images) or "different",
        warning=html.escape(shown.warning),
        chart=_chart(shown, curves),
        anchor=html.escape(anchor),
        table=_table(shown, curves, anchor),
        made="".join(f"<li>{html.escape(line)}</li>" for line in _made(shown)),
        when=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def _chart(shown: Gathered, curves: dict[str, Curve]) -> str:
    drawn = [
        Drawn(entry.label, entry.codec, entry.number, curves[entry.label])
        for entry in shown.entries
        if entry.label in curves
    ]
    others = published.curves(shown.metric)
    fig = charts.curves(drawn, others, shown.quality, log_rate=False, quartiles=False)
    fig.update_layout(template="plotly_white")
    text: str = plotly.io.to_html(fig, include_plotlyjs=True, full_html=False)
    return text


def _table(shown: Gathered, curves: dict[str, Curve], anchor: str) -> str:
    form = FORMS[shown.metric]
    rows = ["".join(f"<th>{name}</th>" for name in _COLUMNS)]
    for label, curve in curves.items():
        if label == anchor:
            continue
        result = bd_rate(curves[anchor].points, curve.points)
        cells = (label, *bd.bd_texts(result, form, digits=2), result.reason)
        rows.append("".join(f"<td>{html.escape(cell)}</td>" for cell in cells))
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def _made(shown: Gathered) -> list[str]:
    """Each run's date, machine and versions; each codec's options; each published source."""
    lines = []
    for entry in {entry.run.id: entry for entry in shown.entries}.values():
        lines += _made_run(entry)
    others = published.curves(shown.metric)
    return lines + [f"{curve.name}, published: {curve.source}" for curve in others]


def _made_run(entry: Entry) -> list[str]:
    head = entry.results.header
    created = head.get("created", "unknown date")
    machine = head.get("machine", {}).get("processor", "")
    lines = [f"{entry.run.name}: {created}, {machine}, {_listed(head.get('versions', {}))}"]
    for codec, facts in head.get("codecs", {}).items():
        lines.append(f"{facts.get('title', codec)}: {_listed(facts.get('options', {}))}")
    return lines


def _listed(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())
