"""The folder that models are written to: durable writes, one writer at a time, and recovery after a
kill.

A model is written to a hidden folder beside its place and only then renamed, so that a killed
process or a full disk never leaves half a model under a name.
"""

import contextlib
import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from core.store import places
from core.store.families import Card

ABANDONED_S = 3600  # a scratch folder of this age belongs to a writer that was killed


def read(path: Path, limit: int) -> bytes:
    """At most `limit` + 1 bytes of a file: an oversized one is noticed and not read whole."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def write(path: Path, data: bytes) -> None:
    """Write a file through to the disk."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_card(path: Path, card: Card) -> None:
    """Write a card as JSON, through to the disk."""
    text = json.dumps(
        card,
        indent=1,
        allow_nan=False,
        ensure_ascii=False,
    )
    write(path, text.encode())


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A hidden folder inside the store, gone afterwards unless it was renamed into place."""
    path = places.own() / f".new-{uuid.uuid4().hex}"
    path.mkdir(parents=True)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """Keep writers of all processes out; any number may read at once."""
    if not places.own().is_dir():
        # Nothing was ever written there, and a reader makes no folder.
        yield
        return
    with _locked(fcntl.LOCK_SH):
        yield


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Keep all others, of all processes, out; what killed writers left is cleared first."""
    places.own().mkdir(parents=True, exist_ok=True)
    with _locked(fcntl.LOCK_EX):
        _recover()
        yield


@contextlib.contextmanager
def _locked(kind: int) -> Iterator[None]:
    handle = os.open(places.own(), os.O_RDONLY)
    try:
        fcntl.flock(handle, kind)
        yield
    finally:
        os.close(handle)


def put(scratch: Path, name: str) -> None:
    """Rename a complete model to its name, in place of an older one. The caller holds `writing`."""
    place = places.own() / name
    old = places.own() / f".old-{name}"
    if place.exists():
        place.rename(old)
    scratch.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _recover() -> None:
    """Clear what killed writers left, and put back a model killed between two renames."""
    root = places.own()
    for new in root.glob(".new-*"):
        if time.time() - new.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(new, ignore_errors=True)
    for old in root.glob(".old-*"):
        place = root / old.name.removeprefix(".old-")
        if place.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(place)
