"""Latents of photographs for the neural entropy model: many views of each, kept in one file on the
disk.
"""

import os
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets.photos import Photos, split
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.config import STRIDE
from core.learned.photos.neural.task import Sites

VIEWS = (
    3  # of each photograph; with LEVELS_A_VIEW they make sure that a single one shows all levels
)
LEVELS_A_VIEW = 4  # spread evenly
SIDE = 1024  # pixels of a photograph that are used, at most, in each direction
SMALLEST_SIDE = 256  # which a reduction keeps
HELD_OUT = 8  # photographs, at all levels
HELD_OUT_SIDE = 512


def held_out_latents(coder: PhotoCoder, photos: Photos) -> tuple[list[np.ndarray], list[int]]:
    """Latents (h, w, C) of held-out photographs at every level, in the model's order of channels,
    and the levels.
    """
    _, chosen = split(photos)
    images = [photos.image(i)[:HELD_OUT_SIDE, :HELD_OUT_SIDE] for i in chosen[:HELD_OUT]]
    levels = list(range(coder.config.levels)) * len(images)
    latents = [coder.latents(x, n) for x in images for n in range(coder.config.levels)]
    return latents, levels


def training_sites(coder: PhotoCoder, photos: Photos, order: np.ndarray, cache: Path) -> Sites:
    """Latents of views of the training photographs, channels in `order`; from the files `cache`.*
    where they are there.
    """
    data, shapes = cache.with_suffix(".i16"), cache.with_suffix(".npy")
    if not shapes.exists():
        _write(coder, photos, order, data, shapes)
    values = np.memmap(data, np.int16, "r").reshape(-1, len(order))
    return Sites.over(values, np.load(shapes))


def _write(coder: PhotoCoder, photos: Photos, order: np.ndarray, data: Path, shapes: Path) -> None:
    """Write the latents, then their shapes: whoever sees the shapes sees whole data."""
    training, _ = split(photos)
    levels, found = coder.config.levels, []
    stride = levels / min(LEVELS_A_VIEW, levels)
    with open(data, "wb") as out:
        for view in range(VIEWS):
            for i in training:
                x = _view(photos.image(i), np.random.default_rng([view, i]))
                for number in {int(view + i + k * stride) % levels for k in range(LEVELS_A_VIEW)}:
                    y_hat = coder.latents(x, number)
                    found.append((number, *y_hat.shape[:2]))
                    out.write(y_hat[..., order].astype(np.int16).tobytes())
        out.write(bytes(2 * len(order)))
    part = shapes.with_suffix(f".{os.getpid()}.part.npy")
    np.save(part, np.array(found))
    os.replace(part, shapes)


def _view(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A part of a photograph, in whole blocks, perhaps reduced, flipped and turned."""
    most = min(image.shape[:2]) / SMALLEST_SIDE
    if rng.random() < 0.5 and most > 1:
        factor = rng.uniform(1, min(most, 2))
        size = round(image.shape[1] / factor), round(image.shape[0] / factor)
        image = np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BICUBIC))
    spans = []
    for side in image.shape[:2]:
        used = max(min(side - STRIDE // 2, SIDE) // STRIDE * STRIDE, min(side, STRIDE))
        start = rng.integers(side - used + 1)
        spans.append(slice(start, start + used))
    image = image[tuple(spans)]
    flip_rows, flip_columns, turn = rng.random(3) < (0.25, 0.5, 0.25)
    image = image[::-1] if flip_rows else image
    image = image[:, ::-1] if flip_columns else image
    return np.ascontiguousarray(np.swapaxes(image, 0, 1) if turn else image)
