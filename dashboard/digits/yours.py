"""Your digit: draw or upload one, see its bytes, turn bits over."""

import numpy as np
import streamlit as st

from core import images
from core.datasets.mnist import from_picture, sample
from core.errors import RDError
from core.learned.digits.lab import flip_bits
from dashboard.digits import models
from dashboard.digits.canvas import canvas
from dashboard.ui.thumbnails import show_thumbnails

SOURCES = ("Draw", "Upload", "Test digit")


def show(card: dict, index: int) -> None:
    """The section for the model of `card`; `index` is the test digit offered besides drawing and uploading."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        digit = _digit(index)
    with right:
        if digit is None:
            st.info(
                "Draw a digit, large and in one go; the model has only ever seen digits.",
                icon=":material/edit:",
            )
            return
        coder = models.coder(card)
        if coder is None:
            show_thumbnails([digit], ["as MNIST would hold it"], side=140)
            models.wait_for(card)
            return
        _play(coder, card, digit)


def _digit(index: int) -> np.ndarray | None:
    """The person's digit, uint8 (28, 28, 1), or None while there is none."""
    source = st.segmented_control(
        "Where from",
        SOURCES,
        default=SOURCES[0],
        key="dig_source",
        required=True,
        label_visibility="collapsed",
        width="stretch",
    )
    if source == "Test digit":
        show_thumbnails([sample()[index]], [f"test digit {index}"], side=224)
        return sample()[index]
    try:
        if source == "Upload":
            file = st.file_uploader(
                "A picture of one digit", key="dig_upload", type=[s[1:] for s in images.SUFFIXES]
            )
            return from_picture(images.read(file.getvalue(), file.name).image) if file else None
        ink = canvas(key="dig_canvas")
        return None if ink is None else from_picture(ink)
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        return None


def _play(coder, card: dict, digit: np.ndarray) -> None:
    """The digit's string with every bit to be turned over, and what the decoder makes of it."""
    y_hat = coder.quantised(digit[None])
    string = coder.strings(y_hat)[0]
    bits = "".join(f"{byte:08b}" for byte in string)
    information = float(coder.bits(y_hat).sum())
    st.markdown(
        f"**{len(string)} bytes** · `{string.hex(' ') or '(empty)'}` · {information:.1f} bits of information"
    )
    key = f"dig_flips_{card['name']}_{string.hex()}"
    flips = (
        st.pills(
            "Turn bits over",
            range(len(bits)),
            selection_mode="multi",
            key=key,
            format_func=lambda position: bits[position],
        )
        if bits
        else []
    )
    heard = flip_bits(string, list(flips))
    back = coder.pictures(np.concatenate([y_hat, coder.from_strings([heard])]))
    show_thumbnails(
        [digit, back[0], back[1]],
        [
            "as MNIST would hold it",
            "what its string gives back",
            f"after {len(flips)} flipped bit{'' if len(flips) == 1 else 's'}\n`{heard.hex(' ')}`",
        ],
        side=140,
        width=160,
    )
    if flips:
        st.caption(
            "The decoder notices nothing: nearly every string is some digit's. That is why an `.rdx` file carries a "
            "checksum, and is refused as damaged before a single bit is decoded."
        )
