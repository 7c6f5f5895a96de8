"""A photo coder's model small enough for fast tests, as training starts with it."""

import numpy as np
import tensorflow as tf

from core.learned.photos.config import PhotoConfig
from core.learned.photos.model import PhotoTransforms
from core.learned.photos.training.klt_start import start_parameters
from tests.conftest import synthetic

TINY = PhotoConfig((0.003, 0.03), filters=24, latents=32)


def start(config: PhotoConfig = TINY, seed: int = 0) -> dict[str, np.ndarray]:
    picture = synthetic(128, 128)[..., : config.colours]
    return start_parameters(config, np.stack([picture, picture[::-1]]), seed)


def model(config: PhotoConfig = TINY) -> PhotoTransforms:
    return PhotoTransforms(
        config, {name: tf.constant(value) for name, value in start(config).items()}
    )
