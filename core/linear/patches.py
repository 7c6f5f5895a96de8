"""The overlapped patch transform under the codec `klt`, forward in floats and back in exact whole numbers.

    planes ─ lap ─ cut into P × P patches ─ DCT ─→ coefficients (planes, P², rows, columns)

`lap` mixes the pixels on either side of each patch border before the patches are cut, so that a quantised patch fades into
its neighbours instead of ending in a seam: the time-domain lapped transform of Tran, Liang and Tu ("Lapped transform via
time-domain pre- and post-filtering", IEEE Trans. Signal Processing 51(6), 2003, section IV). Coefficient 0 is the patch's
mean; the others follow from low to high frequency.

Back: all matrices are rounded to whole multiples of 2⁻¹⁴ once, coefficients and pixels are multiples of 2⁻⁶, and every sum
stays far below 2⁵³. Such sums are exact in float64 in any order, so fast matrix products give the same pixels on every
machine.
"""

from functools import lru_cache

import numpy as np
from scipy.fft import dct

PIXEL = 64  # one grey level in fixed point
MATRIX = 1 << 14  # one in a fixed-point matrix
LIMIT = float(1 << 21)  # no fixed-point coefficient is beyond this (32,768 grey levels)
_BOOST = 1.25  # gain of the lap's first odd basis function: above 1 it trades orthogonality for coding gain


def grid(height: int, width: int, patch: int) -> tuple[int, int]:
    """Rows and columns of patches that cover a picture."""
    return -(-height // patch), -(-width // patch)


def forward(planes: np.ndarray, patch: int) -> np.ndarray:
    """Coefficients, float64 (c, P², rows, columns), of planes (c, height, width), which are extended by their edges."""
    rows, columns = grid(*planes.shape[1:], patch)
    padding = (rows * patch - planes.shape[1], columns * patch - planes.shape[2])
    planes = np.pad(planes, ((0, 0), (0, padding[0]), (0, padding[1])), mode="edge").astype(
        np.float64
    )
    lap = np.linalg.inv(_unlap(patch) / MATRIX)
    planes = _borders(_borders(planes, lap, 1), lap, 2)
    cut = (
        planes.reshape(-1, rows, patch, columns, patch)
        .transpose(0, 2, 4, 1, 3)
        .reshape(len(planes), patch**2, -1)
    )
    return (_dct(patch) / MATRIX @ cut).reshape(len(planes), patch**2, rows, columns)


def backward(coefficients: np.ndarray, patch: int) -> np.ndarray:
    """Planes (c, rows·P, columns·P) of `coefficients`, both whole multiples of 1/64 level held in float64 as integers."""
    c, _, rows, columns = coefficients.shape
    cut = rounded(_dct(patch).T @ coefficients.reshape(c, patch**2, -1), MATRIX)
    planes = (
        cut.reshape(c, patch, patch, rows, columns)
        .transpose(0, 3, 1, 4, 2)
        .reshape(c, rows * patch, columns * patch)
    )
    unlap = _unlap(patch)
    for axis in (2, 1):
        planes = rounded(_borders(planes * MATRIX, unlap / MATRIX, axis), MATRIX)
    return planes


def rounded(numbers: np.ndarray, divisor: int) -> np.ndarray:
    """Whole `numbers` divided by a power of two and rounded half up: exact in float64."""
    return np.floor((numbers + divisor // 2) / divisor)


def _borders(planes: np.ndarray, matrix: np.ndarray, axis: int) -> np.ndarray:
    """Apply `matrix` (P × P) to the P pixels around every inner patch border along `axis` (1 or 2)."""
    planes = np.swapaxes(planes, axis, 1).copy()
    patch = len(matrix)
    inner = planes[:, patch // 2 : planes.shape[1] - patch // 2]
    if inner.shape[1]:
        inner[:] = (matrix @ inner.reshape(len(planes), -1, patch, planes.shape[2])).reshape(
            inner.shape
        )
    return np.swapaxes(planes, axis, 1)


@lru_cache
def _dct(patch: int) -> np.ndarray:
    """The orthonormal 2-D DCT as a matrix (P², P²) in units of 2⁻¹⁴; rows by rising frequency."""
    one = dct(np.eye(patch), axis=0, norm="ortho")
    u, v = (i.ravel() for i in np.mgrid[:patch, :patch])
    return np.round(np.kron(one, one)[np.lexsort((u, np.maximum(u, v), u + v))] * MATRIX)


@lru_cache
def _unlap(patch: int) -> np.ndarray:
    """The post-filter (P, P) in units of 2⁻¹⁴: the inverse of ½ W diag(I, V) W with W = [I J; J −I]."""
    half = patch // 2
    identity, flip, zero = np.eye(half), np.eye(half)[::-1], np.zeros((half, half))
    boost = np.eye(half)
    boost[0, 0] = _BOOST
    v = (
        flip
        @ dct(identity, axis=0, norm="ortho").T
        @ boost
        @ dct(identity, type=4, axis=0, norm="ortho")
        @ flip
    )
    w = np.block([[identity, flip], [flip, -identity]])
    return np.round(np.linalg.inv(w @ np.block([[identity, zero], [zero, v]]) @ w / 2) * MATRIX)
