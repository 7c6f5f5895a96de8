"""The section Speed: rate and distortion in one figure against what they cost to compute."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.codecs.registry import CODECS
from core.errors import ModelError
from core.figures import datasets as charts
from core.learned.photos.complexity import Complexity
from core.metrics import FORMS
from core.publish.bibliography import BD_RATE
from core.rd.bdrate import bd_rate
from core.results.speed import Speed, speed
from dashboard.datasets.gathered import Entry, Gathered
from dashboard.datasets.sections import bd
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.take_home import take_home

ENCODE, DECODE, COUNT = "encode", "decode", "count"
COSTS = {ENCODE: "Encoding speed", DECODE: "Decoding speed", COUNT: "Multiplications"}
RATE, BD = "rate", "bd"
SIDE = Slot("ds_side", ENCODE)
FIGURE = Slot("ds_speed_figure", RATE)
_STEPS = 60  # of the slider


def controls(metric: str) -> None:
    """What is counted as cost, and how rate and distortion become one figure."""
    left, middle, right = st.columns([3, 2, 3], vertical_alignment="bottom")
    one_of("Cost", COSTS, SIDE, left)
    one_of("Against", {RATE: "Rate", BD: "BD-rate"}, FIGURE, middle)
    form, level = FORMS[metric], level_of(metric)
    low, high, _ = form.target
    level.begin()
    right.slider(
        f"At a mean {form.label} of",
        low,
        high,
        step=(high - low) / _STEPS,
        key=level.key,
        persist_state="session",
    )


def draw(shown: Gathered) -> None:
    """One point for each codec that reaches the chosen quality."""
    level = level_of(shown.metric).value
    found = _speeds(shown, level)
    quality = f"{level:g} {shown.unit}".strip()
    if not found:
        st.info(f"None of the codecs shown has a mean {shown.quality} of {quality} in its range.")
        return
    counted = {entry.label: complexity_of(entry.codec) for entry, _ in found}
    _draw_chart(shown, found, counted, quality)
    rows = [_row(entry, times, counted[entry.label]) for entry, times in found]
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="stretch", key="ds_complexity")
    take_home("ds_costs", "speed-table", rows=lambda: rows, sources=shown.sources())
    st.caption(
        f"At {quality}. Speeds are medians over the pictures, one thread per process, with all "
        "processes of the sweep at work at once: compare codecs with each other, not with another "
        "machine. Low and right is best; for multiplications, low and left. Codecs that do not "
        "reach the quality are left out. kMAC: thousand multiplications with their additions, "
        "counted for learned codecs; the search of an encoder runs the transforms many times more."
    )


def complexity_of(codec: str) -> Complexity | None:
    """What the codec costs a pixel, where it is known here and has been counted."""
    try:
        return CODECS[codec].complexity() if codec in CODECS else None
    except ModelError:
        return None


def _speeds(shown: Gathered, level: float) -> list[tuple[Entry, Speed]]:
    found = []
    for entry in shown.entries:
        if shown.curve(entry) is None:
            continue
        images = shown.images_of(entry)
        times = speed(entry.results, entry.codec, level, shown.metric, images)
        if times is not None:
            found.append((entry, times))
    return found


def _draw_chart(
    shown: Gathered,
    found: list[tuple[Entry, Speed]],
    counted: Mapping[str, Complexity | None],
    quality: str,
) -> None:
    side = SIDE.value
    title = "kMAC per pixel, decoding" if side == COUNT else charts.SPEED_TITLES[side]
    heights, rate = _bd_rates(shown) if FIGURE.value == BD else ({}, f"Rate at {quality}, bpp")
    points = []
    for entry, times in found:
        cost = counted[entry.label]
        if side == COUNT:
            x = cost.decode if cost else None
        else:
            x = times.megapixels_per_second(side)
        y = heights.get(entry.label) if FIGURE.value == BD else times.bpp
        if x is not None and y is not None:
            points.append((entry.drawn(), x, y))
    if points:
        fig = charts.complexity(points, title, rate)
        keys = (BD_RATE,) if FIGURE.value == BD else ()
        show_chart(fig, "ds_speed", "speed", shown.sources(*keys))
    elif side == COUNT:
        st.info("Multiplications are counted for learned codecs; none is shown at this quality.")
    else:
        st.info("There is no BD-rate: it compares at least two codecs over a shared range.")


def _bd_rates(shown: Gathered) -> tuple[dict[str, float], str]:
    """(label -> BD-rate in percent, the axis's title); the anchor stands at 0."""
    curves = bd.all_curves(shown)
    anchor = bd.anchor_of(list(curves))
    heights = {}
    for label, curve in curves.items():
        result = bd_rate(curves[anchor].points, curve.points)
        if result.percent is not None:
            heights[label] = result.percent
    return heights | {anchor: 0.0}, f"BD-rate ({shown.quality}) against {anchor}, %"


def _row(entry: Entry, times: Speed, cost: Complexity | None) -> dict[str, str]:
    return {
        "Codec": entry.label,
        "Rate, bpp": f"{times.bpp:.3f}",
        "Encode, MP/s": f"{times.megapixels_per_second(ENCODE):.3g}",
        "Decode, MP/s": f"{times.megapixels_per_second(DECODE):.3g}",
        "kMAC a pixel, encode": f"{cost.encode:.1f}" if cost else "",
        "kMAC a pixel, decode": f"{cost.decode:.1f}" if cost else "",
        "Parameters": f"{cost.parameters / 1e6:.2f} M" if cost else "",
    }


def level_of(metric: str) -> Slot[float]:
    """The quality at which rates are compared, one for each measure."""
    return Slot(f"ds_level_{metric}", FORMS[metric].target[2])
