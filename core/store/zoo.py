"""The store of trained models: `models/<name>/weights.safetensors` + `card.json`. Weights are data,
never code.

A new model is read back from the disk and proved before anybody can see it. Weights are checked
against the SHA-256 in the card before use; the first four bytes of that hash are the fingerprint in
an `.rdx` file. Cards are read without TensorFlow.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import safetensors.numpy

from core.errors import ModelError
from core.store import disk, places
from core.store.families import Card, Tensors, family_of
from core.store.modelfile import (
    MAX_CARD,
    NAME,
    StoredModel,
    check_name,
    fingerprint,
    parse_card,
    verified,
)

WEIGHTS = "weights.safetensors"
CARD = "card.json"
# What a card says of itself and its weights: nobody else may set these.
FIXED = (
    "name",
    "family",
    "weights_bytes",
    "weights_sha256",
)


def root() -> Path:
    """The folder that models are written to; shipped ones may lie elsewhere (see `places`)."""
    return places.own()


def names() -> list[str]:
    """The names of everything in the store, sound or not, in alphabetical order."""
    found = set()
    for place in (root(), places.shipped()):
        if place is not None and place.is_dir():
            found |= {path.name for path in place.iterdir() if path.is_dir()}
    return sorted(name for name in found if NAME.fullmatch(name))


def is_shipped(name: str) -> bool:
    """Whether model `name` came with an installed program: it can be used and exported, but not
    changed or removed.
    """
    came_with = places.shipped()
    return came_with is not None and (came_with / name).is_dir()


def card(name: str) -> Card:
    """The card of model `name`; the weights are not looked at.

    Raises ModelError when it is missing or damaged.
    """
    path = folder(name) / CARD
    if not path.parent.is_dir():
        raise _missing(name)
    try:
        return parse_card(disk.read(path, MAX_CARD), name)
    except OSError:
        raise ModelError(
            f"Model {name!r} has no readable {CARD}. Remove it and train or import it again."
        ) from None


def cards(family: str | None = None) -> list[Card]:
    """The readable cards in the store, of one family or of all.

    Damaged models are left out (`faults` names them).
    """
    found = []
    for name in names():
        with contextlib.suppress(ModelError):
            found.append(card(name))
    return [c for c in found if family in (None, c["family"])]


def faults() -> dict[str, str]:
    """What is wrong with each unusable model in the store: name -> sentence.

    Reads every model whole.
    """
    found = {}
    for name in names():
        try:
            load(name)
        except ModelError as error:
            found[name] = str(error)
    return found


def check_free(name: str, replace: bool = False) -> None:
    """Raise ModelError unless a model can be stored as `name`: a proper name, and a free one unless
    `replace`.
    """
    _check_own(name)
    if (root() / name).exists() and not replace:
        raise ModelError(
            f"The store already has a model {name!r}. Remove it first, or choose another name."
        )


def load(name: str, family: str | None = None) -> StoredModel:
    """The verified model `name`.

    Raises ModelError when it is missing, damaged, foreign, or not of `family`.
    """
    check_name(name)
    with disk.reading():
        facts = card(name)
        if family not in (None, facts["family"]):
            raise ModelError(f"Model {name!r} is of the family {facts['family']}, not {family}.")
        try:
            weights = disk.read(folder(name) / WEIGHTS, family_of(facts).max_weights)
        except OSError:
            raise ModelError(
                f"Model {name!r} has no readable {WEIGHTS}. Remove it and import it again."
            ) from None
    return verified(facts, weights)


def find(prefix: bytes, family: str) -> str:
    """The name of the model of `family` whose fingerprint is `prefix`.

    Raises ModelError when none is stored.
    """
    for facts in cards(family):
        if fingerprint(facts) == prefix:
            return facts["name"]
    raise ModelError(
        f"The {family} model with the fingerprint {prefix.hex()} is not in the store. "
        "Import the model that wrote this file."
    )


def store(
    name: str,
    family: str,
    tensors: Tensors,
    facts: Mapping[str, Any],
    proof: Callable[[StoredModel], dict[str, Any]] | None = None,
    replace: bool = False,
) -> Card:
    """Store a model and return its card: `facts` plus name, family, size and SHA-256.

    `proof` gets the model as read back from the disk, before anybody else can see it, and returns
    what goes into the card under "proof"; what it raises keeps the model out of the store. Raises
    ModelError when the name is taken (unless `replace`), the tensors are not a model of `family`,
    or they are larger than its models may be.
    """
    check_free(name, replace)
    with disk.scratch_folder() as scratch:
        packed = {key: np.ascontiguousarray(value) for key, value in tensors.items()}
        weights = safetensors.numpy.save(packed)
        disk.write(scratch / WEIGHTS, weights)
        fields = {
            "name": name,
            "family": family,
            **facts,
            "weights_bytes": len(weights),
            "weights_sha256": hashlib.sha256(weights).hexdigest(),
        }
        card = cast(Card, fields)
        limit = family_of(card).max_weights
        model = verified(card, disk.read(scratch / WEIGHTS, limit))
        if proof is not None:
            card["proof"] = proof(model)
        disk.write_card(scratch / CARD, card)
        with disk.writing():
            # Somebody may have taken the name while the proof ran.
            check_free(name, replace)
            disk.put(scratch, name)
    return card


def amend(name: str, facts: Mapping[str, Any]) -> Card:
    """Put `facts` into the card of stored model `name`, whose weights stay; returns the card.

    Raises ModelError like `load`.
    """
    _check_own(name)
    load(name)
    with disk.scratch_folder() as scratch, disk.writing():
        free = {key: value for key, value in facts.items() if key not in FIXED}
        changed = cast(Card, {**card(name), **free})
        disk.write_card(scratch / CARD, changed)
        os.replace(scratch / CARD, root() / name / CARD)
    return changed


def remove(name: str) -> None:
    """Take model `name`, sound or not, out of the store. Raises ModelError when there is none."""
    _check_own(name)
    path = root() / name
    with disk.writing():
        if not path.is_dir():
            raise _missing(name)
        shutil.rmtree(path)


def folder(name: str) -> Path:
    """The folder of model `name`, which need not exist. Raises ModelError for an improper name."""
    shipped = places.shipped()
    if shipped is not None and is_shipped(check_name(name)):
        return shipped / name
    return root() / check_name(name)


def _check_own(name: str) -> None:
    """Raise ModelError when `name` is improper or that of a shipped model, which stays as it is."""
    if is_shipped(check_name(name)):
        raise ModelError(
            f"The model {name!r} came with the program and stays as it is. Choose another name."
        )


def _missing(name: str) -> ModelError:
    stored = ", ".join(names()) or "none"
    return ModelError(f"There is no model {name!r} in the store. Stored models: {stored}.")
