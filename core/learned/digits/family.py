"""The digits' model families, registered with the store. TensorFlow is imported once one is checked."""

from typing import Any, NotRequired

from core.store.families import Card, Family, Tensors, register


class DigitCard(Card):
    """What the card of a model of digits says beyond every card's fields."""

    lmbda: float
    metric: str  # the distortion that it was trained for
    figures: dict[str, Any]  # rate and distortion on the test set
    latent_dims: NotRequired[int]


def _check_coder(card: Card, tensors: Tensors) -> None:
    from core.learned.digits.model import check

    check(card, tensors)


def _check_vae(card: Card, tensors: Tensors) -> None:
    from core.learned.digits.vae import check

    check(card, tensors)


DIGITS = register(Family("mnist", _check_coder))
VAES = register(Family("vae", _check_vae))
