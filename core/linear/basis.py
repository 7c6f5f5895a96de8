"""A picture's own patch basis, for the codec `klt`.

It is the cheapest rotation of the DCT's lowest frequencies.
"""

import numpy as np

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
    every = max(1, patches // _SAMPLE)
    sample = x[:, ::every]
    sample = sample.astype(np.float32)
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
            basis = np.round(UNIT * rotation)
            basis = basis.astype(np.int64)
            # The decoder's synthesis is basisᵀ; the encoder's analysis is its inverse.
            transform = np.linalg.inv(basis.T / UNIT)
            transform = transform.astype(np.float32)
            after = _bits(transform @ details)
            saved = (before - after) * scale - _bits_of_basis(basis)
            if saved > most_saved:
                best, most_saved = basis, saved
    return best


def klt(x: np.ndarray) -> np.ndarray:
    """The left singular vectors of `x` (n, patches), as rows (n, n).

    Each stands at the place of the frequency that it is most alike, with a positive sign there.
    """
    covariance = x @ x.T  # (n, n), but for a factor
    _, columns = np.linalg.eigh(covariance)
    vectors = columns.T
    from scipy.optimize import linear_sum_assignment  # takes a while: only encoders need it

    # Vector i and frequency j are alike as far as entry (i, j) is large.
    rows, places = linear_sum_assignment(-np.abs(vectors))
    by_place = np.argsort(places)
    vectors = vectors[rows[by_place]]
    diagonal = np.diag(vectors)
    signs = np.where(diagonal < 0, -1, 1)
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
