"""Digits: the transform coder of TensorFlow's tutorial "Learned data compression"."""

from functools import partial

from core.codecs.learned import mnist as codec
from dashboard import state
from dashboard.digits import compress, generate, latent, lesson, models, tradeoff, walk, yours
from dashboard.digits.notebook import notebook
from dashboard.growth import Growth
from dashboard.teach.head import Head
from dashboard.ui.slots import Slot, one_of
from dashboard.waiting import service

SECTIONS = {
    "Compress": compress.show,
    "Step by step": walk.show,
    "Your digit": yours.show,
    "Trade-off": lambda card, index, growth: tradeoff.show(card, codec.cards(), growth),
    "Latent space": latent.show,
    "Generate": lambda card, index, growth: generate.show(card, growth),
}

head = Head(
    "A digit in a few bytes",
    "A small neural transform coder learned what handwritten digits have in common, and sends "
    "only the rest. After TensorFlow's tutorial *Learned data compression*, trained on MNIST.",
)
owner = state.session_id()
service().begin(owner, "digits")
card = models.choose_model()
if card is not None:
    index = models.choose_digit()
    head.offer_notebook("digits", notebook(card, index))
    names = {name: name for name in SECTIONS}
    section = one_of(
        "Section", names, Slot("dig_section", "Compress"), label_visibility="collapsed"
    )
    growth = Growth(owner)
    SECTIONS[section](card, index, growth)
    growth.place(partial(lesson.show, card, index))
    growth.settle()
