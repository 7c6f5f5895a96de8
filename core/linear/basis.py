"""A picture's own patch basis, for the codec `klt`.

It is the cheapest rotation of the DCT's lowest frequencies.
"""

import numpy as np
from scipy.optimize import linear_sum_assignment

UNIT = 32  # one, in a basis as it is sent
SIZES = (15, 63)  # how many frequencies an own basis may span
FEW = 512  # patches below which a picture has no basis of its own
_SAMPLE = 3072  # patches that it is learnt from
_DEAD = np.geomspace(10, 1, 24)  # dead zones, in steps, that `sparsest` anneals through


def own_basis(x: np.ndarray) -> np.ndarray:
    """The rotation that saves most bits on patches `x` (P², patches; in quantiser steps).

    Whole numbers (n, n) in 1/32; the rows stand for frequencies 1 … n of `x`. A picture of few
    patches has none (n = 0): it could not pay for it.
    """
    patches = x.shape[1]
    sample = x[:, :: max(1, patches // _SAMPLE)].astype(np.float32)
    scale = patches / sample.shape[1]
    best = np.zeros((0, 0), np.int64)
    most_saved = -np.inf
    if patches < FEW:
        return best
    for n in SIZES:
        details = sample[1 : n + 1]
        before = _bits(details)
        own = klt(details)
        from_klt = sparsest(own, details)
        from_dct = sparsest(np.eye(n, dtype=np.float32), details)
        for rotation in (own, from_klt, from_dct):
            basis = np.round(UNIT * rotation).astype(np.int64)
            transform = np.linalg.inv(basis.T / UNIT).astype(np.float32)
            after = _bits(transform @ details)
            saved = (before - after) * scale - _bits_of_basis(basis)
            if saved > most_saved:
                best, most_saved = basis, saved
    return best


def klt(x: np.ndarray) -> np.ndarray:
    """The left singular vectors of `x` (n, patches), as rows (n, n).

    Each stands at the place of the frequency that it is most alike, with a positive sign there.
    """
    vectors = np.linalg.eigh(x @ x.T)[1].T
    rows, places = linear_sum_assignment(-np.abs(vectors))
    vectors = vectors[rows[np.argsort(places)]]
    signs = np.where(np.diag(vectors) < 0, -1, 1)
    return vectors * signs[:, None]


def sparsest(rotation: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A rotation (n, n) that leaves few of `x` (n, patches; in steps) beyond a dead zone.

    The search starts from `rotation` and alternates two steps: set small coefficients to zero; find
    the rotation that comes closest to them, U Vᵀ of the SVD of y xᵀ (orthogonal Procrustes).
    Neither can increase ‖y − rotation · x‖² + dead² · (non-zeros); a dead zone that starts wide and
    narrows keeps the search from stopping at the first local minimum.
    """
    for dead in _DEAD:
        y = rotation @ x
        y[np.abs(y) < dead] = 0
        u, _, vt = np.linalg.svd(y @ x.T)
        rotation = u @ vt
    return rotation


def _bits(x: np.ndarray) -> float:
    """Roughly what an entropy coder pays for coefficients `x`, in steps."""
    logarithms = np.log2(1 + x * x)
    return 0.7 * float(logarithms.sum(dtype=np.float64))


def _bits_of_basis(basis: np.ndarray) -> float:
    """Roughly what a basis costs: little for each zero, more for the other entries."""
    off_diagonal = basis - np.diag(np.diag(basis))
    bits = 0.5 + (basis != 0) * 2.5
    bits = bits + 2 * np.log2(1 + np.abs(off_diagonal))
    return float(bits.sum())
