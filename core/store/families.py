"""The model families that the store knows: each registers itself, in a module that imports no
TensorFlow.

    DIGITS = register(Family("mnist", check))  # in core/learned/digits/family.py
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np

from core.errors import ModelError

Tensors = dict[str, np.ndarray]
MAX_WEIGHTS = 6_000_000  # bytes, of a family that asks for no more


class Card(TypedDict):
    """What every model card says; a family's own card, a subclass, says more."""

    name: str
    family: str
    weights_sha256: str  # 64 hexadecimal digits
    weights_bytes: int
    title: NotRequired[str]
    created: NotRequired[str]  # YYYY-MM-DD
    steps: NotRequired[int]
    command: NotRequired[str]
    hardware: NotRequired[str]
    versions: NotRequired[dict[str, str]]
    proof: NotRequired[dict[str, Any]]  # what was checked on the model as read back from the disk


@dataclass(frozen=True)
class Family:
    """A kind of model.

    `check(card, tensors)` raises ModelError when the tensors are not such a model, or the card
    lacks what the family's pages show.

    `max_weights`: bytes that the weights file of one model may have.
    """

    name: str
    check: Callable[[Card, Tensors], None]
    max_weights: int = MAX_WEIGHTS


FAMILIES: dict[str, Family] = {}


def register(family: Family) -> Family:
    """Make `family` known to the store; returns it."""
    FAMILIES[family.name] = family
    return family


def largest_weights() -> int:
    """Bytes that the weights file of a model of any family may have."""
    return max(family.max_weights for family in FAMILIES.values())


def family_of(card: Card) -> Family:
    """The family that a card names. Raises ModelError for one that nobody registered."""
    try:
        return FAMILIES[card["family"]]
    except KeyError:
        known = ", ".join(FAMILIES)
        raise ModelError(
            f"Model {card['name']!r} is of the unknown family {card['family']!r}. "
            f"Known families: {known}."
        ) from None


def check_shapes(
    card: Card,
    tensors: Tensors,
    expected: Mapping[str, tuple[int | None, ...]],
) -> None:
    """Raise ModelError unless `tensors` has exactly the names and shapes of `expected`.

    A side of None may have any length.
    """
    who = f"Model {card['name']!r} is no {card['family']} model"
    odd = set(tensors) ^ set(expected)
    if odd:
        raise ModelError(f"{who}: it lacks or has too much: {', '.join(sorted(odd))}.")
    for key, want in expected.items():
        got = tensors[key].shape
        fits = len(got) == len(want)
        for side, wanted in zip(got, want, strict=False):
            fits &= wanted in (None, side)
        if not fits:
            raise ModelError(f"{who}: {key} has the shape {got}, not {want}.")
