"""The latent space: what each dimension costs and means, and the way from one digit to another."""

import streamlit as st

from core.datasets.mnist import sample
from core.learned.digits.lab import live_dims, path, traversal
from dashboard.digits import charts, models
from dashboard.ui.charts import chart_config
from dashboard.ui.thumbnails import show_thumbnails


def show(card: dict, index: int) -> None:
    """The section for the model of `card` and test digit `index`."""
    per_dim = card["figures"]["bits_per_dim"]
    live = live_dims(per_dim)
    st.plotly_chart(
        charts.dimension_chart(per_dim, live),
        key="dig_dims",
        config=chart_config("bits-per-dimension"),
    )
    dead = len(per_dim) - len(live)
    st.caption(
        f"{len(live)} of {len(per_dim)} dimensions carry information at λ = {card['lmbda']:g}; the other {dead} "
        "are dead: always the same whole number, at next to no cost. Training decides how many a rate can afford."
    )
    coder = models.coder(card)
    if coder is None:
        models.wait_for(card)
        return
    if not live:
        st.info(
            f"At λ = {card['lmbda']:g} nothing is worth its bits: this model sends nothing and draws the same picture for "
            "every digit. Choose a larger λ.",
            icon=":material/block:",
        )
        return
    st.subheader("Move along one dimension")
    digits = sample()
    dim = st.selectbox(
        "Dimension, most informative first", live, key=f"dig_dim_{card['name']}", width=220
    )
    y_hat = coder.quantised(digits[[index]])[0]
    reach = 4
    walk = traversal(y_hat, dim, reach)
    names = [
        f"{value:.0f}{' (its own)' if i == reach else ''}" for i, value in enumerate(walk[:, dim])
    ]
    show_thumbnails(list(coder.pictures(walk)), names, side=72, width=76)
    st.subheader("A path between two digits")
    other = st.number_input(
        "To test digit",
        0,
        len(digits) - 1,
        value=(index + 1) % len(digits),
        key="dig_other",
        width=220,
    )
    ends = coder.latents(digits[[index, int(other)]])
    steps = path(ends[0], ends[1], 11)
    show_thumbnails(
        list(coder.pictures(steps)), [f"{10 * i} %" for i in range(len(steps))], side=60
    )
    st.caption(
        "Halfway between two digits lies another shape of the kind the model knows, not a blend of two "
        "pictures."
    )
