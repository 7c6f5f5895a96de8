"""The stored models of digits for the page: chosen by λ, loaded in the background, shared by all sessions."""

from concurrent.futures import Future

import numpy as np
import streamlit as st

from core.codecs import mnist as codec
from core.datasets.mnist import sample
from core.store import zoo
from dashboard import loading, state

KEYS = ("dig_section", "dig_lmbda", "dig_own", "dig_index")


def choose_model() -> dict | None:
    """The sidebar's choice of a model: its card, or None when the store has none (which is said)."""
    cards = codec.cards()
    if not cards:
        st.info(
            "There is no model of digits in the store. Train one on the page *Train & models*.",
            icon=":material/model_training:",
        )
        return None
    by_lmbda = {
        card["lmbda"]: card for card in cards if card["name"] == codec.model_for(card["lmbda"])
    }
    others = {card["name"]: card for card in cards if card not in by_lmbda.values()}
    ladder = sorted(by_lmbda)
    if st.session_state.get("dig_lmbda") not in ladder:
        st.session_state.dig_lmbda = 2000 if 2000 in ladder else ladder[len(ladder) // 2]
    if st.session_state.get("dig_own") not in others:
        st.session_state.pop("dig_own", None)
    with st.sidebar:
        st.select_slider(
            "λ: what distortion weighs",
            ladder,
            key="dig_lmbda",
            format_func=lambda value: f"{value:g}",
            help="Each λ has a model of its own, trained to make rate + λ · distortion small.",
        )
        if others:
            st.selectbox(
                "or another stored model",
                list(others),
                index=None,
                key="dig_own",
                placeholder="none",
                format_func=lambda name: f"{name} (λ = {others[name]['lmbda']:g})",
            )
        chosen = others.get(st.session_state.get("dig_own")) or by_lmbda[st.session_state.dig_lmbda]
        figures = chosen["figures"]
        st.caption(
            f"**{chosen['name']}** on {chosen['data']['validation']:,} test digits: {figures['rate']:.1f} bits a digit, "
            f"mean absolute error {figures['mae']:.4f}, {len(live_dims(chosen))} of {chosen['latent_dims']} "
            "dimensions in use."
        )
    return chosen


def choose_digit() -> int:
    """The sidebar's choice of a test digit: its index into `sample()`."""
    state.keep("dig_index")
    st.session_state.setdefault("dig_index", 0)

    def another() -> None:
        st.session_state.dig_index = int(np.random.default_rng().integers(len(sample())))

    with st.sidebar:
        st.number_input("Test digit", 0, len(sample()) - 1, key="dig_index")
        st.button("Another one", icon=":material/casino:", on_click=another, width="stretch")
    return int(st.session_state.dig_index)


def live_dims(card: dict) -> list[int]:
    """The dimensions of a model's latent space that carry information, most first."""
    from core.learned.digits.lab import live_dims as live

    return live(card["figures"]["bits_per_dim"])


def coder(card: dict):
    """The model of `card` at work (`core.learned.digits.model.DigitCoder`), or None while it is being loaded. Raises ModelError."""
    return loading.result(
        _coder(card["name"], card["weights_sha256"], str(zoo.root())), _coder.clear
    )


def untrained(latent_dims: int):
    """A model with random weights, or None while it is being made."""
    return loading.result(_untrained(latent_dims), _untrained.clear)


def vae_card() -> dict | None:
    """The card of the stored variational autoencoder, the newest if there are several."""
    return max(zoo.cards("vae"), key=lambda card: card["created"], default=None)


def vae(card: dict):
    """The variational autoencoder of `card` at work (`core.learned.digits.vae.Vae`), or None while it is being loaded."""
    return loading.result(_vae(card["name"], card["weights_sha256"], str(zoo.root())), _vae.clear)


def wait_for(card: dict) -> None:
    """Says that TensorFlow is starting, and draws the page again when the model of `card` is there."""
    loading.wait_for(lambda: (vae if card["family"] == "vae" else coder)(card))


@st.cache_resource(max_entries=16, show_spinner=False)
def _coder(name: str, weights_sha256: str, root: str) -> Future:
    return loading.start(codec.digit_coder, name)


@st.cache_resource(max_entries=2, show_spinner=False)
def _untrained(latent_dims: int) -> Future:
    def make():
        from core.learned.digits import model as mnist
        from core.learned.digits.runs import first_weights

        parameters = first_weights(mnist.parameter_shapes(latent_dims), seed=0)
        return mnist.DigitCoder(parameters | mnist.build_tables(parameters))

    return loading.start(make)


@st.cache_resource(max_entries=4, show_spinner=False)
def _vae(name: str, weights_sha256: str, root: str) -> Future:
    def load():
        from core.learned.digits import vae

        return vae.Vae(zoo.load(name, "vae").tensors)

    return loading.start(load)
