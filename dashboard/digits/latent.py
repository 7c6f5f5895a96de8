"""The latent space: what each dimension costs and means, and the path between two digits."""

import streamlit as st

from core.codecs.learned import digit_tour
from core.datasets.mnist import sample
from core.figures import digits as charts
from core.learned.digits.lab import live_dims
from dashboard.digits.answers import ask, say_waiting
from dashboard.digits.models import SOURCES, Card
from dashboard.growth import Growth
from dashboard.ui.charts import show_chart
from dashboard.ui.thumbnails import show_thumbnails

REACH = 4  # whole numbers on either side of a dimension's own value
STEPS = 11


def show(card: Card, index: int, growth: Growth) -> None:
    """The section for the model of `card` and test digit `index`."""
    per_dim = card["figures"]["bits_per_dim"]
    live = live_dims(per_dim)
    fig = charts.dimension_chart(per_dim, live)
    show_chart(fig, "dig_dims", "bits-per-dimension", SOURCES)
    st.caption(
        f"{len(live)} of {len(per_dim)} dimensions carry information at λ = {card['lmbda']:g}; "
        f"the other {len(per_dim) - len(live)} are dead: always the same whole number, at next "
        "to no cost. Training decides how many dimensions a rate can afford."
    )
    if live:
        _show_traversal(card, index, live, growth)
        _show_path(card, index, growth)
    else:
        st.info(
            f"At λ = {card['lmbda']:g} nothing is worth its bits: this model sends nothing and "
            "draws the same picture for every digit. Choose a larger λ.",
            icon=":material/block:",
        )


def _show_traversal(card: Card, index: int, live: list[int], growth: Growth) -> None:
    st.subheader("Move along one dimension")
    dim = st.selectbox(
        "Dimension, most informative first", live, key=f"dig_dim_{card['name']}", width=220
    )

    def draw() -> bool:
        found = ask(digit_tour.traverse, card, sample()[index], dim, REACH)
        if found is None:
            say_waiting()
            return False
        names = [f"{value:.0f}" for value in found.values]
        names[REACH] += " (its own)"
        show_thumbnails(list(found.pictures), names, side=72, width=76)
        return True

    growth.place(draw)


def _show_path(card: Card, index: int, growth: Growth) -> None:
    st.subheader("A path between two digits")
    digits = sample()
    other = st.number_input(
        "To test digit",
        0,
        len(digits) - 1,
        value=(index + 1) % len(digits),
        key="dig_other",
        width=220,
    )

    def draw() -> bool:
        pictures = ask(digit_tour.between, card, digits[[index, int(other)]], STEPS)
        if pictures is None:
            return False
        show_thumbnails(list(pictures), [f"{10 * i} %" for i in range(STEPS)], side=60)
        return True

    growth.place(draw)
    st.caption(
        "Halfway between two digits lies another shape of the kind that the model knows, not a "
        "blend of two pictures."
    )
