"""Inside the model: the filters of its first stage, and the gain of its divisive normalisation on the picture."""

import numpy as np
import streamlit as st

from core.codecs.photo_models import PhotoModel
from core.images import Picture
from core.learned.photos import lab as photo_lab
from dashboard.engine import Failure
from dashboard.photos import answers, charts
from dashboard.ui.charts import chart_config
from dashboard.ui.text import plain
from dashboard.ui.thumbnails import show_thumbnails

SIDES = {"analysis": "Analysis, first stage", "synthesis": "Synthesis, last stage"}
TAPS = 9  # of the kernels next to the pixels
MAX_CELLS = 20_000


@st.cache_data(max_entries=8, show_spinner=False)
def _filters(weights_sha256: str, side: str, _coder) -> np.ndarray:
    return photo_lab.filter_pictures(
        np.asarray(_coder.model.parameters[f"{side}/0/spectrum"]), TAPS
    )


def show(owner: str, picture: Picture, codec: PhotoModel, coder, level: int) -> None:
    """The section."""
    if coder is None:
        st.caption("This needs the model, which is being loaded.")
        return
    st.subheader("Filters next to the pixels")
    st.session_state.setdefault("pho_side", "analysis")
    side = st.segmented_control(
        "Side",
        list(SIDES),
        key="pho_side",
        format_func=SIDES.get,
        required=True,
        label_visibility="collapsed",
    )
    filters = _filters(codec.card["weights_sha256"], side, coder)
    show_thumbnails(list(filters), [""] * len(filters), side=34)
    use = (
        "correlated with each, at every fourth pixel"
        if side == "analysis"
        else "put together from these"
    )
    st.caption(
        f"{len(filters)} kernels of {TAPS} × {TAPS} pixels in colour, the strongest first; grey is zero, each is "
        f"stretched to its own largest value. The picture is {use}."
    )
    st.subheader("Gain of the normalisation")
    waiting = answers.gain_maps(owner, picture, codec, coder, level) is None
    st.fragment(_gain, run_every=0.3 if waiting else None)(
        owner, picture, codec, coder, level, waiting
    )


def _gain(
    owner: str, picture: Picture, codec: PhotoModel, coder, level: int, was_waiting: bool
) -> None:
    maps = answers.gain_maps(owner, picture, codec, coder, level)
    if isinstance(maps, Failure):
        st.error(plain(maps.reason), icon=":material/block:")
    elif maps is None:
        st.caption(":material/hourglass_top: Computing the maps …")
    elif not maps:
        st.info(
            "This model has ReLU in place of GDN: there is no gain that adapts to the picture.",
            icon=":material/info:",
        )
    else:
        _show_maps(picture, maps)
    if was_waiting and maps is not None:
        st.rerun()  # without the timer


def _show_maps(picture: Picture, maps: list[np.ndarray]) -> None:
    low = float(min(gain.min() for gain in maps))
    reduced = []
    for number, (column, gain) in enumerate(zip(st.columns(2), maps, strict=True), 1):
        cells, k = photo_lab.pooled(gain, MAX_CELLS)
        reduced += [k] if k > 1 else []
        column.markdown(
            f"**Stage {number}**: {-gain.max() + 0:.1f} to {-gain.min():.1f} dB below its highest"
        )
        column.plotly_chart(
            charts.gain_map(cells, low),
            key=f"pho_gain_{number}",
            config=chart_config(f"gdn-gain-{number}"),
        )
    text = (
        "GDN divides each channel by what all channels do at the same place: x / √(β + Σ γ x²). Shown is that factor, mean "
        "over the channels, against its value where nothing happens: 0 dB in flat places, far below in texture and at edges. "
        "So contrast is made even, as in the retina, before it is rounded."
    )
    if picture.width * picture.height > answers.GAIN_PIXELS:
        text += f" The picture was made smaller for this, to {answers.GAIN_PIXELS / 1e6:g} Mpx."
    if reduced:
        text += f" Cells are means over up to {max(reduced)} × {max(reduced)} values."
    st.caption(text)
