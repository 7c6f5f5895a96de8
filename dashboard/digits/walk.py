"""Step by step: the tutorial's walk with one digit through the model."""

import numpy as np
import streamlit as st

from core.codecs.learned import digit_tour
from core.codecs.learned.digit_tour import Walk
from core.datasets.mnist import sample
from core.figures import digits as charts
from core.learned.digits.lab import live_dims, mean_error
from dashboard.digits.answers import ask, say_waiting
from dashboard.digits.models import SOURCES, Card
from dashboard.growth import Growth
from dashboard.ui.charts import show_chart
from dashboard.ui.slots import Slot
from dashboard.ui.thumbnails import show_thumbnails

SHOWN_DIMS, SHOWN_PRIORS = 12, 6
NOISE = Slot("dig_noise", 0)


def show(card: Card, index: int, growth: Growth) -> None:
    """The section for the model of `card` and test digit `index`."""
    digit = sample()[index]
    st.button("New noise", icon=":material/casino:", on_click=_draw_noise)
    growth.place(lambda: _draw(card, digit, NOISE.value))


def _draw(card: Card, digit: np.ndarray, seed: int) -> bool:
    found = ask(digit_tour.walk, card, digit, seed)
    if found is None:
        show_thumbnails([digit], ["x, the digit"], side=168)
        say_waiting()
        return False
    order = live_dims(card["figures"]["bits_per_dim"])[:SHOWN_DIMS] or [0]
    _show_analysis(digit, found, order)
    _show_rate(found, order[:SHOWN_PRIORS])
    _show_synthesis(card, digit, found)
    return True


def _show_analysis(digit: np.ndarray, found: Walk, order: list[int]) -> None:
    st.markdown(
        "**1 · Analysis.** A small network turns the 784 pixels of *x* into a short vector *y*. "
        "In training, uniform noise of ±½ stands in for rounding, because rounding has no "
        "gradient; in coding, *y* is rounded to *ŷ*."
    )
    left, right = st.columns([1, 4], vertical_alignment="center")
    with left:
        show_thumbnails([digit], ["x"], side=140)
    fig = charts.latent_chart(found.y, found.y_noisy, order)
    show_chart(fig, "dig_latents", "latents", SOURCES, right)


def _show_rate(found: Walk, dims: list[int]) -> None:
    st.markdown(
        "**2 · Rate.** Each dimension has a prior that sender and receiver share. A value costs "
        "−log₂ of its probability: a fraction of a bit near the peak, many bits in the tail."
    )
    left, right = st.columns([1, 4], vertical_alignment="center")
    left.metric("Information content of ŷ", f"{found.bits:.1f} bits")
    left.metric(
        "With noise", f"{found.noisy_bits:.1f} bits", help="The estimate that training minimises."
    )
    left.metric("The real string", f"{found.string_bits} bits")
    fig = charts.prior_chart(found.scales, dims, found.y)
    show_chart(fig, "dig_priors", "priors", SOURCES, right)


def _show_synthesis(card: Card, digit: np.ndarray, found: Walk) -> None:
    st.markdown(
        "**3 · Synthesis.** A second network turns *ŷ* back into pixels. Untrained, it draws "
        "noise; trained, it draws the digit."
    )
    error, noisy_error = (
        mean_error(picture, digit) for picture in (found.picture, found.noisy_picture)
    )
    show_thumbnails(
        [digit, found.untrained_picture, found.noisy_picture, found.picture],
        [
            "x, original",
            "untrained\n(contrast stretched)",
            f"trained, from y + noise\nMAE {noisy_error:.3f}",
            f"trained, from ŷ\nMAE {error:.3f}",
        ],
        side=140,
        width=150,
    )
    if card["metric"] == "mae":
        lmbda = card["lmbda"]
        st.caption(
            f"The loss of this digit: R + λ · D = {found.bits:.1f} + {lmbda:g} · {error:.4f} = "
            f"{found.bits + lmbda * error:.1f}; its mean over {card['data']['validation']:,} "
            f"test digits is {card['figures']['loss']:.1f}."
        )


def _draw_noise() -> None:
    NOISE.set(NOISE.value + 1)
