"""Generate: random bits and draws from the priors, read by the decoders."""

import numpy as np
import streamlit as st

from core.learned.digits.lab import prior_samples, random_strings
from dashboard.digits import models
from dashboard.ui.thumbnails import show_thumbnails

COUNT = 24


def show(card: dict) -> None:
    """The section for the model of `card`, and the stored variational autoencoder."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    temperature = left.slider(
        "Temperature of the prior",
        0.0,
        2.0,
        1.0,
        0.05,
        key="dig_temperature",
        help="1: as the model believes digits to be spread. 0: only the most likely one.",
    )
    right.button("Draw again", icon=":material/casino:", on_click=_again, width="stretch")
    seed = st.session_state.setdefault("dig_seed", 0)
    coder, vae_card = models.coder(card), models.vae_card()
    vae = models.vae(vae_card) if vae_card else None
    if coder is None or (vae_card and vae is None):
        models.wait_for(card if coder is None else vae_card)
        return
    size = max(1, round(card["real"]["string_bytes"])) + 8
    st.subheader("Random bits")
    st.caption(
        "Coin flips, read as if they were a string. The better a code, the more its strings look like coin flips – and "
        "the more of all strings mean something."
    )
    show_thumbnails(
        list(coder.pictures(coder.from_strings(random_strings(COUNT, size, seed)))),
        [""] * COUNT,
        side=64,
    )
    st.subheader("Draws from the model's prior")
    st.caption(
        "Each dimension is drawn for itself. What dimensions know of each other, the prior does not: hence the odd "
        "shapes."
    )
    drawn = prior_samples(
        coder.model.parameters["prior/log_scale"].numpy(), COUNT, temperature, seed
    )
    show_thumbnails(list(coder.pictures(drawn)), [""] * COUNT, side=64)
    if vae_card:
        figures = vae_card["figures"]
        st.subheader("Draws from a variational autoencoder")
        st.caption(
            f"Trained to make its {vae_card['latent_dims']} latents look like independent unit Gaussians, so that "
            f"drawing from those gives digits. KL {figures['kl_bits']:.1f} bits, mean absolute error {figures['mae']:.4f} "
            f"({vae_card['data']['validation']:,} test digits)."
        )
        z = np.random.default_rng(seed).normal(size=(COUNT, vae_card["latent_dims"])) * temperature
        show_thumbnails(list(vae.pictures(z)), [""] * COUNT, side=64)


def _again() -> None:
    st.session_state.dig_seed += 1
