"""Photographs for training: decoded once into a cache file, then random patches as a pure function of seed and step."""

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
MAX_PIXELS = 4_000_000  # larger photographs are reduced: they would crowd out the others and their detail is mostly noise


@dataclass(frozen=True)
class Photos:
    """Decoded photographs in one flat uint8 buffer; picture i is `pixels[offset[i] : offset[i] + 3·h·w]` as (h, w, 3)."""

    names: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    pixels: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def offsets(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum([3 * h * w for h, w in self.sizes])])

    def image(self, i: int) -> np.ndarray:
        """Picture i, (h, w, 3) uint8, without copying."""
        (h, w), start = self.sizes[i], self.offsets()[i]
        return self.pixels[start : start + 3 * h * w].reshape(h, w, 3)


def load_photos(folder: Path, cache: Path) -> Photos:
    """All photographs under `folder`, from the cache if it is there and fits, else decoded into it.

    Raises DataError where the folder holds no readable picture.
    """
    files = sorted(p for p in Path(folder).rglob("*") if p.suffix.lower() in SUFFIXES)
    if not files:
        raise DataError(
            f"{folder}: no photographs found; looked for {', '.join(sorted(SUFFIXES))}."
        )
    listing = [(str(p.relative_to(folder)), p.stat().st_size, p.stat().st_mtime_ns) for p in files]
    key = hashlib.sha256(
        json.dumps([str(Path(folder).resolve()), listing, MAX_PIXELS]).encode()
    ).hexdigest()[:16]
    index, data = Path(cache) / f"photos-{key}.json", Path(cache) / f"photos-{key}.u8"
    if not index.exists():
        Path(cache).mkdir(parents=True, exist_ok=True)
        _decode_into(files, [name for name, *_ in listing], data, index)
    meta = json.loads(index.read_text())
    return Photos(
        tuple(meta["names"]), tuple(map(tuple, meta["sizes"])), np.memmap(data, np.uint8, "r")
    )


def _decode_into(files: list[Path], names: list[str], data: Path, index: Path) -> None:
    """Write the pixels, then the index: whoever sees the index sees whole data."""
    part, sizes, kept = data.with_suffix(f".{os.getpid()}.part"), [], []
    with open(part, "wb") as out:
        for path, name in zip(files, names, strict=True):
            try:
                with Image.open(path) as image:
                    pixels = _reduced(image.convert("RGB"))
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
    for old in sorted(index.parent.glob("photos-*.json"), key=lambda p: p.stat().st_mtime)[
        :-CACHES
    ]:
        old.unlink()
        old.with_suffix(".u8").unlink(
            missing_ok=True
        )  # a training that still reads it keeps its mapping


def _reduced(image: Image.Image) -> np.ndarray:
    factor = (MAX_PIXELS / (image.width * image.height)) ** 0.5
    if factor < 1:
        image = image.resize(
            (round(image.width * factor), round(image.height * factor)), Image.Resampling.LANCZOS
        )
    return np.asarray(image)


def split(photos: Photos) -> tuple[list[int], list[int]]:
    """Indices for training and for validation. A photograph's name alone decides, so that the split survives additions.

    In a small folder at least one is held out; a single photograph serves for both.
    """
    marks = [hashlib.sha256(name.encode()).digest() for name in photos.names]
    held = [i for i, mark in enumerate(marks) if mark[0] % HELD_OUT_ONE_IN == 0] or [
        marks.index(min(marks))
    ]
    train = [i for i in range(len(photos)) if i not in held]
    return train or held, held


class Patches:
    """Random training patches: `batch(step)` depends on seed and step alone, so that a resumed run sees the same data."""

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
                f"No photograph is at least {size} × {size}; use a smaller patch or larger pictures."
            )
        area = np.array([i.shape[0] * i.shape[1] for i in self.images], float)
        self.share, self.size, self.count, self.seed = area / area.sum(), size, count, seed
        self.largest_reduction = largest_reduction

    def batch(self, step: int) -> np.ndarray:
        """(count, size, size, 3) uint8: random place, flips, and for every second patch a reduction of up to 2 : 1."""
        rng = np.random.default_rng([self.seed, step])
        return np.stack([self._patch(rng) for _ in range(self.count)])

    def _patch(self, rng: np.random.Generator) -> np.ndarray:
        image = self.images[rng.choice(len(self.images), p=self.share)]
        h, w, _ = image.shape
        reduction = min(
            rng.uniform(1, self.largest_reduction) if rng.random() < 0.5 else 1.0,
            min(h, w) / self.size,
        )
        side = int(self.size * reduction)
        top, left = rng.integers(h - side + 1), rng.integers(w - side + 1)
        patch = image[top : top + side, left : left + side]
        if side > self.size:
            patch = resized(patch, self.size, self.size, Image.Resampling.BICUBIC)
        flip_rows, flip_columns, turn = rng.random(3) < (0.25, 0.5, 0.25)
        patch = patch[::-1] if flip_rows else patch
        patch = patch[:, ::-1] if flip_columns else patch
        return np.swapaxes(patch, 0, 1) if turn else patch


def centre_crops(photos: Photos, chosen: list[int], height: int, width: int) -> np.ndarray:
    """The middle (height, width) of every chosen photograph that is large enough: (n, height, width, 3) uint8."""
    crops = []
    for i in chosen:
        h, w = photos.sizes[i]
        if h >= height and w >= width:
            crops.append(centre_crop(photos.image(i), height, width))
    if not crops:
        raise DataError(f"No held-out photograph is at least {width} × {height}.")
    return np.stack(crops)
