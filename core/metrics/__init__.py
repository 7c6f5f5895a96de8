"""Distortion measures between an original and a decoded picture."""

from core.metrics.measures import (
    NAMES,
    Measures,
    absent,
    luma,
    measure,
    ms_ssim,
    psnr_of,
    ssim,
    to_db,
)

__all__ = ["NAMES", "Measures", "absent", "luma", "measure", "ms_ssim", "psnr_of", "ssim", "to_db"]
