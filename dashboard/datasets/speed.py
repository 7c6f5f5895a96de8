"""The section Speed: time per megapixel against the rate that one quality takes."""

import streamlit as st

from core.figures import datasets as charts
from core.figures.datasets import Drawn
from core.metrics import FORMS
from core.results.speed import Speed, speed
from dashboard.datasets.gathered import Gathered
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot, one_of

SIDE = Slot("ds_side", "encode")
_STEPS = 60  # of the slider


def controls(metric: str) -> None:
    """Encode or decode, and the quality at which rates are compared."""
    left, right = st.columns(2, vertical_alignment="bottom")
    one_of("Time to", {"encode": "encode", "decode": "decode"}, SIDE, left)
    form, level = FORMS[metric], level_of(metric)
    low, high, _ = form.target
    level.keep()
    right.slider(f"At a mean {form.label} of", low, high, step=(high - low) / _STEPS, key=level.key)


def draw(shown: Gathered) -> None:
    """One point for each codec that reaches the chosen quality."""
    level = level_of(shown.metric).value
    points: list[tuple[Drawn, Speed]] = []
    for entry in shown.entries:
        if shown.curve(entry) is None:
            continue
        images = shown.images_of(entry)
        found = speed(entry.results, entry.codec, level, shown.metric, images)
        if found is not None:
            points.append((entry.drawn(), found))
    quality = f"{level:g} {shown.unit}".strip()
    if not points:
        st.info(f"None of the codecs shown has a mean {shown.quality} of {quality} in its range.")
        return
    fig = charts.speed(points, SIDE.value, quality)
    show_chart(fig, "ds_speed", "speed", shown.sources())
    st.caption(
        "Medians over the pictures, one thread per process, with all processes of the sweep at "
        "work at once: compare codecs with each other, not with another machine. Low and left "
        "is best. Codecs that do not reach the quality are left out."
    )


def level_of(metric: str) -> Slot[float]:
    """The quality at which rates are compared, one for each measure."""
    return Slot(f"ds_level_{metric}", FORMS[metric].target[2])
