"""Low-rank approximation, as in the TensorFlow tutorial "Matrix approximation with Core APIs".

A matrix A (m × n) is U Σ Vᵀ; its best rank-r approximation keeps the first r singular values
(Eckart–Young). One decomposition answers every question here: pictures, sizes, energies and the
distortion of all ranks at once. Matrices may have any leading axes: a colour picture is three
matrices (3, m, n).

SciPy is imported late.
"""

from dataclasses import dataclass

import numpy as np

from core.errors import SettingError

MAX_PIXELS = 4_000_000  # above this, a full SVD takes long: downsize, or `decompose_truncated`


@dataclass(frozen=True)
class Factors:
    """A = u · diag(s) · vᵀ: `u` (…, m, k), `s` (…, k) in descending order, `v` (…, n, k).

    `total` (…) is ‖A‖² of each matrix. k is min(m, n), or less for a truncated decomposition; the
    energy of what was cut off is `total` − Σ s².
    """

    u: np.ndarray
    s: np.ndarray
    v: np.ndarray
    total: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n)"""
        return self.u.shape[-2], self.v.shape[-2]

    @property
    def rank(self) -> int:
        """The number of singular values held."""
        return self.s.shape[-1]


def channels(image: np.ndarray) -> np.ndarray:
    """A picture, uint8 (m, n, 3), as matrices, float32 (3, m, n) in 0…1, as in the tutorial."""
    matrices = np.moveaxis(image, -1, 0)
    matrices = np.ascontiguousarray(matrices, dtype=np.float32)
    return matrices / np.float32(255)


def to_image(matrices: np.ndarray) -> np.ndarray:
    """The picture of matrices (3, m, n): clipped to 0…1 and rounded to uint8 (m, n, 3)."""
    levels = np.clip(matrices, 0, 1) * np.float32(255)
    # The half makes rounding of the cut to whole numbers.
    pixels = levels + np.float32(0.5)
    pixels = pixels.astype(np.uint8)
    image = np.moveaxis(pixels, 0, -1)
    return np.ascontiguousarray(image)


def decompose(matrices: np.ndarray) -> Factors:
    """The full SVD of finite matrices (…, m, n), by LAPACK (SciPy) in float32, as the tutorial's
    `tf.linalg.svd` gives it: that function would cost seconds, of importing TensorFlow.
    """
    from scipy import linalg

    matrices = np.asarray(matrices, dtype=np.float32)
    *leading, m, n = matrices.shape
    k = min(m, n)
    parts = [linalg.svd(matrix, full_matrices=False) for matrix in matrices.reshape(-1, m, n)]
    return Factors(
        u=np.stack([u for u, _, _ in parts]).reshape(*leading, m, k),
        s=np.stack([s for _, s, _ in parts]).reshape(*leading, k),
        v=np.stack([vt.T for _, _, vt in parts]).reshape(*leading, n, k),
        total=_squared_norms(matrices),
    )


def decompose_truncated(matrices: np.ndarray, rank: int) -> Factors:
    """The first `rank` < min(m, n) components of matrices (c, m, n).

    By ARPACK's Lanczos iteration (SciPy), which needs no full decomposition.
    """
    from scipy.sparse import linalg as sparse

    matrices = np.asarray(matrices, dtype=np.float32)
    us = []
    ss = []
    vs = []
    for matrix in matrices:
        shorter = min(matrix.shape)
        start = np.ones(shorter, matrix.dtype)  # fixed: the result must not be random
        u, s, vt = sparse.svds(matrix, k=rank, v0=start)
        # ARPACK gives the values in no promised order.
        order = np.argsort(s)[::-1]
        us.append(u[:, order])
        ss.append(s[order])
        vs.append(vt[order].T)
    return Factors(
        u=np.stack(us),
        s=np.stack(ss),
        v=np.stack(vs),
        total=_squared_norms(matrices),
    )


def reconstruct(f: Factors, rank: int | None = None, first: int = 0) -> np.ndarray:
    """The sum of components first … rank−1 of `f`, float32 (…, m, n); by default of all."""
    if rank is None:
        rank = f.rank
    part = slice(first, rank)
    # einsum "…ms,…s,…ns->…mn", as one matrix product.
    u = f.u[..., part]
    s = f.s[..., None, part]
    v = f.v[..., part]
    scaled = u * s
    return scaled @ np.swapaxes(v, -1, -2)


def elements(m: int, n: int, rank: int) -> int:
    """Numbers stored for one matrix: r·(m + n + 1), the values of U, V and Σ."""
    return rank * (m + n + 1)


def compression_factor(m: int, n: int, rank: int) -> float:
    """c = x / (m·n): numbers stored for each number of the matrix."""
    return elements(m, n, rank) / (m * n)


def rank_for_factor(m: int, n: int, factor: float) -> int:
    """The rank that factor c pays for: r = ⌊c·m·n / (m + n + 1)⌋, at most min(m, n).

    Raises SettingError for a factor below 0, infinite or NaN.
    """
    if not 0 <= factor < float("inf"):
        raise SettingError(f"The compression factor must be 0 or more, not {factor}.")
    numbers = factor * m * n
    rank = int(numbers / elements(m, n, 1))
    return min(rank, m, n)


def energy(s: np.ndarray, power: int = 1) -> np.ndarray:
    """The share of the energy in the first 1 … k values, (k,), averaged over leading axes.

    `power` 1 sums the singular values, as the tutorial does; 2 sums their squares, which is the
    share of ‖A‖². The energy of the first r values is `energy(s)[r - 1]` (the tutorial's code reads
    one place further). A matrix of zeros has all its energy from the start.
    """
    energies = s.astype(np.float64) ** power
    sums = np.cumsum(energies, axis=-1)
    sums = sums.reshape(-1, s.shape[-1])  # (matrices, k)
    total = sums[:, -1:]
    shares = np.ones_like(sums)
    np.divide(sums, total, out=shares, where=total > 0)
    return shares.mean(axis=0)


def rank_for_energy(s: np.ndarray, wanted: float, power: int = 1) -> int:
    """The smallest rank whose `energy` reaches `wanted`. Raises SettingError outside 0…1."""
    if not 0 <= wanted <= 1:
        raise SettingError(f"The energy must be between 0 and 1, not {wanted}.")
    if wanted == 0:
        return 0
    # The tolerance keeps rounding in the sums from asking for one value more.
    enough = wanted - 1e-12
    below = np.searchsorted(energy(s, power), enough)
    rank = int(below) + 1
    return min(rank, s.shape[-1])


def squared_errors(f: Factors) -> np.ndarray:
    """‖A − A_r‖² = Σ_{i>r} σ_i² for r = 0 … k, (k + 1,), summed over leading axes.

    No reconstruction is needed. For pixels in 0…1, before clipping and rounding to 8 bits: clipping
    can only lower the true error (the original lies in the range), rounding adds about 1/12 of a
    grey level squared.
    """
    s = f.s.astype(np.float64)
    squares = s.reshape(-1, f.rank) ** 2  # (matrices, k)
    # Summed from the last value on: tail r is Σ_{i≥r} σ_i².
    backwards = squares[:, ::-1]
    tails = np.cumsum(backwards, axis=1)[:, ::-1]
    errors = tails.sum(axis=0)
    errors = np.append(errors, 0.0)
    if f.rank == min(f.shape):
        return errors
    # A truncated decomposition leaves at least what it cut off.
    total = f.total.astype(np.float64)
    cut_off = total.ravel() - squares.sum(axis=1)
    cut_off = np.maximum(cut_off, 0)
    return errors + cut_off.sum()


def mse_by_rank(f: Factors) -> np.ndarray:
    """`squared_errors` as mean squared error on the 0–255 scale of pixels, (k + 1,)."""
    m, n = f.shape
    pixels = f.total.size * m * n
    return squared_errors(f) * 255.0**2 / pixels


def layer(f: Factors, index: int) -> np.ndarray:
    """The rank-one matrix σ u vᵀ number `index` (0 …) as a picture, uint8 (m, n, 3).

    Grey is 0, the largest entry ±127.
    """
    part = reconstruct(f, index + 1, first=index)
    largest = float(np.abs(part).max())
    gain = 0.0
    if largest:
        gain = 127 / 255 / largest
    return to_image(0.5 + part * gain)


def squared_error(original: np.ndarray, approximation: np.ndarray) -> float:
    """Mean squared error of two images, 0–255 scale.

    `core.metrics` has every measure; this one alone is fast.
    """
    difference = np.subtract(original, approximation, dtype=np.int16)
    difference = difference.ravel()
    difference = difference.astype(np.float32)
    total = np.dot(difference, difference)
    return float(total) / difference.size


def error_map(original: np.ndarray, approximation: np.ndarray, gain: int = 4) -> np.ndarray:
    """The signed difference of two images, `gain` times enlarged, around grey: uint8 (H, W, 3)."""
    difference = np.subtract(approximation, original, dtype=np.int16)
    enlarged = 128 + gain * difference
    enlarged = np.clip(enlarged, 0, 255)
    return enlarged.astype(np.uint8)


def _squared_norms(matrices: np.ndarray) -> np.ndarray:
    """‖A‖² of each of matrices (…, m, n), float64 (…)."""
    return np.einsum("...mn,...mn->...", matrices, matrices, dtype=np.float64)
