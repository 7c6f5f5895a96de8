"""The chosen codecs' results on the picture: obtained from the engine, shown in the viewer and in a table."""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core import metrics
from core.codecs.base import Codec
from core.images import Picture
from core.metrics import FORMS, MEASURES, QUICK
from core.rd.match import Match
from core.rd.measure import Measured, RDPoint
from dashboard import warmup
from dashboard.compare.choice import Choice
from dashboard.engine import MATCH, SHOWN, Failure, engine
from dashboard.ui.text import decibel, plain, seconds_text, size_text
from dashboard.ui.theme import colour
from dashboard.ui.viewer import Panel, png_bytes, viewer


@dataclass(frozen=True)
class Result:
    """One codec's state: its measurement, or why there is none (`problem`), or neither while it is being computed."""

    codec: Codec
    measured: Measured | None = None
    problem: str = ""
    note: str = ""


def results(owner: str, picture: Picture, chosen: Choice) -> list[Result]:
    """What is known now of each chosen codec; what is not known is being computed."""
    return [_result(owner, picture, codec, chosen) for codec in chosen.codecs]


def count_missing(shown: list[Result]) -> int:
    """How many results are still being computed."""
    return sum(r.measured is None and not r.problem for r in shown)


def _result(owner: str, picture: Picture, codec: Codec, chosen: Choice) -> Result:
    note = ""
    if chosen.mode == "own":
        found = engine().point(
            owner, picture, codec, codec.setting.check(chosen.own[codec.name]), MATCH
        )
    else:
        name, target = (
            ("bytes", chosen.budget) if chosen.mode == "size" else (chosen.measure, chosen.target)
        )
        found = engine().match(owner, picture, codec, name, target)
        if isinstance(found, Match):
            note = _match_note(found, name)
            found = found.measured
    if found is None:
        return Result(codec)
    if isinstance(found, Failure):
        return Result(codec, problem=found.reason)
    if warmup.ready():  # before that, a worker would sit and wait for TensorFlow
        full = engine().full(owner, picture, codec, found.point.setting, SHOWN)
        found = full if isinstance(full, Measured) else found
    return Result(codec, found, note=note)


def _match_note(match: Match, name: str) -> str:
    if name == "bytes":
        if match.met:
            return (
                f"{-match.error:.1%} below the budget" if match.error < -0.0005 else "at the budget"
            )
        return f"cannot be this small: {match.error:+.0%} over the budget"
    form = FORMS[name]
    reached = match.measured.point.quality(name)
    if match.met:
        above = f"{abs(reached - match.target):.{form.decimals}f} {form.unit}".strip()
        return f"{above} above the target"
    return f"cannot reach the target: {reached:.{form.decimals}f} {form.unit} at most".replace(
        "  ", " "
    )


@st.cache_data(max_entries=48, show_spinner=False)
def decoded_png(sha256: str, codec: str, value: float, _codec: Codec, _data: bytes) -> bytes:
    """The picture in a file as PNG, kept by content, codec and setting."""
    return png_bytes(_codec.decode(_data))


@st.cache_data(max_entries=8, show_spinner=False)
def original_png(sha256: str, _picture: Picture) -> bytes:
    """The original as PNG, kept by content."""
    return png_bytes(_picture.image)


def picture_of(picture: Picture, result: Result) -> bytes:
    """A result's reconstruction as PNG."""
    return decoded_png(
        picture.sha256,
        result.codec.name,
        result.measured.point.setting,
        result.codec,
        result.measured.data,
    )


def show_viewer(picture: Picture, shown: list[Result]) -> None:
    """The viewer: the original and every result that is there."""
    panels = [
        Panel(
            "original",
            "Original",
            f"{picture.width} × {picture.height} px, uncompressed",
            original_png(picture.sha256, picture),
            "#8b95a3",
        )
    ]
    for r in shown:
        if r.measured is not None:
            p = r.measured.point
            caption = f"{size_text(p.bytes)} · {p.bpp:.3f} bpp · {decibel(p.measures['psnr'])}"
            panels.append(
                Panel(
                    r.codec.name,
                    r.codec.info.title,
                    caption,
                    picture_of(picture, r),
                    colour(r.codec.name),
                )
            )
    keys = [p.key for p in panels]
    viewer(
        panels,
        key="compare_viewer",
        height=600,
        left=keys[1] if len(keys) > 2 else keys[0],
        right=keys[-1],
    )


def show_table(picture: Picture, shown: list[Result]) -> None:
    """One line a codec: rate, every measure, times, options."""
    absent = metrics.absent(picture.height, picture.width)
    frame = pd.DataFrame([_row(r, absent) for r in shown])
    colours = {r.codec.info.title: colour(r.codec.name) for r in shown}
    styled = frame.style.map(
        lambda title: f"color: {colours[title]}; font-weight: 600", subset=["Codec"]
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    st.dataframe(
        styled,
        width="stretch",
        hide_index=True,
        column_config={
            "Bytes": number(format="localized", help="Length of the whole file."),
            "bpp": number(format="%.4f"),
            "Ratio": number(
                format="%.1f", help="Bytes of the raw 24-bit picture for one byte of the file."
            ),
            **_columns(),
            "Encode": text(help="Wall-clock, once, on this machine while it does other work."),
            "Options": text(width="large"),
        },
    )
    for reason in absent.values():
        st.caption(f":material/info: {reason}")
    for r in shown:
        if r.problem:
            st.warning(f"**{r.codec.info.title}**: {plain(r.problem)}", icon=":material/block:")


def _row(r: Result, absent: dict[str, str]) -> dict:
    row = {"Codec": r.codec.info.title}
    if r.measured is None:
        return row | {"Status": "not possible" if r.problem else "computing …"}
    p: RDPoint = r.measured.point
    return row | {
        "Status": r.note or "own setting",
        "Setting": f"{r.codec.setting.name} {p.setting:.4g} {r.codec.setting.unit}".strip(),
        "Bytes": p.bytes,
        "bpp": p.bpp,
        "Ratio": p.ratio,
        **_figures(p, absent),
        "Encode": seconds_text(p.encode_s),
        "Decode": seconds_text(p.decode_s),
        "Options": ", ".join(f"{k} {v}" for k, v in r.codec.info.options.items()),
    }


def _columns() -> dict[str, Any]:
    """How the table shows the measures: quick ones as numbers that sort, the others as text, which may say "not there yet"."""
    columns: dict[str, Any] = {}
    for name, measure in MEASURES.items():
        told = f"{measure.meaning} {'Less' if measure.better == 'low' else 'More'} is better."
        if name in QUICK:
            shape = f"%.{measure.decimals}f"
            columns[name] = st.column_config.NumberColumn(measure.label, format=shape, help=told)
            continue
        columns[name] = st.column_config.TextColumn(measure.label, help=told)
        if measure.form is not None and measure.form.changed:
            columns[f"{name}_form"] = st.column_config.TextColumn(measure.form.label, help=told)
    return columns


def _figures(point: RDPoint, absent: dict[str, str]) -> dict[str, float | str | None]:
    """Column -> figure of every measure, and its form where that is another number."""
    cells: dict[str, float | str | None] = {}
    for name, measure in MEASURES.items():
        value = point.measures.get(name)
        if name in QUICK:
            cells[name] = value if value is not None and math.isfinite(value) else None
            continue
        form = measure.form
        if form is not None and form.changed:
            cells[f"{name}_form"] = _late(point.quality(name), name in absent, form.decimals)
        cells[name] = _late(value, name in absent, measure.decimals)
    return cells


def _late(value: float | None, absent: bool, digits: int) -> str:
    """A figure that may not be there yet, or never for this picture."""
    if value is not None:
        return f"{value:.{digits}f}"
    return "–" if absent else "…"
