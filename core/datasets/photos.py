"""Photographs for training: decoded once into a cache file, then cut into random patches.

The patches are a pure function of seed and step.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from core.errors import DataError
from core.images.resize import centre_crop, resized

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"}
HELD_OUT_ONE_IN = 17  # of 340 photographs about 20 are kept for validation
CACHES = 3  # decoded folders that are kept
# Larger photographs are reduced: they would crowd out the others, and their detail is mostly noise.
MAX_PIXELS = 4_000_000


@dataclass(frozen=True)
class Photos:
    """Decoded photographs in one flat uint8 buffer.

    Picture i is `pixels[offset[i] : offset[i] + 3·h·w]` as (h, w, 3).
    """

    names: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    pixels: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def offsets(self) -> np.ndarray:
        """Where each picture starts in `pixels`, and where the last one ends: (n + 1,)."""
        lengths = [3 * h * w for h, w in self.sizes]
        ends = np.cumsum(lengths)
        return np.concatenate([[0], ends])

    def image(self, i: int) -> np.ndarray:
        """Picture i, (h, w, 3) uint8, without copying."""
        h, w = self.sizes[i]
        start, end = self.offsets()[i : i + 2]
        return self.pixels[start:end].reshape(h, w, 3)


def load_photos(folder: Path, cache: Path) -> Photos:
    """All photographs under `folder`, from the cache if it is there and fits, else decoded into it.

    Raises DataError where the folder holds no readable picture.
    """
    files = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in SUFFIXES)
    if not files:
        raise DataError(
            f"{folder}: no photographs found; looked for {', '.join(sorted(SUFFIXES))}."
        )
    names = [str(path.relative_to(folder)) for path in files]
    key = _cache_key(Path(folder), files, names)
    index = Path(cache) / f"photos-{key}.json"
    data = index.with_suffix(".u8")
    if not index.exists():
        Path(cache).mkdir(parents=True, exist_ok=True)
        _decode_into(files, names, data, index)
    meta = json.loads(index.read_text())
    return Photos(
        names=tuple(meta["names"]),
        sizes=tuple((h, w) for h, w in meta["sizes"]),
        pixels=np.memmap(data, np.uint8, "r"),
    )


def _cache_key(folder: Path, files: list[Path], names: list[str]) -> str:
    """What changes whenever a file is added, removed or written anew."""
    listing = []
    for path, name in zip(files, names, strict=True):
        facts = path.stat()
        listing.append((name, facts.st_size, facts.st_mtime_ns))
    said = json.dumps([str(folder.resolve()), listing, MAX_PIXELS])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _decode_into(files: list[Path], names: list[str], data: Path, index: Path) -> None:
    """Write the pixels, then the index: whoever sees the index sees whole data."""
    part = data.with_suffix(f".{os.getpid()}.part")
    sizes = []
    kept = []
    with open(part, "wb") as out:
        for path, name in zip(files, names, strict=True):
            try:
                with Image.open(path) as image:
                    pixels = _reduced(np.asarray(image.convert("RGB")))
            except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
                continue  # a stray file that is no picture does not end hours of training
            out.write(pixels.tobytes())
            sizes.append(pixels.shape[:2])
            kept.append(name)
    if not kept:
        part.unlink()
        raise DataError(
            f"{files[0].parent}: none of its {len(files)} picture files could be decoded."
        )
    os.replace(part, data)
    part_index = index.with_suffix(f".{os.getpid()}.part")
    part_index.write_text(json.dumps({"names": kept, "sizes": sizes}))
    os.replace(part_index, index)
    _forget_old(index.parent)


def _forget_old(cache: Path) -> None:
    """Remove all but the newest decoded folders; a training that reads an old one keeps it."""
    by_age = sorted(cache.glob("photos-*.json"), key=lambda path: path.stat().st_mtime)
    for old in by_age[:-CACHES]:
        old.unlink()
        old.with_suffix(".u8").unlink(missing_ok=True)


def _reduced(image: np.ndarray) -> np.ndarray:
    """`image` with about MAX_PIXELS pixels at most: the sides are rounded, not cut."""
    height, width = image.shape[:2]
    factor = (MAX_PIXELS / (width * height)) ** 0.5
    if factor >= 1:
        return image
    return resized(image, round(height * factor), round(width * factor))


def split(photos: Photos) -> tuple[list[int], list[int]]:
    """Indices for training and for validation.

    A photograph's name alone decides, so that the split survives additions.

    In a small folder at least one is held out; a single photograph serves for both.
    """
    marks = [hashlib.sha256(name.encode()).digest() for name in photos.names]
    held = [i for i, mark in enumerate(marks) if mark[0] % HELD_OUT_ONE_IN == 0]
    if not held:
        held = [marks.index(min(marks))]
    train = [i for i in range(len(photos)) if i not in held]
    return train or held, held


class Patches:
    """Random training patches.

    `batch(step)` depends on seed and step alone, so that a resumed run sees the same data.
    """

    def __init__(
        self,
        photos: Photos,
        chosen: list[int],
        size: int,
        count: int,
        seed: int,
        largest_reduction: float = 2.0,
    ):
        self.images = [photos.image(i) for i in chosen if min(photos.sizes[i]) >= size]
        if not self.images:
            raise DataError(
                f"No photograph is at least {size} × {size}; "
                "use a smaller patch or larger pictures."
            )
        # Photographs are drawn as often as their areas say.
        areas = [image.shape[0] * image.shape[1] for image in self.images]
        area = np.array(areas, float)
        self.share = area / area.sum()
        self.size = size
        self.count = count
        self.seed = seed
        self.largest_reduction = largest_reduction

    def batch(self, step: int) -> np.ndarray:
        """(count, size, size, 3) uint8 at random places, flipped at random.

        Every second patch is reduced, by up to `largest_reduction` : 1.
        """
        rng = np.random.default_rng([self.seed, step])
        return np.stack([self._patch(rng) for _ in range(self.count)])

    def _patch(self, rng: np.random.Generator) -> np.ndarray:
        # The order of the draws is part of the data: runs are resumed.
        chosen = rng.choice(len(self.images), p=self.share)
        image = self.images[chosen]
        h, w, _ = image.shape
        reduction = 1.0
        if rng.random() < 0.5:
            reduction = rng.uniform(1, self.largest_reduction)
        reduction = min(reduction, min(h, w) / self.size)
        side = int(self.size * reduction)
        top = rng.integers(h - side + 1)
        left = rng.integers(w - side + 1)
        patch = image[top : top + side, left : left + side]
        if side > self.size:
            patch = resized(patch, self.size, self.size, Image.Resampling.BICUBIC)
        flip_rows, flip_columns, turn = rng.random(3) < (0.25, 0.5, 0.25)
        if flip_rows:
            patch = patch[::-1]
        if flip_columns:
            patch = patch[:, ::-1]
        if turn:
            patch = np.swapaxes(patch, 0, 1)
        return patch


def centre_crops(photos: Photos, chosen: list[int], height: int, width: int) -> np.ndarray:
    """The middle of every chosen photograph that is large enough: uint8 (n, height, width, 3)."""
    crops = []
    for i in chosen:
        h, w = photos.sizes[i]
        if h >= height and w >= width:
            crops.append(centre_crop(photos.image(i), height, width))
    if not crops:
        raise DataError(f"No held-out photograph is at least {width} × {height}.")
    return np.stack(crops)
