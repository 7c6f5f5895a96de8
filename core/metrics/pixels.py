"""Measures of the differences between pixels: MSE, MAE, and PSNR over RGB, over luma, and 6:1:1
over YCbCr.

Pure functions of two images uint8 (H, W, 3), sRGB, of the same shape.
"""

import math
from collections.abc import Sequence

import numpy as np

from core.images.resize import LUMA

PEAK = 255.0
ROUNDING = 1e-12  # a plane with a smaller share of the whole error has none: that is rounding
# RGB to YCbCr as JFIF defines it (BT.601, full range), without the offsets, which cancel in
# differences.
_YCBCR = np.array(
    [
        LUMA,
        [-0.168736, -0.331264, 0.5],
        [0.5, -0.418688, -0.081312],
    ]
)


def mse(original: np.ndarray, decoded: np.ndarray) -> float:
    """Mean squared error over R, G and B together, 0 to 255²."""
    difference = _difference(original, decoded)
    return float(np.mean(difference**2))


def mae(original: np.ndarray, decoded: np.ndarray) -> float:
    """Mean absolute error over R, G and B together, 0 to 255."""
    difference = _difference(original, decoded)
    return float(np.mean(np.abs(difference)))


def psnr(original: np.ndarray, decoded: np.ndarray) -> float:
    """PSNR in dB over R, G and B together; inf for equal pictures."""
    return psnr_of(mse(original, decoded))


def psnr_y(original: np.ndarray, decoded: np.ndarray) -> float:
    """PSNR in dB of BT.601 luma, full range; inf where the luma is equal."""
    return together(original, decoded, ("psnr_y",))["psnr_y"]


def psnr_611(original: np.ndarray, decoded: np.ndarray) -> float:
    """(6 · PSNR of Y + PSNR of Cb + PSNR of Cr) / 8, in dB; inf where one plane is equal."""
    return together(original, decoded, ("psnr_611",))["psnr_611"]


def together(
    original: np.ndarray,
    decoded: np.ndarray,
    names: Sequence[str],
) -> dict[str, float]:
    """Those of "mse", "mae", "psnr", "psnr_y", "psnr_611" that `names` asks for, from one
    difference.
    """
    difference = _difference(original, decoded)
    error = float(np.mean(difference**2))
    found: dict[str, float] = {}
    found["mse"] = error
    found["psnr"] = psnr_of(error)
    if "mae" in names:
        absolute = np.abs(difference)
        found["mae"] = float(np.mean(absolute))
    if "psnr_y" in names or "psnr_611" in names:
        # The squared errors of Y, Cb and Cr follow from the products of those of R, G and B.
        flat = difference.reshape(-1, 3)
        products = flat.T @ flat / len(flat)
        errors = np.einsum("ij,jk,ik->i", _YCBCR, products, _YCBCR)
        errors[errors < ROUNDING * error] = 0
        luma_db, blue_db, red_db = map(psnr_of, errors)
        found["psnr_y"] = luma_db
        found["psnr_611"] = (6 * luma_db + blue_db + red_db) / 8
    return {name: found[name] for name in names}


def error_map(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """Squared error of each pixel, averaged over R, G and B: float (H, W), 0 to 255²."""
    difference = _difference(original, decoded)
    return np.mean(difference**2, axis=2)


def psnr_of(mse: float) -> float:
    """PSNR in dB for a mean squared error on the scale 0–255; inf for 0."""
    return 10 * math.log10(PEAK**2 / mse) if mse > 0 else math.inf


def _difference(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    # uint8 would wrap around.
    ours = original.astype(np.float64)
    theirs = decoded.astype(np.float64)
    return ours - theirs
