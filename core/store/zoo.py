"""The store of trained models: `models/<name>/weights.safetensors` + `card.json`. Weights are data, never code.

A model is written to a hidden folder beside its place, read back, proved, and only then renamed into the store, so that
a killed or full disk never leaves half a model under a name. Weights are checked against the SHA-256 in the card before
use; the first four bytes of that hash are the fingerprint in an `.rdx` file. Cards are read without TensorFlow.
"""

import contextlib
import fcntl
import hashlib
import io
import json
import os
import shutil
import time
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import safetensors.numpy

from core.errors import ModelError
from core.store import places
from core.store.families import Card, family_of, largest_weights
from core.store.modelfile import (
    MAX_CARD,
    NAME,
    StoredModel,
    check_name,
    fingerprint,
    parse_card,
    verified,
)

WEIGHTS, CARD = "weights.safetensors", "card.json"
_FIXED = (
    "name",
    "family",
    "weights_bytes",
    "weights_sha256",
)  # what a card says of itself and its weights


def root() -> Path:
    """The folder that models are written to; shipped ones may lie elsewhere (see `places`)."""
    return places.own()


def names() -> list[str]:
    """The names of everything in the store, sound or not, in alphabetical order."""
    found = set()
    for folder in (root(), places.shipped()):
        if folder is not None and folder.is_dir():
            found |= {path.name for path in folder.iterdir() if path.is_dir()}
    return sorted(name for name in found if NAME.fullmatch(name))


def is_shipped(name: str) -> bool:
    """Whether model `name` came with an installed program: it can be used and exported, not changed or removed."""
    folder = places.shipped()
    return folder is not None and (folder / name).is_dir()


def card(name: str) -> Card:
    """The card of model `name`. Raises ModelError when it is missing or damaged; the weights are not looked at."""
    path = _folder(name) / CARD
    if not path.parent.is_dir():
        raise ModelError(
            f"There is no model {name!r} in the store. Stored models: {', '.join(names()) or 'none'}."
        )
    try:
        return parse_card(_read(path, MAX_CARD), name)
    except OSError:
        raise ModelError(
            f"Model {name!r} has no readable {CARD}. Remove it and train or import it again."
        ) from None


def cards(family: str | None = None) -> list[Card]:
    """The readable cards in the store, of one family or of all. Damaged models are left out (`faults` names them)."""
    found = []
    for name in names():
        with contextlib.suppress(ModelError):
            found.append(card(name))
    return [c for c in found if family in (None, c["family"])]


def faults() -> dict[str, str]:
    """What is wrong with each unusable model in the store: name -> sentence. Reads every model whole."""
    found = {}
    for name in names():
        try:
            load(name)
        except ModelError as error:
            found[name] = str(error)
    return found


def check_free(name: str, replace: bool = False) -> None:
    """Raise ModelError unless a model can be stored as `name`: a proper name, not taken unless `replace`."""
    _check_own(name)
    if (root() / name).exists() and not replace:
        raise ModelError(
            f"The store already has a model {name!r}. Remove it first, or choose another name."
        )


def load(name: str, family: str | None = None) -> StoredModel:
    """The verified model `name`. Raises ModelError when it is missing, damaged, foreign, or not of `family`."""
    check_name(name)
    with _lock(fcntl.LOCK_SH):
        facts = card(name)
        if family not in (None, facts["family"]):
            raise ModelError(f"Model {name!r} is of the family {facts['family']}, not {family}.")
        try:
            weights = _read(_folder(name) / WEIGHTS, family_of(facts).max_weights)
        except OSError:
            raise ModelError(
                f"Model {name!r} has no readable {WEIGHTS}. Remove it and import it again."
            ) from None
    return verified(facts, weights)


def find(prefix: bytes, family: str) -> str:
    """The name of the model of `family` whose fingerprint is `prefix`. Raises ModelError when none is stored."""
    for facts in cards(family):
        if fingerprint(facts) == prefix:
            return facts["name"]
    raise ModelError(
        f"The {family} model with the fingerprint {prefix.hex()} is not in the store. Import the model "
        "that wrote this file."
    )


def store(
    name: str,
    family: str,
    tensors: dict[str, np.ndarray],
    facts: dict,
    proof: Callable[[StoredModel], dict] | None = None,
    replace: bool = False,
) -> Card:
    """Store a model and return its card: `facts` plus name, family, size and SHA-256.

    `proof` gets the model as read back from the disk, before anybody else can see it, and returns what goes into the
    card under "proof"; what it raises keeps the model out of the store. Raises ModelError when the name is taken
    (unless `replace`), the tensors are not a model of `family`, or they are larger than its models may be.
    """
    check_free(name, replace)
    with _scratch() as scratch:
        weights = safetensors.numpy.save(
            {key: np.ascontiguousarray(value) for key, value in tensors.items()}
        )
        _write(scratch / WEIGHTS, weights)
        card = cast(
            Card,
            {
                "name": name,
                "family": family,
                **facts,
                "weights_bytes": len(weights),
                "weights_sha256": hashlib.sha256(weights).hexdigest(),
            },
        )
        model = verified(card, _read(scratch / WEIGHTS, family_of(card).max_weights))
        if proof is not None:
            card["proof"] = proof(model)
        _write(scratch / CARD, _json(card))
        _publish(scratch, name, replace)
    return card


def amend(name: str, facts: dict[str, Any]) -> Card:
    """Put `facts` into the card of stored model `name`, whose weights stay; returns the card. Raises ModelError as `load`."""
    _check_own(name)
    load(name)
    with _scratch() as scratch, _lock(fcntl.LOCK_EX):
        free = {key: value for key, value in facts.items() if key not in _FIXED}
        changed = cast(Card, {**card(name), **free})
        _write(scratch / CARD, _json(changed))
        os.replace(scratch / CARD, root() / name / CARD)
    return changed


def remove(name: str) -> None:
    """Take model `name`, sound or not, out of the store. Raises ModelError when there is none."""
    _check_own(name)
    path = root() / name
    with _lock(fcntl.LOCK_EX):
        if not path.is_dir():
            raise ModelError(
                f"There is no model {name!r} in the store. Stored models: {', '.join(names()) or 'none'}."
            )
        shutil.rmtree(path)


def max_file() -> int:
    """Bytes that no exported model comes near."""
    return 2 * (largest_weights() + MAX_CARD)


def export(name: str) -> bytes:
    """Model `name` as one zip file, for `import_file`. Raises ModelError like `load`."""
    load(name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in (CARD, WEIGHTS):
            archive.write(_folder(name) / member, f"{name}/{member}")
    return out.getvalue()


def import_file(data: bytes, name: str | None = None, replace: bool = False) -> Card:
    """Store the model in the zip file `data`, under its own or another `name`; returns the card.

    Nothing is unpacked by the archive's own paths. Raises ModelError for anything but a file that `export` wrote.
    """
    if len(data) > max_file():
        raise ModelError(f"This is no exported model: those have at most {max_file() / 1e6:g} MB.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = {Path(info.filename).name: info for info in archive.infolist()}
            if len(archive.infolist()) != 2 or set(inside) != {CARD, WEIGHTS}:
                raise ModelError(
                    f"This is no exported model: it must hold one {CARD} and one {WEIGHTS}, nothing else."
                )
            raw_card, weights = (
                _member(archive, inside[key], limit)
                for key, limit in ((CARD, MAX_CARD), (WEIGHTS, largest_weights()))
            )
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        zlib.error,
    ) as error:
        raise ModelError(
            f"This is no exported model: the zip file cannot be read ({error})."
        ) from None
    facts = parse_card(raw_card, None)
    model = verified(facts, weights)
    return store(
        name or facts["name"],
        facts["family"],
        model.tensors,
        {k: v for k, v in facts.items() if k not in _FIXED},
        replace=replace,
    )


def _folder(name: str) -> Path:
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


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """One file out of a zip, never more than `limit` bytes of it."""
    with archive.open(info) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ModelError(
            f"This is no exported model: {info.filename!r} is larger than {limit / 1e6:g} MB."
        )
    return data


def _read(path: Path, limit: int) -> bytes:
    """At most `limit` + 1 bytes of a file, so that an oversized one is noticed and not read whole."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def _json(facts: Card) -> bytes:
    return json.dumps(facts, indent=1, allow_nan=False, ensure_ascii=False).encode()


def _write(path: Path, data: bytes) -> None:
    """Write a file through to the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    """A hidden folder inside the store, gone afterwards unless it was renamed into place."""
    path = root() / f".new-{uuid.uuid4().hex}"
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _lock(kind: int) -> Iterator[None]:
    """Hold the store's lock: any number of readers (LOCK_SH) or one writer (LOCK_EX), over all processes."""
    if kind == fcntl.LOCK_EX:
        root().mkdir(parents=True, exist_ok=True)
    elif not root().is_dir():
        yield
        return
    handle = os.open(root(), os.O_RDONLY)
    try:
        fcntl.flock(handle, kind)
        if kind == fcntl.LOCK_EX:
            _recover()
        yield
    finally:
        os.close(handle)


def _publish(scratch: Path, name: str, replace: bool) -> None:
    """Rename a complete model to its name, in place of an older one if `replace`."""
    with _lock(fcntl.LOCK_EX):
        place, old = root() / name, root() / f".old-{name}"
        check_free(name, replace)
        if place.exists():
            place.rename(old)
        scratch.rename(place)
        shutil.rmtree(old, ignore_errors=True)


def _recover() -> None:
    """Clear what killed writers left, and put back a model killed between two renames. The caller holds the lock."""
    for new in root().glob(".new-*"):
        if time.time() - new.stat().st_mtime > 3600:
            shutil.rmtree(new, ignore_errors=True)
    for old in root().glob(".old-*"):
        place = root() / old.name.removeprefix(".old-")
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(place)
