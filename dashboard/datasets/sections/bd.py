"""The section BD-rate: against one anchor, over quality, all against all, picture by picture."""

import pandas as pd
import streamlit as st

from core.figures import datasets as charts
from core.figures.datasets import Drawn
from core.metrics import FORMS, Form
from core.publish.bibliography import BD_RATE
from core.rd.bdrate import BDResult
from core.results import analysis
from core.results.curves import Curve
from dashboard.datasets.gathered import Entry, Gathered
from dashboard.datasets.sections import pictures, published
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot
from dashboard.ui.take_home import take_home
from dashboard.ui.text import signed

ANCHOR = Slot("ds_anchor", "")
_PUBLISHED_DASH = 2

Matrix = dict[tuple[str, str], BDResult]


def draw(shown: Gathered) -> None:
    """BD-rates of everything that has a curve."""
    curves = all_curves(shown)
    if not shown.images or len(curves) < 2:
        st.info(shown.warning or "BD-rate compares at least two codecs.")
        return
    anchor = _choose_anchor(list(curves))
    found = analysis.matrix(curves)
    _show_table(shown, anchor, found)
    published.warn(shown.metric)
    entries = {entry.label: entry for entry in shown.entries if entry.label in curves}
    _show_differences(shown, curves, entries, anchor)
    with st.expander("All against all"):
        _show_matrix(list(curves), found)
    if not shown.live and anchor in entries and len(entries) > 1:
        pictures.draw(shown, entries, anchor)


def all_curves(shown: Gathered) -> dict[str, Curve]:
    """Label -> mean curve, of the runs' codecs and then of published curves."""
    curves = {}
    for entry in shown.entries:
        curve = shown.curve(entry)
        if curve is not None:
            curves[entry.label] = curve
    others = published.curves(shown.metric)
    return curves | {f"{curve.name} (published)": curve for curve in others}


def anchor_of(labels: list[str]) -> str:
    """The chosen anchor, or the first JPEG, or the first of all."""
    if ANCHOR.value in labels:
        return ANCHOR.value
    return next((label for label in labels if label.startswith("JPEG")), labels[0])


def bd_texts(result: BDResult, form: Form, digits: int = 1) -> tuple[str, str, str]:
    """BD-rate, gain at equal rate, and the range compared, as text."""
    compared = "–"
    if result.overlap:
        low, high = result.overlap
        compared = f"{low:.2f} to {high:.2f} {form.unit}".strip()
    gain = signed(result.gain, form.unit, form.decimals)
    return signed(result.percent, "%", digits), gain, compared


def _choose_anchor(labels: list[str]) -> str:
    ANCHOR.set(anchor_of(labels))
    st.selectbox("Anchor", labels, key=ANCHOR.key, persist_state="session")
    return ANCHOR.value


def _show_table(shown: Gathered, anchor: str, found: Matrix) -> None:
    rows = [
        _row(label, result, FORMS[shown.metric])
        for (against, label), result in found.items()
        if against == anchor
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="ds_bd_table")
    take_home("ds_bd", "bd-rates", rows=lambda: rows, sources=shown.sources(BD_RATE))
    st.caption(
        f"Mean difference in bits at equal {shown.quality}; negative: fewer bits than {anchor}. "
        "Piecewise cubic interpolation (pchip) of the Pareto fronts, over the range of quality "
        "that both curves reach. A small shared range says little."
    )


def _row(label: str, result: BDResult, form: Form) -> dict[str, str]:
    rate, gain, compared = bd_texts(result, form)
    return {
        "Codec": label,
        "BD-rate": rate,
        "At equal rate": gain,
        "Compared over": compared,
        "Share of both ranges": f"{result.covered:.0%}",
        "Remark": f"Undefined: {result.reason}" if result.reason else "",
    }


def _show_differences(
    shown: Gathered, curves: dict[str, Curve], entries: dict[str, Entry], anchor: str
) -> None:
    """Where on the curve the differences are."""
    lines = []
    for label, curve in curves.items():
        if label == anchor:
            continue
        known = entries.get(label)
        drawn = known.drawn() if known else Drawn(label, label, _PUBLISHED_DASH)
        lines.append((drawn, *analysis.relative_difference(curves[anchor], curve)))
    fig = charts.differences(lines, anchor, shown.quality)
    show_chart(fig, "ds_difference", "difference", shown.sources(BD_RATE))
    st.caption("BD-rate is one number for a whole curve; this is where it comes from.")


def _show_matrix(labels: list[str], found: Matrix) -> None:
    """Each row against each column as the anchor, and the reasons where there is no figure."""
    rows = []
    for test in labels:
        row = {"Against →": test}
        for anchor in labels:
            result = found.get((anchor, test))
            row[anchor] = signed(result.percent, "%") if result else ""
        rows.append(row)
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="ds_matrix")
    for (anchor, test), result in found.items():
        if result.reason:
            st.caption(f":material/info: {test} against {anchor}: {result.reason}")
