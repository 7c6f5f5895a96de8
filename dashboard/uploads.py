"""Pictures that a person uploads for long work: kept in a job folder of their own."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.compute import limits
from core.errors import DataError
from core.images import archive
from core.sweep import sources
from core.sweep.sources import Item
from dashboard.ui.slots import Slot

IMAGES = "images"

Signature = tuple[str, ...]  # names of the files, equal only for equal files


class Uploads:
    """The uploads of one place of one session: their folder belongs to nobody else."""

    def __init__(self, key: str, new_folder: Callable[[], Path]) -> None:
        self._kept: Slot[tuple[Signature, str] | None] = Slot(key, None)
        self._new_folder = new_folder

    def items_of(self, files: Sequence[UploadedFile]) -> list[Item]:
        """The uploaded pictures; archives are unpacked, safely. Raises DataError, ImageError."""
        signature = tuple(file.file_id for file in files)

        def write(folder: Path) -> None:
            for number, file in enumerate(files):
                _write(file, number, folder, several=len(files) > 1)

        self.keep(signature, sum(file.size for file in files), write)
        return self.items()

    def keep(self, signature: Signature, size: int, write: Callable[[Path], None]) -> None:
        """Has `write` fill a new folder, unless it holds just these files already.

        A refusal leaves nothing behind, nor does a run that the next one interrupts. Raises
        DataError, ImageError.
        """
        if self._kept.value is not None and self._kept.value[0] == signature:
            return
        self.discard()
        if size > limits.UPLOADED_BYTES:
            most = limits.UPLOADED_BYTES / 1e9
            raise DataError(f"These files have {size / 1e9:.1f} GB; at most {most:g} GB are taken.")
        folder = self._new_folder()
        try:
            (folder / IMAGES).mkdir()
            write(folder / IMAGES)
        except BaseException:  # Streamlit ends an interrupted run by an exception of its own
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._kept.set((signature, str(folder)))

    def items(self) -> list[Item]:
        """The pictures that are kept. Raises DataError where there is none."""
        folder = self.kept_folder()
        return sources.items([folder / IMAGES]) if folder else []

    def kept_folder(self) -> Path | None:
        """The job folder that holds the uploads, if there are any."""
        return Path(self._kept.value[1]) if self._kept.value else None

    def hand_over(self) -> None:
        """A job has been started with the uploads: their folder is its own now."""
        self._kept.set(None)

    def discard(self) -> None:
        """Deletes uploads that no job was started with."""
        folder = self.kept_folder()
        self.hand_over()
        if folder is not None and not (folder / "job.json").exists():
            shutil.rmtree(folder, ignore_errors=True)


def _write(file: UploadedFile, number: int, folder: Path, several: bool) -> None:
    """Writes a picture, or the pictures of an archive, below `folder`. Raises DataError."""
    if file.name.lower().endswith(".zip"):
        target = folder / f"{number:04d}" if several else folder
        target.mkdir(parents=True, exist_ok=True)
        archive.unpack_images(file, target)
        return
    write_one(folder, Path(file.name).name, number, file.getvalue())


def write_one(folder: Path, name: str, number: int, data: bytes) -> None:
    """Writes a file under its name, with a number before it where the name is taken."""
    if (folder / name).exists():
        name = f"{number:04d}-{name}"
    (folder / name).write_bytes(data)
