"""The BD-rates of the shown picture's curves, against an anchor that the person chooses."""

import streamlit as st

from core.codecs.base import Codec
from core.figures.palette import colour
from core.metrics import FORMS, Form
from core.rd.bdrate import BDResult, bd_rate
from dashboard.measured_curves import Curves
from dashboard.ui.tables import codec_table
from dashboard.ui.text import signed


def choose_anchor(codecs: tuple[Codec, ...]) -> str:
    """The codec that the others are compared with: the person's choice."""
    ss = st.session_state
    titles = {codec.name: codec.info.title for codec in codecs}
    if ss.cmp_anchor not in titles:
        ss.cmp_anchor = codecs[0].name
    left, right = st.columns(2)
    left.selectbox(
        "Anchor",
        list(titles),
        format_func=titles.__getitem__,
        key="cmp_anchor",
        persist_state="session",
    )
    form = FORMS[_quality()]
    right.caption(
        f"Mean difference of bytes at equal quality ({form.label}), on this one picture. Negative: "
        "fewer bytes than the anchor. Piecewise cubic (pchip) over the Pareto front, where the "
        "curves overlap (share of both ranges)."
    )
    return ss.cmp_anchor


def _quality() -> str:
    return st.session_state.cmp_y if st.session_state.cmp_y in FORMS else "psnr"


def show(codecs: tuple[Codec, ...], anchor: str, curves: Curves) -> None:
    """BD-rate of each codec against the anchor, with the overlap or why it is undefined."""
    quality = _quality()
    points = {
        name: ([p.bpp for p in found], [_or_nan(p.quality(quality)) for p in found])
        for name, found in curves.points.items()
    }
    grids = {codec.name: len(codec.setting.grid) for codec in codecs}
    whole = {
        name
        for name, found in curves.points.items()
        if len(found) == grids[name] or name in curves.problems
    }
    rows = []
    others = [codec for codec in codecs if codec.name != anchor]
    for codec in others:
        if {anchor, codec.name} <= whole:
            result = bd_rate(points[anchor], points[codec.name])
        else:
            result = BDResult(reason="the curves are not complete yet.")
        rows.append({"Codec": codec.info.title} | _row(result, FORMS[quality]))
    if not any(row["Remark"] for row in rows):
        for row in rows:
            del row["Remark"]
    codec_table(rows, [colour(codec.name) for codec in others], name="BD-rates of the codecs")


def _row(result: BDResult, form: Form) -> dict[str, str]:
    over = "–"
    if result.overlap:
        low, high = result.overlap
        over = f"{low:.1f} to {high:.1f} ({result.covered:.0%})"
    return {
        "BD-rate": signed(result.percent, "%"),
        "At equal rate": signed(result.gain, form.unit, form.decimals),
        "Compared over": over,
        "Remark": f"Undefined: {result.reason}" if result.reason else "",
    }


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
