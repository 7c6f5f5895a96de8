"""Distortion measures between two images of the same shape, uint8 (H, W, 3), sRGB. Pure functions.

SSIM and MS-SSIM are TensorFlow's (`tf.image`), which is imported on their first use; the others need only NumPy.
"""

import math
import os
from dataclasses import asdict, dataclass, fields

import numpy as np

from core.errors import ImageError

PEAK = 255.0
SSIM_MIN_SIDE = 11  # one 11 × 11 window
MS_SSIM_MIN_SIDE = 161  # five scales, each halving: (11 − 1) · 2⁴ + 1
_YCBCR = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]]
)  # JFIF, BT.601


@dataclass(frozen=True)
class Measures:
    """All measures of one decoded picture. None: the measure does not exist for a picture this small, see `absent`.

    mse, mae: 0–255² and 0–255; psnr, psnr_y, psnr_611: dB (inf for equal pictures); ssim, ms_ssim: up to 1; ms_ssim_db: dB.
    """

    mse: float
    mae: float
    psnr: float
    psnr_y: float
    psnr_611: float
    ssim: float | None = None
    ms_ssim: float | None = None
    ms_ssim_db: float | None = None

    def as_dict(self) -> dict[str, float | None]:
        """The measures by name, infinities as None, so that the result is valid JSON."""
        return {k: v if v is None or math.isfinite(v) else None for k, v in asdict(self).items()}


NAMES = tuple(f.name for f in fields(Measures))


def measure(original: np.ndarray, decoded: np.ndarray, structural: bool = True) -> Measures:
    """All measures; with `structural=False` only those that need no TensorFlow. Raises ImageError on different shapes."""
    if original.shape != decoded.shape:
        raise ImageError(
            f"The pictures differ in size: {_size(original)} and {_size(decoded)} pixels. Only equal sizes can be compared."
        )
    a, b = original.astype(np.float64), decoded.astype(np.float64)
    difference = a - b
    channels = np.mean(
        (difference @ _YCBCR.T) ** 2, axis=(0, 1)
    )  # the transform is linear: offsets cancel
    error = float(np.mean(difference**2))
    plain = Measures(
        mse=error,
        mae=float(np.mean(np.abs(difference))),
        psnr=psnr_of(error),
        psnr_y=psnr_of(channels[0]),
        psnr_611=(6 * psnr_of(channels[0]) + psnr_of(channels[1]) + psnr_of(channels[2])) / 8,
    )
    if not structural:
        return plain
    multi = ms_ssim(original, decoded)
    return Measures(
        **(
            asdict(plain)
            | {
                "ssim": ssim(original, decoded),
                "ms_ssim": multi,
                "ms_ssim_db": None if multi is None else to_db(multi),
            }
        )
    )


def absent(height: int, width: int) -> dict[str, str]:
    """Why measures do not exist for a picture of this size: name -> sentence."""
    side, reasons = min(height, width), {}
    if side < SSIM_MIN_SIDE:
        reasons["ssim"] = (
            f"SSIM needs {SSIM_MIN_SIDE} pixels on the short side (one window); this picture has {side}."
        )
    if side < MS_SSIM_MIN_SIDE:
        reasons["ms_ssim"] = (
            f"MS-SSIM needs {MS_SSIM_MIN_SIDE} pixels on the short side (five scales); this picture has {side}."
        )
    return reasons


def psnr_of(mse: float) -> float:
    """PSNR in dB for a mean squared error on the scale 0–255; inf for 0."""
    return 10 * math.log10(PEAK**2 / mse) if mse > 0 else math.inf


def to_db(similarity: float) -> float:
    """−10·log10(1 − s): the usual dB form of SSIM and MS-SSIM; inf for 1."""
    return -10 * math.log10(1 - similarity) if similarity < 1 else math.inf


def luma(image: np.ndarray) -> np.ndarray:
    """BT.601 luma Y, float64 (H, W), 0–255, of an sRGB image as JFIF defines it."""
    return image.astype(np.float64) @ _YCBCR[0]


def ssim(original: np.ndarray, decoded: np.ndarray) -> float | None:
    """SSIM (Wang et al. 2004) averaged over R, G, B; None below 11 pixels on the short side."""
    if min(original.shape[:2]) < SSIM_MIN_SIDE:
        return None
    return float(_tf_image().ssim(original[None], decoded[None], max_val=PEAK)[0])


def ms_ssim(original: np.ndarray, decoded: np.ndarray) -> float | None:
    """MS-SSIM (Wang et al. 2003) averaged over R, G, B; None below 161 pixels on the short side."""
    if min(original.shape[:2]) < MS_SSIM_MIN_SIDE:
        return None
    return float(_tf_image().ssim_multiscale(original[None], decoded[None], max_val=PEAK)[0])


def _tf_image():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    return tf.image


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]} × {image.shape[0]}"
