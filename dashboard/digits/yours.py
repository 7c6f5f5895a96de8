"""Your digit: draw or upload one, see its bytes, flip bits."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core import images
from core.codecs.learned import digit_tour
from core.datasets.mnist import from_picture, sample
from core.errors import RDError
from dashboard.digits.answers import ask, say_waiting
from dashboard.digits.canvas import canvas
from dashboard.digits.models import Card
from dashboard.growth import Growth
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import plural
from dashboard.ui.thumbnails import show_thumbnails

DRAW, UPLOAD, TEST = "Draw", "Upload", "Test digit"
SOURCE = Slot("dig_source", DRAW)


def show(card: Card, index: int, growth: Growth) -> None:
    """The section for the model of `card`; test digit `index` can be taken, too."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        digit = _digit(index)
    with right:
        if digit is None:
            st.info(
                "Draw one digit, large and in the middle; the model has only ever seen digits.",
                icon=":material/edit:",
            )
        else:
            growth.place(lambda: _draw(card, digit, growth))


def _digit(index: int) -> np.ndarray | None:
    """The person's digit, uint8 (28, 28, 1), or None while there is none."""
    sources = {source: source for source in (DRAW, UPLOAD, TEST)}
    source = one_of("Source", sources, SOURCE, label_visibility="collapsed", width="stretch")
    if source == TEST:
        show_thumbnails([sample()[index]], [f"test digit {index}"], side=224)
        return sample()[index]
    try:
        return _uploaded() if source == UPLOAD else _drawn()
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        return None


def _uploaded() -> np.ndarray | None:
    types = [suffix.removeprefix(".") for suffix in images.SUFFIXES]
    file = st.file_uploader("A picture of one digit", key="dig_upload", type=types)
    if file is None:
        return None
    return from_picture(images.read(file.getvalue(), file.name).image)


def _drawn() -> np.ndarray | None:
    ink = canvas(key="dig_canvas")
    return None if ink is None else from_picture(ink)


def _draw(card: Card, digit: np.ndarray, growth: Growth) -> bool:
    """The digit's string with every bit to be flipped, and what the decoder makes of it."""
    whole = ask(digit_tour.flip, card, digit, ())
    if whole is None:
        show_thumbnails([digit], ["as MNIST would hold it"], side=140)
        say_waiting()
        return False
    st.markdown(
        f"**{len(whole.string)} bytes** · `{whole.string.hex(' ') or '(empty)'}` · "
        f"{whole.bits:.1f} bits of information"
    )
    flips = _choose_flips(card, whole.string)
    growth.place(lambda: _show_damage(card, digit, tuple(flips)))
    return True


def _show_damage(card: Card, digit: np.ndarray, flips: tuple[int, ...]) -> bool:
    """The digit, and what its string gives back, whole and damaged."""
    found = ask(digit_tour.flip, card, digit, flips)
    if found is None:
        return False
    show_thumbnails(
        [digit, found.picture, found.damaged_picture],
        [
            "as MNIST would hold it",
            "what its string gives back",
            f"after {len(flips)} flipped bit{plural(len(flips))}\n`{found.damaged.hex(' ')}`",
        ],
        side=140,
        width=160,
    )
    if flips:
        st.caption(
            "The decoder notices nothing: nearly every string is the string of some digit. "
            "That is why an `.rdx` file carries a checksum, and a damaged one is refused before "
            "a single bit is decoded."
        )
    return True


def _choose_flips(card: Card, string: bytes) -> Sequence[int]:
    """The positions of the bits that the person wants flipped."""
    bits = "".join(f"{byte:08b}" for byte in string)
    if not bits:
        return []
    return st.pills(
        "Flip bits",
        range(len(bits)),
        selection_mode="multi",
        key=f"dig_flips_{card['name']}_{string.hex()}",
        format_func=bits.__getitem__,
    )
