"""Pictures that a person uploads for a sweep: kept in a job folder of their own."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import RDError
from core.images import archive
from core.sweep import runs, sources
from core.sweep.sources import Item
from dashboard.ui.slots import Slot

IMAGES = "images"

Signature = tuple[str, ...]  # the uploader's ids of the files
_KEPT: Slot[tuple[Signature, str] | None] = Slot("ds_uploaded", None)


def items_of(files: Sequence[UploadedFile]) -> list[Item]:
    """The uploaded pictures; archives are unpacked, safely. Raises DataError, ImageError."""
    signature = tuple(file.file_id for file in files)
    if _KEPT.value is None or _KEPT.value[0] != signature:
        discard()
        _keep(files, signature)
    folder = kept_folder()
    return sources.items([folder / IMAGES]) if folder else []


def kept_folder() -> Path | None:
    """The job folder that holds the uploads, if there are any."""
    return Path(_KEPT.value[1]) if _KEPT.value else None


def hand_over() -> None:
    """A sweep has been started with the uploads: their folder is its own now."""
    st.session_state.pop(_KEPT.key, None)


def discard() -> None:
    """Deletes uploads that no sweep was started with."""
    folder = kept_folder()
    hand_over()
    if folder is not None and not (folder / "job.json").exists():
        shutil.rmtree(folder, ignore_errors=True)


def _keep(files: Sequence[UploadedFile], signature: Signature) -> None:
    """Writes the files into a new folder; a refused archive leaves nothing behind."""
    folder = runs.new_folder("upload")
    _KEPT.set((signature, str(folder)))
    try:
        for number, file in enumerate(files):
            _write(file, number, folder / IMAGES, several=len(files) > 1)
    except RDError:
        discard()
        raise


def _write(file: UploadedFile, number: int, folder: Path, several: bool) -> None:
    """Writes a picture, or the pictures of an archive, below `folder`. Raises DataError."""
    if file.name.lower().endswith(".zip"):
        target = folder / f"{number:04d}" if several else folder
        target.mkdir(parents=True, exist_ok=True)
        archive.unpack_images(file, target)
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(file.name).name
    if (folder / name).exists():
        name = f"{number:04d}-{name}"
    (folder / name).write_bytes(file.getvalue())
