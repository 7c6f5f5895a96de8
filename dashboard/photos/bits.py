"""Where the bits go: over the picture, and over the channels of the latents."""

import numpy as np
import streamlit as st

from core.codecs.learned.photo_views import Look
from core.figures import photos as charts
from core.images import Picture
from core.learned.photos import lab as photo_lab
from core.publish import Sources, data_of
from core.rd.measure import Measured
from dashboard.photos.answers import Shown
from dashboard.ui.charts import show_chart
from dashboard.ui.thumbnails import show_thumbnails
from dashboard.ui.viewer import png_bytes

MAX_CELLS = 16_384  # more would make the map heavy to draw


@st.cache_data(max_entries=8, show_spinner=False)
def _backdrop(sha256: str, _image: np.ndarray) -> bytes:
    return png_bytes(photo_lab.backdrop(_image))


def show(picture: Picture, shown: Shown | None) -> None:
    """The section, for the file that is shown above."""
    if shown is None or not isinstance(shown.look, Look) or not isinstance(shown.learned, Measured):
        st.caption("This needs the learned file, which is not there yet.")
        return
    look, point = shown.look, shown.learned.point
    cells, k = photo_lab.pooled(look.position_bits, MAX_CELLS)
    st.session_state.setdefault("pho_over", True)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Over the picture")
        over = st.toggle("Over the picture in grey", key="pho_over", persist_state="session")
        fig = charts.bits_map(
            cells,
            photo_lab.STRIDE * k,
            picture.width,
            picture.height,
            _backdrop(picture.sha256, picture.image) if over else None,
        )
        sources = Sources(("bls2017",), data=data_of(picture.source))
        show_chart(fig, "pho_map", f"bits-{picture.name}", sources)
        st.caption(
            "Each cell is one position of the latents, 16 × 16 pixels: all its channels together."
            if k == 1
            else f"The picture is large: each cell is the mean of {k} × {k} positions of 16 × 16 "
            "pixels."
        )
    with right:
        st.subheader("Over the channels")
        fig = charts.channel_chart(look.channel_bits)
        show_chart(fig, "pho_channels", "bits-per-channel", sources)
        count = len(look.channel_bits)
        silent = int((look.channel_bits < 1).sum())
        st.caption(
            f"{photo_lab.channels_for(look.channel_bits, 0.5)} of {count} channels take half of "
            "the bits, "
            f"{photo_lab.channels_for(look.channel_bits, 0.9)} take nine tenths"
            + (f"; {silent} cost less than one bit in all." if silent else ".")
        )
        total = float(look.channel_bits.sum())
        st.caption(
            f"All together: {total:,.0f} bits = {total / 8:,.0f} bytes. The file has "
            f"{point.bytes:,} bytes: "
            f"{point.bytes - (point.payload_bytes or 0)} are its header, a few check the latents "
            "and end the string."
        )
        st.caption(
            "The context coder looks at what is decoded around a latent before it picks a "
            "table. With one table a "
            f"channel, the same latents would cost {look.static_bits / 8:,.0f} bytes: context "
            "saves "
            f"**{1 - total / max(look.static_bits, 1e-9):.1%}**."
        )
    st.subheader("The most expensive channels")
    bits, total = look.channel_bits, max(total, 1e-9)
    show_thumbnails(
        list(look.latents.values()),
        [f"channel {c}\n{bits[c]:,.0f} bits, {bits[c] / total:.1%}" for c in look.latents],
        side=104,
        width=112,
    )
    st.caption(
        "Whole numbers ŷ as they are coded: grey is zero, each channel is stretched to its own "
        "largest value."
    )
