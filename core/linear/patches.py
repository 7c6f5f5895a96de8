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
    area = patch * patch
    extension = (
        (0, 0),
        (0, rows * patch - height),
        (0, columns * patch - width),
    )
    whole = np.pad(planes, extension, mode="edge")
    whole = whole.astype(np.float64)

    unlap = _unlap(patch) / MATRIX
    lap = np.linalg.inv(unlap)
    whole = _borders(whole, lap, axis=1)
    whole = _borders(whole, lap, axis=2)

    # (c, rows · P, columns · P) to (c, P², rows · columns): a patch becomes a column of pixels.
    cut = whole.reshape(count, rows, patch, columns, patch)
    cut = cut.transpose(0, 2, 4, 1, 3)
    pixels = cut.reshape(count, area, rows * columns)

    transform = _dct(patch) / MATRIX
    coefficients = transform @ pixels
    return coefficients.reshape(count, area, rows, columns)


def backward(coefficients: np.ndarray, patch: int) -> np.ndarray:
    """Planes (c, rows·P, columns·P) of `coefficients` (c, P², rows, columns).

    Both are whole multiples of 1/64 level, held in float64 as integers.
    """
    count, area, rows, columns = coefficients.shape
    coefficients = coefficients.reshape(count, area, rows * columns)
    pixels = _dct(patch).T @ coefficients
    pixels = rounded(pixels, MATRIX)

    # (c, P², rows · columns) to (c, rows · P, columns · P): the columns of pixels lie side by side.
    cut = pixels.reshape(count, patch, patch, rows, columns)
    cut = cut.transpose(0, 3, 1, 4, 2)
    planes = cut.reshape(count, rows * patch, columns * patch)

    unlap = _unlap(patch) / MATRIX
    for axis in (2, 1):
        # Scaled up before the filter, so that its matrix acts as one of whole numbers.
        scaled = planes * MATRIX
        filtered = _borders(scaled, unlap, axis)
        planes = rounded(filtered, MATRIX)
    return planes


def rounded(numbers: np.ndarray, divisor: int) -> np.ndarray:
    """Whole `numbers` divided by a power of two and rounded half up: exact in float64."""
    half = divisor // 2
    return np.floor((numbers + half) / divisor)


def _borders(planes: np.ndarray, matrix: np.ndarray, axis: int) -> np.ndarray:
    """Apply `matrix` (P × P) to the P pixels around every inner patch border along `axis`, 1 or 2.

    Half a patch at either end of the axis is left as it is.
    """
    planes = np.swapaxes(planes, axis, 1)
    planes = planes.copy()
    count, length, across = planes.shape
    patch = len(matrix)
    half = patch // 2
    inner = planes[:, half : length - half]
    if inner.size:
        # (c, borders, P, across): the pixels around one border are a column.
        groups = inner.reshape(count, -1, patch, across)
        filtered = matrix @ groups
        inner[:] = filtered.reshape(inner.shape)
    return np.swapaxes(planes, axis, 1)


@lru_cache
def _dct(patch: int) -> np.ndarray:
    """The orthonormal 2-D DCT as a matrix (P², P²) in units of 2⁻¹⁴; rows by rising frequency."""
    from scipy.fft import dct  # takes a while: not before a picture is coded

    one = dct(np.eye(patch), axis=0, norm="ortho")
    both = np.kron(one, one)
    # Row u · P + v of `both` has the frequencies u and v.
    frequencies = np.indices((patch, patch))
    u, v = frequencies.reshape(2, -1)
    larger = np.maximum(u, v)
    # By the sum of both frequencies, then by the larger one (lexsort's last key counts most).
    order = np.lexsort((u, larger, u + v))
    ordered = both[order]
    return np.round(ordered * MATRIX)


@lru_cache
def _unlap(patch: int) -> np.ndarray:
    """The post-filter (P, P) in units of 2⁻¹⁴: the inverse of ½ W diag(I, V) W, W = [I J; J −I]."""
    from scipy.fft import dct  # takes a while: not before a picture is coded

    half = patch // 2
    identity = np.eye(half)
    flip = identity[::-1]
    zero = np.zeros((half, half))
    boost = np.eye(half)
    boost[0, 0] = _BOOST
    dct2 = dct(identity, axis=0, norm="ortho")
    dct4 = dct(identity, type=4, axis=0, norm="ortho")
    v = flip @ dct2.T @ boost @ dct4 @ flip
    w = np.block(
        [
            [identity, flip],
            [flip, -identity],
        ]
    )
    diagonal = np.block(
        [
            [identity, zero],
            [zero, v],
        ]
    )
    lap = w @ diagonal @ w / 2
    unlap = np.linalg.inv(lap)
    return np.round(unlap * MATRIX)
