"""Fields that several forms of the Train & models page share."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.store import zoo


def seed_field(place: DeltaGenerator, key: str) -> int:
    """The seed of weights and batches."""
    return place.number_input("Seed", 0, 2**31 - 1, 0, key=key)


def start_field(place: DeltaGenerator, family: str, nothing: str, key: str, help: str = "") -> str:
    """The stored model to start from, "" for none; `nothing` is what a start from none is."""
    names = ["", *(card["name"] for card in zoo.cards(family))]
    chosen = place.selectbox(
        "Start from",
        names,
        format_func=lambda name: name or nothing,
        key=key,
        help=help or None,
    )
    return chosen or ""


def name_field(place: DeltaGenerator, example: str, key: str) -> str:
    """The name under which the model will be stored."""
    return place.text_input("Name in the store", placeholder=example, max_chars=64, key=key)


def submitted() -> bool:
    """The button that starts the training."""
    return st.form_submit_button("Start training", type="primary", icon=":material/play_arrow:")
