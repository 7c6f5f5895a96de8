"""A trained model as data: a JSON card and safetensors weights, checked before use.

Pure functions of bytes; `zoo` keeps the files on the disk.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import cast

import numpy as np
import safetensors
import safetensors.numpy

from core.errors import ModelError
from core.store.families import Card, Tensors, family_of

MAX_CARD = 1_000_000
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DTYPES = {np.dtype(kind) for kind in ("float16", "float32", "int8", "int32")}


@dataclass(frozen=True)
class StoredModel:
    """A verified model: its card, and its tensors by name (float16 or float32 weights, int8 and
    int32 tables).
    """

    card: Card
    tensors: Tensors

    @property
    def name(self) -> str:
        return self.card["name"]

    @property
    def fingerprint(self) -> bytes:
        """Four bytes that tell this model from others inside an `.rdx` file."""
        return fingerprint(self.card)


def fingerprint(card: Card) -> bytes:
    """The first four bytes of the weights' SHA-256."""
    return bytes.fromhex(card["weights_sha256"][:8])


def check_name(name: str) -> str:
    """`name`, when it can name a model.

    Raises ModelError for anything that could leave the store or hide in it.
    """
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise ModelError(
            f"{str(name)[:80]!r} cannot name a model: use up to 64 of a–z, 0–9, dot, dash and "
            "underscore, starting with a letter or digit."
        )
    return name


def parse_card(raw: bytes, name: str | None) -> Card:
    """The card in `raw`, with the fields that every family has.

    `name`: what it must call itself, None for anything.
    """
    who = f"Model {name!r}" if name else "The model"
    damaged = ModelError(f"{who} has a damaged card.json. Remove it and train or import it again.")
    try:
        facts = json.loads(raw)
        fields = [facts[key] for key in ("name", "family", "weights_sha256")]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise damaged from None
    if not all(isinstance(field, str) for field in fields):
        raise damaged
    own_name, _, sha256 = fields
    if not _SHA256.fullmatch(sha256):
        raise damaged
    check_name(own_name)
    if name not in (None, own_name):
        raise ModelError(
            f"{who} calls itself {own_name!r} in its card. Import it again under the name you want."
        )
    return cast(Card, facts)


def verified(card: Card, weights: bytes) -> StoredModel:
    """The model of a card and a weights file, once they belong together and fit the card's family.

    Raises ModelError otherwise.
    """
    name = card["name"]
    family = family_of(card)
    if len(weights) > family.max_weights:
        raise ModelError(
            f"Model {name!r} needs more than {family.max_weights / 1e6:g} MB; "
            "the store takes smaller ones."
        )
    if hashlib.sha256(weights).hexdigest() != card["weights_sha256"]:
        raise ModelError(
            f"Model {name!r} is damaged: its weights do not match the SHA-256 in its card. "
            "Remove it and import or train it again."
        )
    try:
        tensors = safetensors.numpy.load(weights)
    except (safetensors.SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"Model {name!r}: its weights are no safetensors file ({error})."
        ) from None
    for key, value in tensors.items():
        finite = value.dtype.kind != "f" or np.isfinite(value).all()
        if value.dtype not in _DTYPES or not finite:
            raise ModelError(
                f"Model {name!r} is unusable: {key} is {value.dtype} or holds values that are "
                "not finite."
            )
    family.check(card, tensors)
    return StoredModel(card, tensors)
