"""Compress: sixteen test digits, their strings and what comes back."""

import numpy as np
import streamlit as st

from core.codecs.learned import digit_tour, mnist
from core.codecs.learned.digit_tour import Compressed
from core.datasets.mnist import sample
from core.learned.digits.lab import mean_error, tile
from dashboard.digits.answers import ask, say_waiting
from dashboard.digits.models import Card
from dashboard.growth import Growth
from dashboard.ui.download import download
from dashboard.ui.slots import Slot
from dashboard.ui.text import signed, size_text
from dashboard.ui.thumbnails import show_thumbnails

COUNT = 16
SEARCH = Slot("dig_search", True)


def show(card: Card, index: int, growth: Growth) -> None:
    """The section for the model of `card`; `index` is the first of the sixteen."""
    digits = sample()[(index + np.arange(COUNT)) % len(sample())]
    st.markdown(
        "In each pair the original is on the left; on the right is what its string gives back. "
        "The string is real: apart from the model, it is all that the receiver needs."
    )
    SEARCH.begin()
    st.toggle(
        "Search for the best rounding",
        key=SEARCH.key,
        persist_state="session",
        help=(
            "For one latent after the other, the encoder tries the whole number on the other "
            "side and keeps it where that lowers R + λ · D. The decoder stays as it is. "
            "The codec `mnist` always does this."
        ),
    )
    growth.place(lambda: _draw(card, digits, SEARCH.value))
    growth.place(lambda: _offer_file(card, digits))


def _draw(card: Card, digits: np.ndarray, search: bool) -> bool:
    found = ask(digit_tour.compress, card, digits, search)
    if found is None:
        show_thumbnails(list(digits), side=78, width=172)
        say_waiting()
        return False
    pairs = zip(digits, found.pictures, strict=True)
    show_thumbnails(
        [tile(np.stack(pair), columns=2) for pair in pairs],
        [
            f"`{string.hex(' ')}`\n{len(string)} bytes · {bits:.1f} bits of information"
            for string, bits in zip(found.strings, found.bits, strict=True)
        ],
        side=78,
        width=172,
    )
    _show_figures(card, found, mean_error(found.pictures, digits))
    return True


def _show_figures(card: Card, found: Compressed, error: float) -> None:
    """What the sixteen cost: as information, as strings, as one stream."""
    information = float(found.bits.sum()) / 8
    single = sum(map(len, found.strings))
    cost, ideal, strings, stream = st.columns(4)
    cost.metric(
        "Mean R + λ · D",
        f"{found.bits.mean() + card['lmbda'] * error:.1f}",
        help=f"Here D is the mean absolute error, {error:.4f}.",
    )
    ideal.metric("Information content", f"{information:.1f} bytes", help="Of all sixteen together.")
    _length(
        strings,
        "Sixteen strings",
        single,
        information,
        "Every string ends on a whole byte, and that costs.",
    )
    _length(
        stream,
        "One stream",
        found.stream_bytes,
        information,
        "Coded one after the other in one go, the digits share a single end.",
    )


def _length(
    place: "st.delta_generator.DeltaGenerator",
    name: str,
    length: int,
    information: float,
    text: str,
) -> None:
    """A length in bytes, and how far it is above the information content."""
    place.metric(
        name,
        f"{length} bytes",
        signed(length - information, "bytes"),
        delta_color="off",
        delta_arrow="off",
        help=text,
    )


def _offer_file(card: Card, digits: np.ndarray) -> bool:
    """The sixteen as one file of the codec `mnist`; False while it is being written."""
    file = ask(mnist.encode_with, card, digits.reshape(-1, 28, 1))
    if file is None:
        return False
    download(
        f"Download the sixteen as one .rdx file ({size_text(len(file.data))})",
        file.data,
        f"digits-{card['name']}.rdx",
        "application/octet-stream",
        "dig_download",
    )
    return True
