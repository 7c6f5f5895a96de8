"""Digits: the transform coder of TensorFlow's tutorial "Learned data compression", trained, stored and open to questions."""

import streamlit as st

from core.codecs import mnist as codec
from core.errors import RDError
from dashboard import state
from dashboard.digits import compress, generate, latent, models, tradeoff, walk, yours

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
    "A small neural transform coder learned what handwritten digits have in common, and sends only the rest. "
    "After TensorFlow's tutorial *Learned data compression*, trained on MNIST."
)
state.keep(*models.KEYS)
card = models.choose_model()
if card:
    index = models.choose_digit()
    st.session_state.setdefault("dig_section", "Compress")
    section = st.segmented_control(
        "Section", list(SECTIONS), key="dig_section", required=True, label_visibility="collapsed"
    )
    try:
        SECTIONS[section](card, index)
    except RDError as error:
        st.error(str(error), icon=":material/block:")
