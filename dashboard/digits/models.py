"""The choice of a stored model by its λ, and of a test digit, in the sidebar."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from core.codecs.learned import mnist as codec
from core.datasets.mnist import sample
from core.learned.digits.lab import live_dims
from core.publish import Sources
from core.store import zoo
from dashboard.ui.slots import Slot

Card = Mapping[str, Any]
SOURCES = Sources(("mnist",), data=("mnist",))  # of every chart of the page

LMBDA = Slot("dig_lmbda", 2000.0)
OTHER: Slot[str | None] = Slot("dig_own", None)
INDEX = Slot("dig_index", 0)


def choose_model() -> Card | None:
    """The card of the chosen model; None, with a hint on the page, when the store has none."""
    cards = codec.cards()
    if not cards:
        st.info(
            "There is no model of digits in the store. Train one on the page *Train & models*.",
            icon=":material/model_training:",
        )
        return None
    by_lmbda = {c["lmbda"]: c for c in cards if c["name"] == codec.model_for(c["lmbda"])}
    others = {c["name"]: c for c in cards if c not in by_lmbda.values()}
    with st.sidebar:
        _choose_lmbda(sorted(by_lmbda))
        _choose_other(others)
        name = OTHER.value
        chosen = by_lmbda[LMBDA.value] if name is None else others[name]
        _describe(chosen)
    return chosen


def _choose_lmbda(ladder: list[float]) -> None:
    if LMBDA.value not in ladder:
        LMBDA.set(LMBDA.start if LMBDA.start in ladder else ladder[len(ladder) // 2])
    LMBDA.begin()
    st.select_slider(
        "λ: the weight of distortion",
        ladder,
        key=LMBDA.key,
        persist_state="session",
        format_func=lambda value: f"{value:g}",
        help="Each λ has a model of its own, trained to minimise rate + λ · distortion.",
    )


def _choose_other(others: Mapping[str, Card]) -> None:
    """A second model of some λ has no place on the slider; it is chosen by its name."""
    if OTHER.value not in others:
        OTHER.set(None)
    if not others:
        return
    OTHER.begin()
    st.selectbox(
        "or another stored model",
        list(others),
        index=None,
        key=OTHER.key,
        persist_state="session",
        placeholder="none",
        format_func=lambda name: f"{name} (λ = {others[name]['lmbda']:g})",
    )


def _describe(card: Card) -> None:
    figures = card["figures"]
    live = len(live_dims(figures["bits_per_dim"]))
    st.caption(
        f"**{card['name']}** on {card['data']['validation']:,} test digits: "
        f"{figures['rate']:.1f} bits per digit, mean absolute error {figures['mae']:.4f}, "
        f"{live} of {card['latent_dims']} dimensions in use."
    )


def choose_digit() -> int:
    """The chosen test digit: its index into `sample()`."""
    INDEX.begin()
    with st.sidebar:
        st.number_input("Test digit", 0, len(sample()) - 1, key=INDEX.key, persist_state="session")
        st.button("Another one", icon=":material/casino:", on_click=_another_digit, width="stretch")
    return INDEX.value


def _another_digit() -> None:
    INDEX.set(int(np.random.default_rng().integers(len(sample()))))


def vae_card() -> Card | None:
    """The card of the stored variational autoencoder, the newest if there are several."""
    return max(zoo.cards("vae"), key=lambda card: card["created"], default=None)
