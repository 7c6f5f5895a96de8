"""CIEDE2000: the mean colour difference ΔE₀₀, by scikit-image."""

import numpy as np


def ciede2000(original: np.ndarray, decoded: np.ndarray) -> float:
    """Mean ΔE₀₀ over all pixels of uint8 (H, W, 3), sRGB under D65.

    0: equal; about 1: just noticeable; at most about 120. Each pixel is compared with its
    counterpart alone: noise counts as much as a shift of a whole area. Sharma, Wu and Dalal,
    Color Research & Application 30 (1), 2005.
    """
    return float(error_map(original, decoded).mean())


def error_map(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """ΔE₀₀ of each pixel: float (H, W)."""
    from skimage.color import deltaE_ciede2000, rgb2lab

    return deltaE_ciede2000(rgb2lab(original), rgb2lab(decoded))
