"""The overlapped patch transform of the codec `klt`: forward in floats, back in whole numbers.

    planes ─ lap ─ cut into P × P patches ─ DCT ─→ coefficients (planes, P², rows, columns)

`lap` mixes the pixels on either side of each patch border before the patches are cut, so that a
quantised patch fades into its neighbours instead of ending in a seam: the time-domain lapped
transform of Tran, Liang and Tu ("Lapped transform via time-domain pre- and post-filtering", IEEE
Trans. Signal Processing 51(6), 2003, section IV). Coefficient 0 is the patch's mean; the others
follow from low to high frequency.

Back: all matrices are rounded to whole multiples of 2⁻¹⁴ once, coefficients and pixels are
multiples of 2⁻⁶, and every sum stays far below 2⁵³. Such sums are exact in float64 in any order, so
fast matrix products give the same pixels on every machine.
"""

from functools import lru_cache

import numpy as np
from scipy.fft import dct

PIXEL = 64  # one grey level in fixed point
MATRIX = 1 << 14  # one in a fixed-point matrix
LIMIT = float(1 << 21)  # no fixed-point coefficient is beyond this (32,768 grey levels)
_BOOST = 1.25  # gain of the lap's first odd basis function: above 1, coding gain for orthogonality


def grid(height: int, width: int, patch: int) -> tuple[int, int]:
    """Rows and columns of patches that cover a picture."""
    return -(-height // patch), -(-width // patch)


def forward(planes: np.ndarray, patch: int) -> np.ndarray:
    """Coefficients, float64 (c, P², rows, columns), of planes (c, height, width).

    Planes are extended by their edges to whole patches.
    """
    count, height, width = planes.shape
    rows, columns = grid(height, width, patch)
    below, right = rows * patch - height, columns * patch - width
    whole = np.pad(planes, ((0, 0), (0, below), (0, right)), mode="edge").astype(np.float64)

    lap = np.linalg.inv(_unlap(patch) / MATRIX)
    whole = _borders(whole, lap, axis=1)
    whole = _borders(whole, lap, axis=2)

    cut = whole.reshape(count, rows, patch, columns, patch)
    cut = cut.transpose(0, 2, 4, 1, 3)  # to (c, P, P, rows, columns)
    coefficients = _dct(patch) / MATRIX @ cut.reshape(count, patch**2, -1)
    return coefficients.reshape(count, patch**2, rows, columns)


def backward(coefficients: np.ndarray, patch: int) -> np.ndarray:
    """Planes (c, rows·P, columns·P) of `coefficients` (c, P², rows, columns).

    Both are whole multiples of 1/64 level, held in float64 as integers.
    """
    count, _, rows, columns = coefficients.shape
    cut = _dct(patch).T @ coefficients.reshape(count, patch**2, -1)
    cut = rounded(cut, MATRIX).reshape(count, patch, patch, rows, columns)
    planes = cut.transpose(0, 3, 1, 4, 2)  # to (c, rows, P, columns, P)
    planes = planes.reshape(count, rows * patch, columns * patch)

    unlap = _unlap(patch) / MATRIX
    for axis in (2, 1):
        # Scaled up before the filter, so that its matrix acts as one of whole numbers.
        planes = rounded(_borders(planes * MATRIX, unlap, axis), MATRIX)
    return planes


def rounded(numbers: np.ndarray, divisor: int) -> np.ndarray:
    """Whole `numbers` divided by a power of two and rounded half up: exact in float64."""
    return np.floor((numbers + divisor // 2) / divisor)


def _borders(planes: np.ndarray, matrix: np.ndarray, axis: int) -> np.ndarray:
    """Apply `matrix` (P × P) to the P pixels around every inner patch border along `axis`, 1 or 2.

    Half a patch at either end of the axis is left as it is.
    """
    planes = np.swapaxes(planes, axis, 1).copy()
    count, length, across = planes.shape
    patch = len(matrix)
    inner = planes[:, patch // 2 : length - patch // 2]
    if inner.shape[1]:
        groups = inner.reshape(count, -1, patch, across)
        inner[:] = (matrix @ groups).reshape(inner.shape)
    return np.swapaxes(planes, axis, 1)


@lru_cache
def _dct(patch: int) -> np.ndarray:
    """The orthonormal 2-D DCT as a matrix (P², P²) in units of 2⁻¹⁴; rows by rising frequency."""
    one = dct(np.eye(patch), axis=0, norm="ortho")
    u, v = (index.ravel() for index in np.mgrid[:patch, :patch])
    # By the sum of both frequencies, then by the larger one (lexsort's last key counts most).
    order = np.lexsort((u, np.maximum(u, v), u + v))
    both = np.kron(one, one)
    return np.round(both[order] * MATRIX)


@lru_cache
def _unlap(patch: int) -> np.ndarray:
    """The post-filter (P, P) in units of 2⁻¹⁴: the inverse of ½ W diag(I, V) W, W = [I J; J −I]."""
    half = patch // 2
    identity = np.eye(half)
    flip = identity[::-1]
    zero = np.zeros((half, half))
    boost = np.eye(half)
    boost[0, 0] = _BOOST
    dct2 = dct(identity, axis=0, norm="ortho")
    dct4 = dct(identity, type=4, axis=0, norm="ortho")
    v = flip @ dct2.T @ boost @ dct4 @ flip
    w = np.block([[identity, flip], [flip, -identity]])
    diagonal = np.block([[identity, zero], [zero, v]])
    lap = w @ diagonal @ w / 2
    return np.round(np.linalg.inv(lap) * MATRIX)
