"""Where a sweep's images come from: files, folders, zip archives and TensorFlow Datasets, all as
light `Item`s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core import images
from core.errors import DataError

TFDS_PREFIX = "tfds:"


@dataclass(frozen=True)
class Item:
    """One image that has not been read yet: a file, or the bytes of one. `name` is unique within a
    sweep.
    """

    name: str
    path: str = ""
    data: bytes = b""

    def read(self) -> images.Picture:
        """The picture. Raises ImageError."""
        return images.read(self.data, self.name) if self.data else images.load(self.path)

    def with_data(self) -> "Item":
        """The same with its file's bytes on board, for a worker that does not share our disk."""
        return self if self.data else Item(self.name, data=Path(self.path).read_bytes())


def items(sources: Iterable[str | Path], unpack_to: Path | None = None) -> list[Item]:
    """The images of all `sources`, in order, with unique names.

    A source is an image file, a folder (searched with its subfolders), a zip archive (unpacked
    below `unpack_to`) or `tfds:NAME[:SPLIT[:COUNT]]`, for instance `tfds:mnist:test:100`. Raises
    DataError where there is nothing to read.
    """
    found: list[Item] = []
    for source in map(str, sources):
        if source.startswith(TFDS_PREFIX):
            found += from_tfds(source.removeprefix(TFDS_PREFIX))
        else:
            found += _from_path(Path(source), unpack_to)
    if not found:
        raise DataError("There is no image to measure. Name at least one image file or folder.")
    return _unique(found)


def _from_path(path: Path, unpack_to: Path | None) -> list[Item]:
    if path.is_dir():
        return from_folder(path)
    if not path.is_file():
        raise DataError(f"There is no file or folder {path}.")
    if path.suffix.lower() == ".zip":
        if unpack_to is None:
            raise DataError(f"{path.name} is an archive; unpack it and name the folder.")
        from core.images import archive

        return [
            Item(p.relative_to(unpack_to).as_posix(), str(p))
            for p in archive.unpack_images(path, unpack_to)
        ]
    return [Item(path.name, str(path))]


def from_folder(folder: Path) -> list[Item]:
    """All image files below `folder`, by name. Raises DataError when there are none."""
    found = sorted(
        p for p in folder.rglob("*") if p.suffix.lower() in images.SUFFIXES and p.is_file()
    )
    if not found:
        raise DataError(f"The folder {folder} holds no image ({', '.join(images.SUFFIXES)}).")
    return [Item(p.relative_to(folder).as_posix(), str(p)) for p in found]


def from_tfds(spec: str) -> list[Item]:
    """The images of `NAME[:SPLIT[:COUNT]]` from TensorFlow Datasets, as PNG bytes; 100 of the test
    split by default.

    Raises DataError for an unknown or absent data set, or one without images.
    """
    name, split, count = [*spec.split(":"), "", ""][:3]
    if not name or spec.count(":") > 2 or (count and not count.isdigit()):
        raise DataError(
            f"'{TFDS_PREFIX}{spec}' is not tfds:NAME[:SPLIT[:COUNT]], "
            "for instance tfds:mnist:test:100."
        )
    split = split or "test"
    wanted = int(count or 100)
    if name == "mnist" and split in ("train", "test"):
        from core.datasets import mnist

        arrays: Iterable[np.ndarray] = mnist.load(split)[:wanted]
    else:
        arrays = _tfds_images(name, split, wanted)
    return [
        Item(f"{name}-{split}-{i:05d}", data=images.png(array)) for i, array in enumerate(arrays)
    ]


def _tfds_images(name: str, split: str, count: int) -> Iterable[np.ndarray]:
    import tensorflow_datasets as tfds

    try:
        rows = tfds.as_numpy(tfds.load(name, split=split).take(count))
        for row in rows:
            yield row["image"]
    except Exception as error:  # TFDS raises whatever its registry, downloader or data set meets
        raise DataError(
            f"The TensorFlow data set {name!r}, split {split!r}, cannot be used: {error}"
        ) from error


def _unique(found: list[Item]) -> list[Item]:
    """`found` with a number behind every name that was there before."""
    seen: dict[str, int] = {}
    result = []
    for item in found:
        seen[item.name] = n = seen.get(item.name, 0) + 1
        result.append(item if n == 1 else Item(f"{item.name} ({n})", item.path, item.data))
    return result
