"""The digits' model families, registered with the store.

TensorFlow is imported once a model is checked.
"""

from core.store.families import Card, Family, Tensors, register


def _check_coder(card: Card, tensors: Tensors) -> None:
    from core.learned.digits.checks import check

    check(card, tensors)


def _check_vae(card: Card, tensors: Tensors) -> None:
    from core.learned.digits.vae import check

    check(card, tensors)


DIGITS = register(Family("mnist", _check_coder))
VAES = register(Family("vae", _check_vae))
