"""MNIST through TensorFlow Datasets, and the few test digits that ship with the program.

`TFDS_DATA_DIR` names the folder of prepared data sets, as everywhere in TFDS (default:
~/tensorflow_datasets). Without it TFDS downloads MNIST once, 11 MB.
"""

from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.errors import DataError, ImageError
from core.images.resize import resized

SAMPLE = Path(__file__).with_name("mnist_test_256.png")


@cache
def sample() -> np.ndarray:
    """The first 256 digits of the test set, which ship with the program: uint8 (256, 28, 28, 1)."""
    with Image.open(SAMPLE) as mosaic:
        rows = np.asarray(mosaic.convert("L")).reshape(16, 28, 16, 28)
    return np.ascontiguousarray(rows.swapaxes(1, 2).reshape(256, 28, 28, 1))


@cache
def load(split: str) -> np.ndarray:
    """All digits of `split` ("train": 60,000, "test": 10,000) in TFDS order: uint8 (N, 28, 28, 1).

    Raises DataError, naming the folder, when MNIST is neither there nor to be had from the network.
    """
    import tensorflow_datasets as tfds

    builder = tfds.builder("mnist")
    try:
        builder.download_and_prepare()
        digits = tfds.as_numpy(builder.as_dataset(split=split, batch_size=-1))["image"]
    except (
        Exception
    ) as error:  # TFDS raises whatever its downloader meets; the person needs one sentence
        raise DataError(
            f"MNIST is not in {builder.data_path} and cannot be downloaded ({type(error).__name__}). Set "
            "TFDS_DATA_DIR to a folder that holds it, or connect to the network once."
        ) from error
    return digits


def from_picture(image: np.ndarray) -> np.ndarray:
    """Any picture of a digit, uint8 (H, W, 3) or (H, W), as MNIST would hold it: uint8 (28, 28, 1), light on black.

    As LeCun et al. made the set: the ink's bounding box is scaled into 20 × 20 pixels, its aspect
    kept, and its centre of mass put in the middle. Dark ink on a light ground is inverted. Raises
    ImageError when there is no ink.
    """
    grey = (image if image.ndim == 2 else image.mean(-1)).astype(np.float32)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = 255 - grey if np.median(border) > 127 else grey
    ink = np.clip((ink - 40) * 255 / 215, 0, 255)
    rows, columns = np.flatnonzero(ink.max(1)), np.flatnonzero(ink.max(0))
    if len(rows) == 0:
        raise ImageError(
            "There is no digit in this picture: draw or photograph one, with strong contrast to its ground."
        )
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = 20 / max(ink.shape)
    height, width = ink.shape
    height = max(1, round(height * scale))
    width = max(1, round(width * scale))
    small = resized(ink.astype(np.uint8), height, width, reducing_gap=3).astype(np.float32)
    small *= 255 / max(small.max(), 1)
    mass = max(small.sum(), 1)
    top = round(14 - (small.sum(1) @ np.arange(len(small))) / mass)
    left = round(14 - (small.sum(0) @ np.arange(small.shape[1])) / mass)
    top, left = (
        int(np.clip(at, 0, 28 - side)) for at, side in zip((top, left), small.shape, strict=True)
    )
    out = np.zeros((28, 28, 1), np.uint8)
    out[top : top + len(small), left : left + small.shape[1], 0] = np.clip(small, 0, 255)
    return out
