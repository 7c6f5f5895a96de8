"""PSNR-HVS and PSNR-HVS-M: PSNR of luma that weighs frequencies as the eye does, by psnr-hvsm.

Both compare DCT coefficients of 8 × 8 blocks under a contrast sensitivity function. PSNR-HVS-M also
forgives errors that the block's own contrast masks. Rows and columns beyond the last whole block
are left out. Sources: Egiazarian et al., VPQM 2006; Ponomarenko et al., VPQM 2007.
"""

import io
import math
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import cache
from types import ModuleType

import numpy as np

MIN_SIDE = 8
_BLOCK = 8


def psnr_hvs(original: np.ndarray, decoded: np.ndarray) -> float:
    """PSNR-HVS in dB of uint8 (H, W, 3), from MIN_SIDE pixels a side; inf for equal blocks."""
    return together(original, decoded, ("psnr_hvs",))["psnr_hvs"]


def psnr_hvs_m(original: np.ndarray, decoded: np.ndarray) -> float:
    """PSNR-HVS-M in dB, like `psnr_hvs`; inf where what differs is masked."""
    return together(original, decoded, ("psnr_hvs_m",))["psnr_hvs_m"]


def together(original: np.ndarray, decoded: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    """Those of "psnr_hvs" and "psnr_hvs_m" that `names` asks for, from one transform."""
    plain, masked = _block_errors(original, decoded)
    found = {"psnr_hvs": _decibel(plain.mean()), "psnr_hvs_m": _decibel(masked.mean())}
    return {name: found[name] for name in names}


def error_map(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """The weighted squared error of each block: float (H, W), peak 1; 0 beyond the last block."""
    plain, _ = _block_errors(original, decoded)
    return _spread(plain, original.shape[:2])


def masked_error_map(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """As `error_map`, of PSNR-HVS-M."""
    _, masked = _block_errors(original, decoded)
    return _spread(masked, original.shape[:2])


def _block_errors(original: np.ndarray, decoded: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted mean squared error of each block, plain and masked: float (blocks,), peak 1."""
    package = _package()
    height, width = (side - side % _BLOCK for side in original.shape[:2])
    # Luma in limited range, rounded to 8 bits, as in the authors' figures.
    luma = [package.bt601ycbcr(image[:height, :width])[0] for image in (original, decoded)]
    with np.errstate(invalid="ignore"):  # it divides by the variance of flat blocks, and mends that
        return package.hvs_hvsm_mse_tiles(*luma)


def _spread(blocks: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """One value a block -> one value a pixel of a picture of `shape`."""
    rows, columns = (side // _BLOCK for side in shape)
    wide = blocks.reshape(rows, columns).repeat(_BLOCK, axis=0).repeat(_BLOCK, axis=1)
    missing = [(0, side - side // _BLOCK * _BLOCK) for side in shape]
    return np.pad(wide, missing)


def _decibel(error: float) -> float:
    return -10 * math.log10(error) if error > 0 else math.inf


@cache
def _package() -> ModuleType:
    with redirect_stdout(io.StringIO()):  # it prints which of its back ends are missing
        import psnr_hvsm
    return psnr_hvsm
