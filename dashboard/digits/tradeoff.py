"""Trade-off: bits against distortion over all stored models, beside other ways to keep a digit."""

import streamlit as st

from core.rd.digit_rivals import rivals
from dashboard.digits import charts, models
from dashboard.ui.charts import chart_config
from dashboard.ui.text import signed


@st.cache_data(max_entries=2, show_spinner="Measuring PNG, WebP and SVD on test digits …")
def _rivals() -> dict[str, list[tuple[float, float, str]]]:
    return rivals()


def show(card: dict, cards: list[dict]) -> None:
    """The section: everything comes from the cards, so that it is there before TensorFlow is."""
    mae_cards = [c for c in cards if c["metric"] == "mae"] or cards
    wide = st.toggle(
        "Beside SVD, PNG and WebP", key="dig_wide", help="The axis then becomes logarithmic."
    )
    st.plotly_chart(
        charts.tradeoff_chart(
            mae_cards, card, models.vae_card(), _rivals() if wide else {}, log_x=wide
        ),
        key="dig_tradeoff",
        config=chart_config("digits-trade-off"),
    )
    st.markdown(
        f"The dotted line joins all pairs with the same R + λ · D at λ = {card['lmbda']:g}; its slope is −1/λ. A model "
        "trained for this λ should touch it from above and no other model should lie below it. "
        "**Why the star is no bit rate:** the variational autoencoder's KL counts the bits by which knowing the digit narrows "
        "down *z*. But *z* is a real number: a sender would have to pick one at random and pay for all its digits, and only gets "
        "bits back by hiding other data in that choice. No single file of that length exists. Rounding *y*, as the models here "
        "do, gives up a little and has a file for every digit."
    )
    if wide:
        st.caption(
            "SVD: a digit's rank-r factors, r · (28 + 28 + 1) numbers of 16 bits, and the svd codec's real files. PNG and "
            "WebP: lossless, one mosaic of 256 digits shared out, which spares them 256 headers. Means over test digits."
        )
    st.subheader("Is the estimate true?")
    left, right = st.columns([3, 2], gap="large")
    left.plotly_chart(
        charts.length_chart(card["real"]["per_digit"]),
        key="dig_lengths",
        config=chart_config("string-lengths"),
    )
    real = card["real"]
    right.metric(
        "A single string is longer than its information by",
        f"{real['string_excess_bytes']:.2f} bytes",
        help="Mean over the test set; a whole number of bytes costs half a byte by itself.",
    )
    excess = real["stream_bytes"] - real["stream_information_bytes"]
    share = (
        f" ({excess / real['stream_information_bytes']:+.2%})"
        if real["stream_information_bytes"] >= 1
        else ""
    )
    right.metric(
        f"{real['stream_digits']:,} digits in one stream",
        f"{real['stream_bytes']:,} bytes",
        signed(excess, f"bytes over the information{share}"),
        delta_color="off",
        delta_arrow="off",
    )
