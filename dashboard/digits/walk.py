"""Step by step: the tutorial's walk with one digit through the model."""

import numpy as np
import streamlit as st

from core.datasets.mnist import sample
from core.learned.digits.lab import live_dims, mean_error, noisy, stretched
from dashboard.digits import charts, models
from dashboard.ui.charts import chart_config
from dashboard.ui.thumbnails import show_thumbnails

SHOWN_DIMS = 12


def show(card: dict, index: int) -> None:
    """The section for the model of `card` and test digit `index`."""
    digit = sample()[index]
    coder, fresh = models.coder(card), models.untrained(card["latent_dims"])
    if coder is None or fresh is None:
        show_thumbnails([digit], ["x, the digit"], side=168)
        models.wait_for(card)
        return
    y = coder.latents(digit[None])
    seed = st.session_state.setdefault("dig_noise", 0)
    noise = noisy(y, seed)
    y_hat = np.round(y)
    order = live_dims(card["figures"]["bits_per_dim"])[:SHOWN_DIMS] or [0]

    st.markdown(
        "**1 · Analysis.** A small network turns the 784 pixels of *x* into a short vector *y*. While training, uniform "
        "noise of ±½ stands in for rounding, because rounding has no gradient; when coding, *y* is rounded to *ŷ*."
    )
    left, right = st.columns([1, 4], vertical_alignment="center")
    with left:
        show_thumbnails([digit], ["x"], side=140)
        st.button("New noise", icon=":material/casino:", on_click=_new_noise, width="stretch")
    right.plotly_chart(
        charts.latent_chart(y[0], noise[0], order),
        key="dig_latents",
        config=chart_config("latents"),
    )

    st.markdown(
        "**2 · Rate.** Each dimension has a prior that sender and receiver share. A value costs −log₂ of its "
        "probability: near the peak a fraction of a bit, in the tail many."
    )
    bits, upper = coder.bits(y_hat), float(coder.bits(noise).sum())
    left, right = st.columns([1, 4], vertical_alignment="center")
    left.metric("Information content of ŷ", f"{float(bits.sum()):.1f} bits")
    left.metric("With noise", f"{upper:.1f} bits", help="The estimate that training minimises.")
    left.metric("The real string", f"{8 * len(coder.strings(y_hat)[0])} bits")
    scales = np.exp(coder.model.parameters["prior/log_scale"].numpy())
    right.plotly_chart(
        charts.prior_chart(scales, order[:6], y[0]), key="dig_priors", config=chart_config("priors")
    )

    st.markdown(
        "**3 · Synthesis.** A second network turns *ŷ* back into pixels. Untrained, it draws noise; trained, the digit."
    )
    found = coder.pictures(np.concatenate([y_hat, noise]))
    before = stretched(fresh.model.synthesis(fresh.latents(digit[None])).numpy())
    error = [mean_error(one, digit) for one in found]
    show_thumbnails(
        [digit, before[0], found[1], found[0]],
        [
            "x, original",
            "untrained\n(contrast stretched)",
            f"trained, from y + noise\nMAE {error[1]:.3f}",
            f"trained, from ŷ\nMAE {error[0]:.3f}",
        ],
        side=140,
        width=150,
    )
    lmbda, cost = card["lmbda"], float(bits.sum()) + card["lmbda"] * error[0]
    if card["metric"] == "mae":
        st.caption(
            f"The loss of this digit: R + λ · D = {float(bits.sum()):.1f} + {lmbda:g} · {error[0]:.4f} = {cost:.1f}; "
            f"its mean over {card['data']['validation']:,} test digits is {card['figures']['loss']:.1f}."
        )


def _new_noise() -> None:
    st.session_state.dig_noise += 1
