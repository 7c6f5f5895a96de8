"""The photo coder's model family, registered with the store."""

from core.learned.photos.card import photo_card
from core.learned.photos.checks import check
from core.store.families import Card, Family, Tensors, register


def _check(card: Card, tensors: Tensors) -> None:
    check(photo_card(card), tensors)


PHOTOS = register(Family("bls2017", _check, max_weights=12_000_000))
