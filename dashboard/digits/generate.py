"""Generate: random bits and draws from the priors, read by the decoders."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.codecs.learned import digit_tour
from dashboard.digits import models
from dashboard.digits.answers import ask, say_waiting
from dashboard.digits.models import Card
from dashboard.growth import Growth
from dashboard.ui.slots import Slot
from dashboard.ui.thumbnails import show_thumbnails

COUNT = 24
SPARE_BYTES = 8  # so that a random string is never too short
TEMPERATURE = Slot("dig_temperature", 1.0)
SEED = Slot("dig_seed", 0)


def show(card: Card, growth: Growth) -> None:
    """The section for the model of `card`, and the stored variational autoencoder."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    TEMPERATURE.begin()
    left.slider(
        "Temperature of the prior",
        0.0,
        2.0,
        step=0.05,
        key=TEMPERATURE.key,
        persist_state="session",
        help="1: digits as varied as the model believes them to be. 0: only the most likely one.",
    )
    right.button("Draw again", icon=":material/casino:", on_click=_again, width="stretch")
    _show_random_bits(card, SEED.value, growth)
    _show_prior(card, TEMPERATURE.value, SEED.value, growth)
    vae = models.vae_card()
    if vae is not None:
        _show_vae(vae, TEMPERATURE.value, SEED.value, growth)


def _show_random_bits(card: Card, seed: int, growth: Growth) -> None:
    st.subheader("Random bits")
    st.caption(
        "Coin flips, read as if they were a string. The better a code, the more its strings look "
        "like coin flips, and the more of all strings mean something."
    )
    size = max(1, round(card["real"]["string_bytes"])) + SPARE_BYTES
    _row(growth, lambda: ask(digit_tour.from_random_bits, card, COUNT, size, seed))


def _show_prior(card: Card, temperature: float, seed: int, growth: Growth) -> None:
    st.subheader("Draws from the model's prior")
    st.caption(
        "Each dimension is drawn independently of the others. The prior does not know how "
        "dimensions depend on each other: hence the odd shapes."
    )
    _row(growth, lambda: ask(digit_tour.from_prior, card, COUNT, temperature, seed))


def _show_vae(card: Card, temperature: float, seed: int, growth: Growth) -> None:
    figures = card["figures"]
    st.subheader("Draws from a variational autoencoder")
    st.caption(
        f"Trained to make its {card['latent_dims']} latents look like independent unit Gaussians, "
        f"so that drawing from those gives digits. KL {figures['kl_bits']:.1f} bits, mean "
        f"absolute error {figures['mae']:.4f} ({card['data']['validation']:,} test digits)."
    )
    _row(growth, lambda: ask(digit_tour.from_vae, card, COUNT, temperature, seed))


def _row(growth: Growth, pictures: Callable[[], np.ndarray | None]) -> None:
    """A row of small pictures that fills once they are there."""

    def draw() -> bool:
        found = pictures()
        if found is None:
            say_waiting()
            return False
        show_thumbnails(list(found), side=64)
        return True

    growth.place(draw)


def _again() -> None:
    SEED.set(SEED.value + 1)
