"""The stored models of photographs for the page: chosen by name, described by their cards."""

import streamlit as st

from core.codecs.learned import photo_models
from core.learned.photos.card import PhotoCard
from dashboard.ui.slots import Slot

LEVEL = Slot("pho_level", 0)  # 0: not chosen yet


def choose_model() -> PhotoCard | None:
    """The sidebar's choice of a model: its card, or None (which is said) where there is none."""
    cards = {card["name"]: card for card in photo_models.cards()}
    if not cards:
        st.info(
            "There is no model of photographs in the store. Train one on the page *Train & "
            "models*, or import one there.",
            icon=":material/model_training:",
        )
        return None
    if st.session_state.get("pho_model") not in cards:
        st.session_state.pho_model = next(iter(cards))
    with st.sidebar:
        st.divider()
        if len(cards) > 1:
            st.selectbox(
                "Model",
                list(cards),
                key="pho_model",
                persist_state="session",
                format_func=lambda name: f"{name} · {_rates(cards[name])}",
            )
        card = cards[st.session_state.pho_model]
        config = card["config"]
        st.caption(
            f"**{card['name']}**: {_rates(card)}, {config['filters']} filters, "
            f"{config['latents']} latent channels, "
            f"{config['activation'].upper()}, trained for {card.get('steps', 0):,} steps."
        )
        st.session_state.setdefault("pho_search", True)
        st.toggle(
            "Search the latents",
            key="pho_search",
            persist_state="session",
            disabled=config.get("metric", "mse") != "mse",
            help="Rounding looks at each latent alone. The search asks synthesis and entropy "
            "coder what other numbers "
            "would do to this very picture, and takes those that lower R + λ · MSE. The decoder "
            "need not know.",
        )
    return card


def _rates(card: PhotoCard) -> str:
    lmbda = card["lmbda"]
    return f"λ = {lmbda[0]:g}" if len(lmbda) == 1 else f"{len(lmbda)} levels"


def choose_level(card: PhotoCard) -> int:
    """The slider over the levels of the model: 1 (smallest file) and up."""
    levels = len(card["lmbda"])
    LEVEL.begin_in_range(1, levels, min(LEVEL.value or (levels + 1) // 2, levels))
    if levels > 1:
        st.slider(
            "Level",
            1,
            levels,
            key=LEVEL.key,
            persist_state="session",
            help="One model for all rates: each level has its own λ in rate + λ · distortion. "
            "Small files on the left.",
        )
    else:
        st.caption("This model was trained for one λ and has one level.")
    return LEVEL.value
