"""Trade-off: bits against distortion over all stored models, beside other ways to keep a digit."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.figures import digits as charts
from core.figures.tradeoff import tradeoff_chart
from dashboard.digits import models
from dashboard.digits.answers import rivals
from dashboard.digits.models import SOURCES, Card
from dashboard.growth import Growth
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot
from dashboard.ui.text import signed

WIDE = Slot("dig_wide", False)


def show(card: Card, cards: Sequence[Card], growth: Growth) -> None:
    """The section: everything comes from the cards, so that it is there before TensorFlow is."""
    WIDE.begin()
    st.toggle(
        "Beside SVD, PNG and WebP",
        key=WIDE.key,
        persist_state="session",
        help="The axis then becomes logarithmic.",
    )
    growth.place(lambda: _draw(card, cards, WIDE.value))
    st.subheader("Does the estimate hold?")
    _show_lengths(card["real"])


def _draw(card: Card, cards: Sequence[Card], wide: bool) -> bool:
    others = rivals() if wide else {}
    if others is None:
        st.caption(":material/hourglass_top: Measuring PNG, WebP and SVD on test digits …")
        return False
    comparable = [c for c in cards if c["metric"] == "mae"] or cards
    fig = tradeoff_chart(comparable, card, models.vae_card(), others, log_x=wide)
    rivals_shown = ("svd", "webp") if wide else ()
    sources = replace(SOURCES, codecs=(*SOURCES.codecs, *rivals_shown))
    show_chart(fig, "dig_tradeoff", "digits-trade-off", sources)
    st.markdown(
        f"The dotted line joins all pairs with the same R + λ · D at λ = {card['lmbda']:g}; its "
        "slope is −1/λ. A model trained for this λ should touch it from above, and no other "
        "model should lie below it. **Why the star is not a bit rate:** the variational "
        "autoencoder's KL counts the bits by which knowing the digit narrows down *z*. But *z* "
        "is a real number: a sender would have to pick one at random and pay for all its digits, "
        "and would get bits back only by hiding other data in that choice. No single file of "
        "that length exists. Rounding *y*, as the models here do, gives up a little and has a "
        "file for every digit."
    )
    if wide:
        st.caption(
            "SVD: a digit's rank-r factors, r · (28 + 28 + 1) numbers of 16 bits, and the svd "
            "codec's real files. PNG and WebP: lossless, one mosaic of 256 digits divided by "
            "256, which spares them 255 headers. Means over test digits."
        )
    return True


def _show_lengths(real: dict[str, Any]) -> None:
    """The real strings of test digits against their information content."""
    left, right = st.columns([3, 2], gap="large")
    fig = charts.length_chart(real["per_digit"])
    show_chart(fig, "dig_lengths", "string-lengths", SOURCES, left)
    right.metric(
        "A single string is longer than its information by",
        f"{real['string_excess_bytes']:.2f} bytes",
        help="Mean over the test set; ending on a whole byte alone costs half a byte.",
    )
    information = real["stream_information_bytes"]
    excess = real["stream_bytes"] - information
    share = f" ({excess / information:+.2%})" if information >= 1 else ""
    right.metric(
        f"{real['stream_digits']:,} digits in one stream",
        f"{real['stream_bytes']:,} bytes",
        signed(excess, f"bytes over the information{share}"),
        delta_color="off",
        delta_arrow="off",
    )
