"""The photo coder's model family, registered with the store.

TensorFlow is imported once a model is checked.
"""

from core.learned.photos.card import photo_card
from core.store.families import Card, Family, Tensors, register


def _check(card: Card, tensors: Tensors) -> None:
    from core.learned.photos.model import check

    check(photo_card(card), tensors)


PHOTOS = register(Family("bls2017", _check, max_weights=12_000_000))
