"""SSIM and MS-SSIM, as TensorFlow computes them. TensorFlow is imported when one of them is first
asked for.
"""

import math
import os
from typing import Any

import numpy as np

from core.metrics.pixels import PEAK

SSIM_MIN_SIDE = 11  # one 11 × 11 window
MS_SSIM_MIN_SIDE = 161  # five scales, each halving: (11 − 1) · 2⁴ + 1


def ssim(original: np.ndarray, decoded: np.ndarray) -> float:
    """SSIM (Wang et al. 2004) averaged over R, G and B, up to 1; at least SSIM_MIN_SIDE pixels on
    the short side.
    """
    similarity = _tf_image().ssim(
        original[None],
        decoded[None],
        max_val=PEAK,
    )
    return float(similarity[0])


def ms_ssim(original: np.ndarray, decoded: np.ndarray) -> float:
    """MS-SSIM (Wang et al. 2003) averaged over R, G and B, up to 1; at least MS_SSIM_MIN_SIDE
    pixels on the short side.
    """
    similarity = _tf_image().ssim_multiscale(
        original[None],
        decoded[None],
        max_val=PEAK,
    )
    return float(similarity[0])


def ssim_map(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """1 − SSIM of the window around each pixel, averaged over R, G and B: float (H, W); edges
    repeat their neighbours.
    """
    similarity = _tf_image().ssim(
        original[None],
        decoded[None],
        max_val=PEAK,
        return_index_map=True,
    )
    half = SSIM_MIN_SIDE // 2
    return np.pad(1 - similarity[0].numpy(), half, mode="edge")


def to_db(similarity: float) -> float:
    """−10·log10(1 − s): the usual dB form of SSIM and MS-SSIM; inf for 1."""
    return -10 * math.log10(1 - similarity) if similarity < 1 else math.inf


def from_db(decibel: float) -> float:
    """The similarity whose dB form is `decibel`."""
    return 1 - 10 ** (-decibel / 10)


def _tf_image() -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    return tf.image
