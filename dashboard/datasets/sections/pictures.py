"""BD-rate picture by picture: its distribution, the extremes, and the way into Compare."""

import streamlit as st

from core.errors import RDError
from core.figures import datasets as charts
from core.publish.bibliography import BD_RATE
from core.rd.bdrate import bd_rate
from core.results.curves import image_curve
from core.sweep import runs
from dashboard.compare.choice import open_with
from dashboard.datasets.gathered import Entry, Gathered
from dashboard.ui.charts import show_chart
from dashboard.ui.text import signed

EXTREMES = 3

Rates = dict[str, float]  # picture -> BD-rate in percent, where it is defined


def draw(shown: Gathered, entries: dict[str, Entry], anchor: str) -> None:
    """A box and its points for each codec, and its best and worst pictures."""
    st.markdown("**Picture by picture**")
    rates = {
        label: _rates(shown, entries[anchor], entry)
        for label, entry in entries.items()
        if label != anchor
    }
    values = [(entries[label].drawn(), each) for label, each in rates.items()]
    fig = charts.distribution(values, anchor)
    show_chart(fig, "ds_boxes", "pictures", shown.sources(BD_RATE))
    st.caption(
        "Each point is one picture. A codec whose box crosses zero wins on some pictures and "
        "loses on others."
    )
    _show_extremes(entries, {label: each for label, each in rates.items() if each}, anchor)


def _rates(shown: Gathered, anchor: Entry, test: Entry) -> Rates:
    stamps = (anchor.run.stamp, test.run.stamp)
    codecs = (anchor.codec, test.codec)
    return _per_image(stamps, codecs, shown.metric, tuple(shown.images), anchor, test)


@st.cache_data(max_entries=64, show_spinner="Comparing picture by picture …")
def _per_image(
    stamps: tuple[tuple[str, int], tuple[str, int]],
    codecs: tuple[str, str],
    metric: str,
    images: tuple[str, ...],
    _anchor: Entry,
    _test: Entry,
) -> Rates:
    rates = {}
    for image in images:
        ours = image_curve(_test.results, _test.codec, image, metric)
        theirs = image_curve(_anchor.results, _anchor.codec, image, metric)
        percent = bd_rate(theirs.points, ours.points).percent
        if percent is not None:
            rates[image] = percent
    return rates


def _show_extremes(entries: dict[str, Entry], rates: dict[str, Rates], anchor: str) -> None:
    """The pictures on which a codec does best and worst, each a button that opens Compare."""
    if not rates:
        return
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    label = left.selectbox("Best and worst pictures of", list(rates), key="ds_extremes")
    right.caption(
        f"By BD-rate against {anchor}. A click opens the picture in Compare with both codecs."
    )
    ranked = sorted(rates[label].items(), key=lambda pair: pair[1])
    codecs = [entries[anchor].codec, entries[label].codec]
    for title, some in (("Best", ranked[:EXTREMES]), ("Worst", ranked[-EXTREMES:][::-1])):
        first, *columns = st.columns([1, 3, 3, 3], vertical_alignment="center")
        first.markdown(f"**{title}**")
        for column, (image, percent) in zip(columns, some, strict=False):
            text, key = f"{image} · {signed(percent, '%')}", f"ds_open_{title}_{image}"
            if column.button(text, key=key, width="stretch"):
                _open(entries[label], image, codecs)


def _open(entry: Entry, image: str, codecs: list[str]) -> None:
    """Shows a picture of a run in Compare."""
    try:
        picture = runs.picture(entry.run, image)
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        return
    open_with(picture, codecs)
    st.switch_page("../pages/compare.py")
