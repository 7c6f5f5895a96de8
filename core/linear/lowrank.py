"""The mathematics of low-rank approximation, as in the TensorFlow tutorial "Matrix approximation with Core APIs".

A matrix A (m × n) is U Σ Vᵀ; its best rank-r approximation keeps the first r singular values (Eckart–Young). One
decomposition answers every question here: pictures, sizes, energies and the distortion of all ranks at once.
Matrices may have any leading axes: a colour picture is three matrices (3, m, n).

`import tensorflow` costs seconds, so it happens inside `decompose`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import linalg as sparse

from core.errors import DataError, SettingError

MAX_PIXELS = 4_000_000  # above this a full SVD takes long: downsize, or `decompose_truncated`
MAX_MATRIX = 200  # rows and columns of a typed matrix


@dataclass(frozen=True)
class Factors:
    """A = u · diag(s) · vᵀ: `u` (…, m, k), `s` (…, k) in descending order, `v` (…, n, k). `total` is ‖A‖² per matrix (…).

    k is min(m, n), or less for a truncated decomposition; the energy of what was cut off is `total` − Σ s².
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
    """The matrices of a picture: uint8 (m, n, 3) -> float32 (3, m, n) in 0…1, as the tutorial scales them."""
    return np.ascontiguousarray(np.moveaxis(image, -1, 0), dtype=np.float32) / np.float32(255)


def to_image(matrices: np.ndarray) -> np.ndarray:
    """The picture of matrices (3, m, n): clipped to 0…1 and rounded to uint8 (m, n, 3)."""
    pixels = np.clip(matrices, 0, 1) * np.float32(255) + np.float32(0.5)
    return np.ascontiguousarray(np.moveaxis(pixels.astype(np.uint8), 0, -1))


def decompose(matrices: np.ndarray) -> Factors:
    """The full SVD of matrices (…, m, n), batched over the leading axes, by `tf.linalg.svd` in float32."""
    import tensorflow as tf

    matrices = np.asarray(matrices, dtype=np.float32)
    s, u, v = tf.linalg.svd(matrices, full_matrices=False)
    return Factors(u.numpy(), s.numpy(), v.numpy(), _energy(matrices))


def decompose_truncated(matrices: np.ndarray, rank: int) -> Factors:
    """The first `rank` < min(m, n) components of matrices (c, m, n) only, by ARPACK's Lanczos iteration (SciPy)."""
    matrices = np.asarray(matrices, dtype=np.float32)
    us, ss, vs = [], [], []
    for a in matrices:
        u, s, vt = sparse.svds(a, k=rank, v0=np.ones(min(a.shape), a.dtype))
        order = np.argsort(s)[::-1]
        us, ss, vs = [*us, u[:, order]], [*ss, s[order]], [*vs, vt[order].T]
    return Factors(np.stack(us), np.stack(ss), np.stack(vs), _energy(matrices))


def reconstruct(f: Factors, rank: int | None = None, first: int = 0) -> np.ndarray:
    """Components first … rank−1 of `f` added up, float32 (…, m, n): einsum "…ms,…s,…ns->…mn" as one product a matrix."""
    part = slice(first, f.rank if rank is None else rank)
    return (f.u[..., part] * f.s[..., None, part]) @ np.swapaxes(f.v[..., part], -1, -2)


def elements(m: int, n: int, rank: int) -> int:
    """Numbers stored for one matrix: x = r·(m + n + 1), that is r columns of U, r of V and r singular values."""
    return rank * (m + n + 1)


def compression_factor(m: int, n: int, rank: int) -> float:
    """c = x / (m·n): stored numbers for each number of the matrix."""
    return elements(m, n, rank) / (m * n)


def rank_for_factor(m: int, n: int, factor: float) -> int:
    """The rank that factor c pays for: r = ⌊c·m·n / (m + n + 1)⌋, at most min(m, n). Raises SettingError below 0 or NaN."""
    if not 0 <= factor < float("inf"):
        raise SettingError(f"The compression factor must be 0 or more, not {factor}.")
    return min(int(factor * m * n / (m + n + 1)), m, n)


def energy(s: np.ndarray, power: int = 1) -> np.ndarray:
    """Share of the energy in the first 1 … k values, (k,), averaged over leading axes; the last is 1.

    `power` 1 sums the singular values, as the tutorial does; 2 sums their squares, which is the share of ‖A‖².
    The energy of the first r values is `energy(s)[r - 1]` (the tutorial's code reads one place further).
    A matrix of zeros has all its energy from the start.
    """
    sums = np.cumsum(s.astype(np.float64) ** power, axis=-1).reshape(-1, s.shape[-1])
    total = sums[:, -1:]
    return np.divide(sums, total, out=np.ones_like(sums), where=total > 0).mean(axis=0)


def rank_for_energy(s: np.ndarray, wanted: float, power: int = 1) -> int:
    """The smallest rank whose `energy` reaches `wanted` (0…1). Raises SettingError outside that range."""
    if not 0 <= wanted <= 1:
        raise SettingError(f"The energy must be between 0 and 1, not {wanted}.")
    if wanted == 0:
        return 0
    return min(int(np.searchsorted(energy(s, power), wanted - 1e-12)) + 1, s.shape[-1])


def squared_errors(f: Factors) -> np.ndarray:
    """‖A − A_r‖² = Σ_{i>r} σ_i² for r = 0 … k, summed over leading axes, (k + 1,): no reconstruction needed.

    For pixels in 0…1. Clipping and rounding to 8 bits are not in it: clipping can only lower the true error (the original
    lies in the range), rounding adds about 1/12 of a grey level squared.
    """
    s2 = f.s.astype(np.float64).reshape(-1, f.rank) ** 2
    cut_off = (
        np.maximum(f.total.astype(np.float64).ravel() - s2.sum(axis=1), 0)
        if f.rank < min(f.shape)
        else 0.0
    )
    tails = np.cumsum(s2[:, ::-1], axis=1)[:, ::-1].sum(axis=0)
    return np.append(tails, 0.0) + np.sum(cut_off)


def mse_by_rank(f: Factors) -> np.ndarray:
    """`squared_errors` as mean squared error on the 0–255 scale of pixels, (k + 1,)."""
    m, n = f.shape
    return squared_errors(f) * 255.0**2 / (f.total.size * m * n)


def layer(f: Factors, index: int) -> np.ndarray:
    """The rank-one matrix σ u vᵀ number `index` (0 …) as a picture, uint8 (m, n, 3): grey is 0, the largest entry ±127."""
    part = reconstruct(f, index + 1, first=index)
    largest = float(np.abs(part).max())
    return to_image(0.5 + part * (127 / 255 / largest if largest else 0))


def squared_error(original: np.ndarray, approximation: np.ndarray) -> float:
    """Mean squared error of two images, 0–255 scale. (`core.metrics` has every measure; this one alone is fast.)"""
    difference = np.subtract(original, approximation, dtype=np.int16).ravel().astype(np.float32)
    return float(np.dot(difference, difference)) / difference.size


def error_map(original: np.ndarray, approximation: np.ndarray, gain: int = 4) -> np.ndarray:
    """The signed difference of two images around grey, `gain` times enlarged: uint8 (H, W, 3)."""
    difference = np.subtract(approximation, original, dtype=np.int16)
    return np.clip(128 + gain * difference, 0, 255).astype(np.uint8)


def read_matrix(text: str) -> np.ndarray:
    """A matrix typed or pasted, float32 (m, n): one row a line, numbers apart by commas, semicolons, tabs or spaces.

    Raises DataError for anything but up to 200 × 200 finite numbers in rows of one length.
    """
    rows = [
        line.replace(",", " ").replace(";", " ").split()
        for line in text.strip().splitlines()
        if line.strip()
    ]
    if not rows or len({len(row) for row in rows}) != 1:
        raise DataError(
            "A matrix needs at least one row, and the same count of numbers in every row."
        )
    if max(len(rows), len(rows[0])) > MAX_MATRIX:
        raise DataError(
            f"The matrix has {len(rows)} × {len(rows[0])} numbers; {MAX_MATRIX} × {MAX_MATRIX} is the most."
        )
    try:
        matrix = np.array(rows, dtype=np.float32)
    except ValueError as error:
        raise DataError(f"The matrix holds something that is not a number: {error}.") from None
    if not np.isfinite(matrix).all():
        raise DataError("The matrix holds a number that is not finite; use numbers up to 1e38.")
    return matrix


def _energy(matrices: np.ndarray) -> np.ndarray:
    return np.einsum("...mn,...mn->...", matrices, matrices, dtype=np.float64)
