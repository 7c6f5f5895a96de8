"""An export as zip archives, each small enough to be sent at once."""

import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

MOST = 200_000_000  # bytes of files in one archive


def bundle(folder: Path, names: Sequence[str], into: Path, stem: str) -> list[Path]:
    """Zips the files `names` of `folder`; returns the archives, "STEM.zip" or "STEM-1.zip" ….

    The files are not compressed again: they are coded already. The first archive begins with those
    named first. An archive is there whole, or not at all.
    """
    parts = _parts(folder, names)
    paths = []
    for number, part in enumerate(parts, 1):
        suffix = "" if len(parts) == 1 else f"-{number}"
        path = into / f"{stem}{suffix}.zip"
        temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for name in part:
                archive.write(folder / name, f"{stem}/{name}")
        temporary.replace(path)
        paths.append(path)
    return paths


def _parts(folder: Path, names: Sequence[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    size = 0
    for name in names:
        length = (folder / name).stat().st_size
        if parts[-1] and size + length > MOST:
            parts.append([])
            size = 0
        parts[-1].append(name)
        size += length
    return parts
