"""What a file of the codec `svd` holds: a header, and the singular vectors of each plane.

Writing and reading are one: functions that take what is `given` write it, and read it otherwise.
Decoding is arithmetic on whole numbers below 2⁵³ throughout, hence the same on every machine.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from core.codecs.lowrank.colour import AXIS
from core.coding.coefficients import SHIFTS, code_plane, rebuild
from core.coding.range_coder import RangeCoder
from core.linear.patches import MATRIX, rounded

RUN = 64  # entries of a singular vector that are transformed together
MAX_RANK = 4096  # that a file may hold
PIXEL = 16  # a grey level in fixed point
_UNIT = 1 << 15  # one, in the entries of a vector of length one
_LIMIT = float(1 << 21)  # no entry of a vector is beyond this many 1/16 levels
_QUARTERS = np.array([16384.0, 19484.0, 23170.0, 27554.0])  # 2¹⁴ times 2 to the 0, ¼, ½, ¾


@dataclass(frozen=True)
class Header:
    """What a payload says before the vectors.

    `step` in 1/16 level; `colour` (3, 3) the colour axes in rows, in whole numbers; `ranks` (3,) of
    the planes; `shifts` (3, 2, 2): for U and V of each plane, see `rebuild`.
    """

    step: int
    colour: np.ndarray
    ranks: list[int]
    shifts: np.ndarray


@dataclass(frozen=True)
class Vectors:
    """One plane as sent: exponents of the singular values (rank,), and q of U and of V.

    Each q is (used ≤ 64, rank, runs) whole numbers.
    """

    exponents: np.ndarray
    qu: np.ndarray
    qv: np.ndarray


def most_components(height: int, width: int) -> int:
    """The largest rank that a file of such a picture can hold."""
    return min(height, width, MAX_RANK)


def reconstruct(q: np.ndarray, shifts: np.ndarray, step: int, length: int) -> np.ndarray:
    """Vectors (rank, length), float64 whole numbers in 1/16 level, of `q` (used, rank, runs)."""
    used, rank, runs = q.shape
    y = np.zeros((RUN, rank, runs))
    y[:used] = np.clip(rebuild(q, shifts, step), -_LIMIT, _LIMIT)
    entries = rounded(np.tensordot(_dct_run(), y, ((0,), (0,))), MATRIX)  # (64, rank, runs)
    rows = entries.transpose(1, 2, 0).reshape(rank, runs * RUN)
    return np.clip(rows[:, :length], -_LIMIT, _LIMIT)


def plane_of(
    vectors: Vectors, height: int, width: int, step: int, shifts: np.ndarray
) -> np.ndarray:
    """The plane (height, width) that vectors give: float64 whole numbers in 1/16 level."""
    u = reconstruct(vectors.qu, shifts[0], step, height)
    scaled_v = reconstruct(vectors.qv, shifts[1], step, width)
    # σ was multiplied into both U and V, so V is divided by it: vᵀ of length about one, in 2⁻¹⁵.
    sigma = sigma_of(vectors.exponents)[:, None]
    v = np.floor(scaled_v * (_UNIT / PIXEL) / sigma + 0.5)
    v = np.clip(v, -4 * _UNIT, 4 * _UNIT)
    return rounded(u.T @ v, _UNIT)


def code_header(coder: RangeCoder, most: int, given: Header | None = None) -> Header:
    """Write the header `given`, or read one whose ranks are at most `most`."""
    values = None
    if given is not None:
        colour = given.colour.ravel() + AXIS
        values = np.array([given.step, *colour, *given.ranks, *given.shifts.ravel()])
    sizes = [1 << 14]
    sizes += [2 * AXIS + 1] * 9
    sizes += [most + 1] * 3
    sizes += [SHIFTS] * 12
    numbers = coder.uniform(np.array(sizes), values)
    return Header(
        step=int(numbers[0]),
        colour=numbers[1:10].reshape(3, 3) - AXIS,
        ranks=numbers[10:13].tolist(),
        shifts=numbers[13:].reshape(3, 2, 2),
    )


def code_vectors(
    coder: RangeCoder,
    height: int,
    width: int,
    step: int,
    rank: int,
    given: Vectors | None = None,
) -> Vectors:
    """Write the vectors of one plane, or read them."""
    exponents = coder.uniform(np.full(rank, 128), given.exponents if given else None)
    expected = expected_magnitudes(exponents, height, step)
    qu = _code_factor(coder, rank, height, expected, given.qu if given else None)
    expected = expected_magnitudes(exponents, width, step)
    qv = _code_factor(coder, rank, width, expected, given.qv if given else None)
    return Vectors(exponents, qu, qv)


def _code_factor(
    coder: RangeCoder, rank: int, length: int, expected: np.ndarray, q: np.ndarray | None
) -> np.ndarray:
    """Write q (used, rank, runs) of U or of V, or read it."""
    count = None if q is None else np.array([len(q)])
    used = int(coder.uniform(np.array([RUN + 1]), count)[0])
    runs = -(-length // RUN)
    coded, _, _ = code_plane(coder, (rank, runs), 8, used, q, expected)
    return coded


def sigma_of(exponents: np.ndarray) -> np.ndarray:
    """Singular values in grey levels, approximately: 2 to the quarter of each exponent.

    They are exact multiples of 2⁻¹⁴.
    """
    return np.ldexp(_QUARTERS[exponents % 4], exponents // 4 - 14)


def expected_magnitudes(exponents: np.ndarray, length: int, step: int) -> np.ndarray:
    """(rank, 1) whole numbers: the mean magnitude to expect of each vector's entries, in 1/256.

    A vector of length σ has entries of about σ / √length.
    """
    # Python's integers: the products do not fit into 64 bits.
    unit = math.isqrt(length << 16) * max(step, 1) << 6
    expected = [int(s * (1 << 14)) * PIXEL * 200 // unit for s in sigma_of(exponents)]
    return np.array(expected, np.int64)[:, None]


@lru_cache
def _dct_run() -> np.ndarray:
    """The orthonormal DCT of a run as a matrix (64, 64) in units of 2⁻¹⁴."""
    from scipy.fft import dct  # takes a while: not before a picture is coded

    return np.round(dct(np.eye(RUN), axis=0, norm="ortho") * MATRIX)
