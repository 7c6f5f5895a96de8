"""SSIM (Wang et al. 2004) and MS-SSIM (Wang et al. 2003).

Windows are Gaussian, 11 × 11 with σ = 1.5, and lie inside the picture; K₁ = 0.01, K₂ = 0.03; each
of R, G and B is measured by itself, and their mean is taken: the choices of TensorFlow's
`tf.image`. That has errors up to 2 · 10⁻³ at high quality, since it takes differences of large
squares in float32, and it costs a process seconds and half a gigabyte; here they stay below
10⁻⁵.
"""

import math

import numpy as np

from core.metrics.gaussian_blur import within
from core.metrics.pixels import PEAK

SSIM_MIN_SIDE = 11  # one 11 × 11 window
MS_SSIM_MIN_SIDE = 161  # five scales, each halving: (11 − 1) · 2⁴ + 1
GREY = np.float32(128)
C1, C2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2
EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the scales, the finest first
_REACH = SSIM_MIN_SIDE // 2
_WINDOW = np.exp(-((np.arange(-_REACH, _REACH + 1) / 1.5) ** 2) / 2)
_HALF = (_WINDOW / _WINDOW.sum())[_REACH:].astype(np.float32)


def ssim(original: np.ndarray, decoded: np.ndarray) -> float:
    """SSIM averaged over R, G and B, up to 1; at least SSIM_MIN_SIDE pixels on the short side."""
    luminance, contrast = _compared(_planes(original), _planes(decoded))
    return float((luminance * contrast).mean((1, 2), np.float64).mean())


def ms_ssim(original: np.ndarray, decoded: np.ndarray) -> float:
    """MS-SSIM averaged over R, G and B, up to 1; at least MS_SSIM_MIN_SIDE pixels on the short
    side.
    """
    a, b = _planes(original), _planes(decoded)
    product = np.ones(len(a))
    for scale, exponent in enumerate(EXPONENTS):
        if scale:
            a, b = _halved(a), _halved(b)
        luminance, likeness = _compared(a, b)
        if scale == len(EXPONENTS) - 1:
            likeness *= luminance
        product *= np.maximum(likeness.mean((1, 2), np.float64), 0) ** exponent
    return float(product.mean())


def ssim_map(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """1 − SSIM of the window around each pixel, averaged over R, G and B: float (H, W); edges
    repeat their neighbours.
    """
    luminance, contrast = _compared(_planes(original), _planes(decoded))
    return np.pad(1 - (luminance * contrast).mean(0), _REACH, mode="edge")


def to_db(similarity: float) -> float:
    """−10·log10(1 − s): the usual dB form of SSIM and MS-SSIM; inf for 1."""
    return -10 * math.log10(1 - similarity) if similarity < 1 else math.inf


def from_db(decibel: float) -> float:
    """The similarity whose dB form is `decibel`."""
    return 1 - 10 ** (-decibel / 10)


def _planes(image: np.ndarray) -> np.ndarray:
    """uint8 (H, W, 3) → float32 (3, H, W), less GREY: variances are differences of squares, and
    those of small numbers are more exact.
    """
    return np.ascontiguousarray(np.moveaxis(image, -1, 0), np.float32) - GREY


def _compared(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How alike each window of planes (3, h, w) is in luminance, and in contrast and structure."""
    mean_a, mean_b = within(a, _HALF), within(b, _HALF)
    covariance = within(a * b, _HALF) - mean_a * mean_b
    variances = within(a * a + b * b, _HALF) - mean_a**2 - mean_b**2
    contrast = (2 * covariance + C2) / (variances + C2)
    mean_a += GREY
    mean_b += GREY
    luminance = (2 * mean_a * mean_b + C1) / (mean_a**2 + mean_b**2 + C1)
    return luminance, contrast


def _halved(planes: np.ndarray) -> np.ndarray:
    """Means of 2 × 2 pixels of (3, h, w); an odd last row or column is repeated."""
    _, height, width = planes.shape
    even = np.pad(planes, ((0, 0), (0, height % 2), (0, width % 2)), "edge")
    return (even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]) / 4
