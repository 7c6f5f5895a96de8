"""Models as zip files, to take them from one store to another."""

import io
import zipfile
import zlib
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.store import zoo
from core.store.families import Card, largest_weights
from core.store.modelfile import MAX_CARD, parse_card, verified

_UNREADABLE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    zlib.error,
)


def max_file() -> int:
    """Bytes that no exported model comes near."""
    return 2 * (largest_weights() + MAX_CARD)


def export(name: str) -> bytes:
    """Model `name` as one zip file, for `import_file`. Raises ModelError like `zoo.load`."""
    zoo.load(name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in (zoo.CARD, zoo.WEIGHTS):
            archive.write(zoo.folder(name) / member, f"{name}/{member}")
    return out.getvalue()


def import_file(data: bytes, name: str | None = None, replace: bool = False) -> Card:
    """Store the model in the zip file `data`, under its own or another `name`; returns the card.

    Nothing is unpacked by the archive's own paths. Raises ModelError for anything but a file that
    `export` wrote.
    """
    if len(data) > max_file():
        raise ModelError(f"This is no exported model: those have at most {max_file() / 1e6:g} MB.")
    try:
        raw_card, weights = _unpacked(data)
    except _UNREADABLE as error:
        raise ModelError(
            f"This is no exported model: the zip file cannot be read ({error})."
        ) from None
    card = parse_card(raw_card, None)
    model = verified(card, weights)
    facts: dict[str, Any] = {}
    for key, value in card.items():
        if key not in zoo.FIXED:
            facts[key] = value
    return zoo.store(
        name or card["name"],
        card["family"],
        model.tensors,
        facts,
        replace=replace,
    )


def _unpacked(data: bytes) -> tuple[bytes, bytes]:
    """The card's and the weights' bytes in a zip file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        inside = {Path(info.filename).name: info for info in members}
        if len(members) != 2 or set(inside) != {zoo.CARD, zoo.WEIGHTS}:
            raise ModelError(
                f"This is no exported model: it must hold one {zoo.CARD} and one {zoo.WEIGHTS}, "
                "nothing else."
            )
        card = _member(archive, inside[zoo.CARD], MAX_CARD)
        weights = _member(archive, inside[zoo.WEIGHTS], largest_weights())
    return card, weights


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """One file out of a zip, never more than `limit` bytes of it."""
    with archive.open(info) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ModelError(
            f"This is no exported model: {info.filename!r} is larger than {limit / 1e6:g} MB."
        )
    return data
