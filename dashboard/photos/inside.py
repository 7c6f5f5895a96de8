"""Inside the model: the filters of its first stage, and the gain of its divisive normalisation on
the picture.
"""

import numpy as np
import streamlit as st

from core.codecs.learned.photo_models import PhotoModel
from core.codecs.learned.photo_views import TAPS
from core.figures import photos as charts
from core.images import Picture
from core.learned.photos import lab as photo_lab
from core.publish import Sources, data_of
from dashboard.photos import answers
from dashboard.ui.charts import show_chart
from dashboard.ui.text import plain
from dashboard.ui.thumbnails import show_thumbnails
from dashboard.waiting import Failure

SIDES = {"analysis": "Analysis, first stage", "synthesis": "Synthesis, last stage"}
MAX_CELLS = 20_000


class Section:
    """The section's inputs, and its places."""

    def __init__(self) -> None:
        st.subheader("Filters next to the pixels")
        st.session_state.setdefault("pho_side", "analysis")
        side = st.segmented_control(
            "Side",
            list(SIDES),
            key="pho_side",
            persist_state="session",
            format_func=SIDES.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
        self._side = side or "analysis"
        self._filters = st.empty()
        st.subheader("Gain of the normalisation")
        self._gain = st.empty()
        self._drawn = [False, False]

    def show(self, owner: str, picture: Picture, codec: PhotoModel, level: int) -> bool:
        """Draws what is there; whether that is all."""
        filters = answers.filters(owner, codec, self._side)
        maps = answers.gain_maps(owner, picture, codec, level)
        for i, (place, found) in enumerate(((self._filters, filters), (self._gain, maps))):
            if found is None:
                place.caption(":material/hourglass_top: Computing the maps …")
            elif isinstance(found, Failure):
                place.error(plain(found.reason), icon=":material/block:")
            elif not self._drawn[i]:
                self._drawn[i] = True
                with place.container():
                    if i == 0:
                        _show_filters(found.maps, self._side)
                    else:
                        _show_gain(picture, found.maps)
        return filters is not None and maps is not None


def _show_filters(filters: list[np.ndarray], side: str) -> None:
    show_thumbnails(filters, [""] * len(filters), side=34)
    use = "put together from these"
    if side == "analysis":
        use = "correlated with each, at every fourth pixel"
    st.caption(
        f"{len(filters)} kernels of {TAPS} × {TAPS} pixels in colour, the strongest first; grey is "
        f"zero, each is stretched to its own largest value. The picture is {use}."
    )


def _show_gain(picture: Picture, maps: list[np.ndarray]) -> None:
    if maps:
        _show_maps(picture, maps)
        return
    st.info(
        "This model has ReLU in place of GDN: there is no gain that adapts to the picture.",
        icon=":material/info:",
    )


def _show_maps(picture: Picture, maps: list[np.ndarray]) -> None:
    low = float(min(gain.min() for gain in maps))
    reduced = []
    for number, (column, gain) in enumerate(zip(st.columns(2), maps, strict=True), 1):
        cells, k = photo_lab.pooled(gain, MAX_CELLS)
        reduced += [k] if k > 1 else []
        column.markdown(
            f"**Stage {number}**: {-gain.max() + 0:.1f} to {-gain.min():.1f} dB below its highest"
        )
        fig = charts.gain_map(cells, low)
        sources = Sources(("bls2017",), data=data_of(picture.source))
        show_chart(fig, f"pho_gain_{number}", f"gdn-gain-{number}", sources, column)
    text = (
        "GDN divides each channel by what all channels do at the same place: x / √(β + Σ γ x²). "
        "Shown is that factor, mean "
        "over the channels, against its value where nothing happens: 0 dB in flat places, far "
        "below in texture and at edges. "
        "So contrast is made even, as in the retina, before it is rounded."
    )
    if picture.width * picture.height > answers.GAIN_PIXELS:
        text += f" The picture was made smaller for this, to {answers.GAIN_PIXELS / 1e6:g} Mpx."
    if reduced:
        text += f" Cells are means over up to {max(reduced)} × {max(reduced)} values."
    st.caption(text)
