"""Digits: the transform coder of TensorFlow's tutorial "Learned data compression"."""

import streamlit as st

from core.codecs import mnist as codec
from dashboard.digits import compress, generate, latent, models, tradeoff, walk, yours
from dashboard.ui.slots import Slot, one_of

SECTIONS = {
    "Compress": lambda card, index: compress.show(card, index),
    "Step by step": lambda card, index: walk.show(card, index),
    "Your digit": lambda card, index: yours.show(card, index),
    "Trade-off": lambda card, index: tradeoff.show(card, codec.cards()),
    "Latent space": lambda card, index: latent.show(card, index),
    "Generate": lambda card, index: generate.show(card),
}

st.title("A digit in a few bytes")
st.caption(
    "A small neural transform coder learned what handwritten digits have in common, and sends "
    "only the rest. After TensorFlow's tutorial *Learned data compression*, trained on MNIST."
)
card = models.choose_model()
if card:
    index = models.choose_digit()
    names = {name: name for name in SECTIONS}
    section = one_of(
        "Section", names, Slot("dig_section", "Compress"), label_visibility="collapsed"
    )
    SECTIONS[section](card, index)
