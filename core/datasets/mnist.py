"""MNIST through TensorFlow Datasets, and the few test digits that ship with the program.

`TFDS_DATA_DIR` names the folder of prepared data sets, as everywhere in TFDS (default:
~/tensorflow_datasets). Without it TFDS downloads MNIST once, 11 MB.
"""

from collections.abc import Iterable
from functools import cache
from os import PathLike
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image

from core.errors import DataError, ImageError
from core.images.resize import resized

SAMPLE = Path(__file__).with_name("mnist_test_256.png")
SIDE = 28  # pixels of a digit
BATCH = 5000  # records that are read at once
BOX = 20  # pixels of the box that holds its ink


@cache
def sample() -> np.ndarray:
    """The first 256 digits of the test set, which ship with the program: uint8 (256, 28, 28, 1)."""
    with Image.open(SAMPLE) as mosaic:
        pixels = np.asarray(mosaic.convert("L"))
    # The mosaic is 16 × 16 digits: (rows, 28, columns, 28) to (rows, columns, 28, 28).
    tiles = pixels.reshape(16, SIDE, 16, SIDE)
    digits = tiles.swapaxes(1, 2).reshape(256, SIDE, SIDE, 1)
    return np.ascontiguousarray(digits)


@cache
def load(split: str) -> np.ndarray:
    """All digits of `split` ("train": 60,000, "test": 10,000) in TFDS order: uint8 (N, 28, 28, 1).

    Raises DataError, naming the folder, when MNIST is neither there nor to be had from the network.
    """
    import tensorflow_datasets as tfds

    builder = tfds.builder("mnist", file_format="tfrecord")
    try:
        builder.download_and_prepare()
        digits = _digits(builder.info.splits[split].filepaths)
    # TFDS raises whatever its downloader meets; the person needs one sentence.
    except Exception as error:
        raise DataError(
            f"MNIST is not in {builder.data_path} and cannot be downloaded "
            f"({type(error).__name__}). Set TFDS_DATA_DIR to a folder that holds it, or connect to "
            "the network once."
        ) from error
    return digits


def _digits(files: Iterable[PathLike[str]]) -> np.ndarray:
    """The digits of TFRecord files, uint8 (N, 28, 28, 1).

    In batches: what TFDS does for each example takes several times as long as all the rest.
    """
    import tensorflow as tf

    wanted = {"image": tf.io.FixedLenFeature((), tf.string)}
    digits = []
    for batch in tf.data.TFRecordDataset([str(file) for file in files]).batch(BATCH):
        images = tf.io.parse_example(batch, wanted)["image"].numpy()
        digits += [imagecodecs.png_decode(png) for png in images]
    return np.stack(digits).reshape(-1, SIDE, SIDE, 1)


def from_picture(image: np.ndarray) -> np.ndarray:
    """Any picture of a digit, uint8 (H, W, 3) or (H, W), as MNIST would hold it.

    Returns uint8 (28, 28, 1), light on black. As LeCun et al. made the set: the ink's bounding box
    is scaled into 20 × 20 pixels, its aspect kept, and its centre of mass put in the middle. Dark
    ink on a light ground is inverted. Raises ImageError when there is no ink.
    """
    ink = _bounded(_ink(image))
    scale = BOX / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    small = resized(ink.astype(np.uint8), height, width, reducing_gap=3)
    small = small.astype(np.float32)
    small *= 255 / max(small.max(), 1)

    mass = max(small.sum(), 1)
    top = _start(small.sum(axis=1), mass)
    left = _start(small.sum(axis=0), mass)
    out = np.zeros((SIDE, SIDE, 1), np.uint8)
    out[top : top + height, left : left + width, 0] = np.clip(small, 0, 255)
    return out


def _ink(image: np.ndarray) -> np.ndarray:
    """How much ink lies at each pixel of a picture, float32 (H, W) in 0…255."""
    grey = image if image.ndim == 2 else image.mean(-1)
    grey = grey.astype(np.float32)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    dark_on_light = np.median(border) > 127
    ink = 255 - grey if dark_on_light else grey
    # What is fainter than 40 is the ground.
    return np.clip((ink - 40) * 255 / 215, 0, 255)


def _bounded(ink: np.ndarray) -> np.ndarray:
    """The bounding box of the ink. Raises ImageError when there is none."""
    rows = np.flatnonzero(ink.max(axis=1))
    columns = np.flatnonzero(ink.max(axis=0))
    if len(rows) == 0:
        raise ImageError(
            "There is no digit in this picture: draw or photograph one, with strong contrast to "
            "its ground."
        )
    top, bottom = rows[[0, -1]]
    left, right = columns[[0, -1]]
    return ink[top : bottom + 1, left : right + 1]


def _start(profile: np.ndarray, mass: float) -> int:
    """Where a digit begins along one axis, so that its centre of mass lies in the middle.

    `profile` is its ink summed across that axis, `mass` all its ink. The digit stays inside.
    """
    length = len(profile)
    centre = (profile @ np.arange(length)) / mass
    start = round(SIDE / 2 - centre)
    return int(np.clip(start, 0, SIDE - length))
