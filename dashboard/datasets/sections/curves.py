"""The section Curves: means with their spread, single pictures, published curves beside them."""

import streamlit as st

from core.figures import datasets as charts
from core.figures.datasets import Drawn
from core.results import analysis
from core.results.analysis import Band
from core.results.curves import image_curve
from dashboard.datasets.gathered import Entry, Gathered
from dashboard.datasets.sections import published
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import plural

MEANS = {"setting": "Constant setting", "rate": "Constant rate"}
MEAN = Slot("ds_mean", "setting")
LOG = Slot("ds_log", True)
QUARTILES = Slot("ds_quartiles", True)
SINGLES = Slot("ds_singles", False)
MAX_SINGLES = 200  # thin lines that a browser draws with ease


def controls() -> None:
    """How the means are taken, and what is drawn beside them."""
    mean, log, quartiles, singles = st.columns([2, 1, 1, 1], vertical_alignment="bottom")
    one_of(
        "Mean at",
        MEANS,
        MEAN,
        mean,
        help=(
            "Constant setting averages rate and quality of all pictures at each setting, as "
            "published curves do. Constant rate first interpolates every picture's own curve at "
            "the same rates, and averages the qualities there: hard pictures count at the low "
            "quality that a fixed rate leaves them. So this curve lies lower, and ends where the "
            "first picture's curve ends."
        ),
    )
    for slot in (LOG, QUARTILES, SINGLES):
        slot.begin()
    log.toggle("Log rate", key=LOG.key, persist_state="session")
    quartiles.toggle(
        "Quartiles",
        key=QUARTILES.key,
        persist_state="session",
        disabled=MEAN.value != "rate",
        help="The band between the worst quarter of the pictures and the best quarter.",
    )
    singles.toggle(
        "Every picture",
        key=SINGLES.key,
        persist_state="session",
        help="A thin line for each picture.",
    )


def draw(shown: Gathered) -> None:
    """The curves of what is there."""
    drawn = [_drawn(shown, entry) for entry in shown.entries]
    others = published.curves(shown.metric)
    fig = charts.curves(drawn, others, shown.quality, LOG.value, QUARTILES.value)
    show_chart(fig, "ds_curves", "curves", shown.sources())
    count = len(shown.images)
    pictures = f"{count} picture{plural(count)}" if count else "their own pictures"
    text = f"Means over {pictures}. Rates are lengths of whole files."
    if shown.live:
        text += (
            " While the sweep runs, only complete pictures count; the spread and single "
            "pictures follow at its end."
        )
    st.caption(text)
    published.warn(shown.metric)


def _drawn(shown: Gathered, entry: Entry) -> Drawn:
    images = shown.images_of(entry)
    curve, band, singles = shown.curve(entry), None, {}
    if not shown.live and MEAN.value == "rate":
        band = _band(entry.run.stamp, entry.codec, shown.metric, tuple(images), entry)
    if not shown.live and SINGLES.value:
        singles = {
            image: image_curve(entry.results, entry.codec, image, shown.metric)
            for image in images[:MAX_SINGLES]
        }
    return Drawn(entry.label, entry.codec, entry.number, curve, band, singles)


@st.cache_data(max_entries=64, show_spinner="Interpolating every picture's curve …")
def _band(
    stamp: tuple[str, int], codec: str, metric: str, images: tuple[str, ...], _entry: Entry
) -> Band:
    return analysis.band(_entry.results, codec, metric, images)
