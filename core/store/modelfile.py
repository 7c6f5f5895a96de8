"""A trained model as data: a JSON card and safetensors weights. Pure functions; `zoo` keeps them on the disk.

Each family is a module with `check(card, tensors)`, which raises ModelError when the tensors are not such a model.
"""

import hashlib
import importlib
import json
import re
from dataclasses import dataclass

import numpy as np
import safetensors
import safetensors.numpy

from core.errors import ModelError

FAMILIES = {
    "mnist": "core.learned.digits.model",
    "vae": "core.learned.digits.vae",
    "bls2017": "core.learned.photos.model",
}
MAX_WEIGHTS = 12_000_000
MAX_CARD = 1_000_000
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_DTYPES = {np.dtype(kind) for kind in ("float16", "float32", "int8", "int32")}


@dataclass(frozen=True)
class StoredModel:
    """A verified model: its card, and its tensors by name (float16 or float32 weights, int8 and int32 tables)."""

    card: dict
    tensors: dict[str, np.ndarray]

    @property
    def name(self) -> str:
        return self.card["name"]

    @property
    def fingerprint(self) -> bytes:
        """Four bytes that tell this model from others inside an `.rdx` file."""
        return fingerprint(self.card)


def fingerprint(card: dict) -> bytes:
    """The first four bytes of the weights' SHA-256."""
    return bytes.fromhex(card["weights_sha256"][:8])


def check_name(name: str) -> str:
    """`name`, when it can name a model. Raises ModelError for anything that could leave the store or hide in it."""
    if not (isinstance(name, str) and NAME.fullmatch(name)):
        raise ModelError(
            f"{str(name)[:80]!r} cannot name a model: use up to 64 of a–z, 0–9, dot, dash and underscore, "
            "starting with a letter or digit."
        )
    return name


def parse_card(raw: bytes, name: str | None) -> dict:
    """The card in `raw`, with the fields that every family has. `name`: what it must call itself, None for anything."""
    who = f"Model {name!r}" if name else "The model"
    try:
        facts = json.loads(raw)
        fields = [facts[key] for key in ("name", "family", "weights_sha256")]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ModelError(
            f"{who} has a damaged card.json. Remove it and train or import it again."
        ) from None
    if not all(isinstance(field, str) for field in fields) or not re.fullmatch(
        "[0-9a-f]{64}", fields[2]
    ):
        raise ModelError(f"{who} has a damaged card.json. Remove it and train or import it again.")
    check_name(fields[0])
    if name not in (None, fields[0]):
        raise ModelError(
            f"{who} calls itself {fields[0]!r} in its card. Import it again under the name you want."
        )
    return facts


def verified(facts: dict, weights: bytes) -> StoredModel:
    """The model of a card and a weights file, once the two belong together and make a model of the card's family."""
    name, family = facts["name"], facts["family"]
    if len(weights) > MAX_WEIGHTS:
        raise ModelError(
            f"Model {name!r} needs more than {MAX_WEIGHTS / 1e6:g} MB; the store takes smaller ones."
        )
    if hashlib.sha256(weights).hexdigest() != facts["weights_sha256"]:
        raise ModelError(
            f"Model {name!r} is damaged: its weights do not match the SHA-256 in its card. "
            "Remove it and import or train it again."
        )
    if family not in FAMILIES:
        raise ModelError(
            f"Model {name!r} is of the unknown family {family!r}. Known families: {', '.join(FAMILIES)}."
        )
    try:
        tensors = safetensors.numpy.load(weights)
    except (safetensors.SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"Model {name!r}: its weights are no safetensors file ({error})."
        ) from None
    for key, value in tensors.items():
        if value.dtype not in _DTYPES or (value.dtype.kind == "f" and not np.isfinite(value).all()):
            raise ModelError(
                f"Model {name!r} is unusable: {key} is {value.dtype} or holds values that are not finite."
            )
    importlib.import_module(FAMILIES[family]).check(facts, tensors)
    return StoredModel(facts, tensors)


def check_shapes(
    facts: dict, tensors: dict[str, np.ndarray], expected: dict[str, tuple[int | None, ...]]
) -> None:
    """Raise ModelError unless `tensors` has exactly the names and shapes of `expected` (None: any length)."""
    who = f"Model {facts['name']!r} is no {facts['family']} model"
    if odd := set(tensors) ^ set(expected):
        raise ModelError(f"{who}: it lacks or has too much: {', '.join(sorted(odd))}.")
    for key, want in expected.items():
        got = tensors[key].shape
        if len(got) != len(want) or any(w not in (None, g) for g, w in zip(got, want, strict=True)):
            raise ModelError(f"{who}: {key} has the shape {got}, not {want}.")
