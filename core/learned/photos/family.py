"""The photo coder's model family, registered with the store. TensorFlow is imported once one is checked."""

from typing import Any, NotRequired

from core.store.families import Card, Family, Tensors, register


class PhotoCard(Card):
    """What the card of a model of photographs says beyond every card's fields."""

    config: dict[str, Any]  # of `PhotoConfig.to_json`
    lmbda: list[float]  # one for each level
    figures: NotRequired[dict[str, Any]]  # rate and distortion on Kodak
    sessions: NotRequired[list[dict[str, Any]]]  # of training
    entropy_model: NotRequired[Any]  # of a model that was trained for `bls2017-neural`


def _check(card: Card, tensors: Tensors) -> None:
    from core.learned.photos.model import check

    check(card, tensors)


PHOTOS = register(Family("bls2017", _check, max_weights=12_000_000))
