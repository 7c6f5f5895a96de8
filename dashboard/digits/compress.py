"""Compress: sixteen test digits, their strings and what comes back."""

import numpy as np
import streamlit as st

from core.codecs import mnist as codec
from core.datasets.mnist import sample
from core.learned.digits.lab import mean_error, tile
from dashboard.digits import models
from dashboard.ui.text import signed, size_text
from dashboard.ui.thumbnails import show_thumbnails

COUNT = 16


def show(card: dict, index: int) -> None:
    """The section for the model of `card`; `index` is the first of the sixteen."""
    digits = sample()[(index + np.arange(COUNT)) % len(sample())]
    coder = models.coder(card)
    if coder is None:
        show_thumbnails(list(digits), [""] * COUNT)
        models.wait_for(card)
        return
    st.markdown(
        "Each digit on the left of a pair is the original, on the right what its string gives back. The string is real: "
        "it is all that the receiver needs beside the model."
    )
    search = st.toggle(
        "Search the best rounding",
        value=True,
        key="dig_search",
        help="The encoder tries, for one latent after the other, the whole number on the other side and keeps it "
        "where R + λ · D gets smaller. The decoder stays as it is. The codec `mnist` always does this.",
    )
    y_hat = (
        coder.searched(digits, card["lmbda"], card["metric"]) if search else coder.quantised(digits)
    )
    strings, bits, back = coder.strings(y_hat), coder.bits(y_hat).sum(1), coder.pictures(y_hat)
    show_thumbnails(
        [tile(np.stack(pair), columns=2) for pair in zip(digits, back, strict=True)],
        [
            f"`{string.hex(' ')}`\n{len(string)} bytes · {b:.1f} bits of information"
            for string, b in zip(strings, bits, strict=True)
        ],
        side=78,
        width=172,
    )
    single = sum(map(len, strings))
    stream = len(coder.stream(y_hat))
    file = codec.encode_with(card["name"], digits.reshape(-1, 28, 1)).data
    error = mean_error(back, digits)
    first, left, middle, right = st.columns(4)
    first.metric(
        "Mean R + λ · D",
        f"{bits.mean() + card['lmbda'] * error:.1f}",
        help=f"With D the mean absolute error, {error:.4f}.",
    )
    left.metric(
        "Information content", f"{bits.sum() / 8:.1f} bytes", help="Of all sixteen together."
    )
    middle.metric(
        "Sixteen strings",
        f"{single} bytes",
        signed(single - bits.sum() / 8, "bytes"),
        delta_color="off",
        delta_arrow="off",
        help="Every string ends on a whole byte, and that costs.",
    )
    right.metric(
        "One stream",
        f"{stream} bytes",
        signed(stream - bits.sum() / 8, "bytes"),
        delta_color="off",
        delta_arrow="off",
        help="Coded one after the other without a stop, the ends are paid once.",
    )
    st.download_button(
        f"Download the sixteen as one .rdx file ({size_text(len(file))})",
        file,
        f"digits-{card['name']}.rdx",
        icon=":material/download:",
        key="dig_download",
    )
