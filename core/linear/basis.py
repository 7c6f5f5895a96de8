"""A picture's own patch basis, for the codec `klt`: the cheapest rotation of the DCT's lowest frequencies."""

import numpy as np
from scipy.optimize import linear_sum_assignment

UNIT = 32  # one, in a basis as it is sent
SIZES = (15, 63)  # how many frequencies an own basis may span
FEW = 512  # patches below which a picture has no basis of its own
_SAMPLE = 3072  # patches that it is learnt from
_DEAD = np.geomspace(
    10, 1, 24
)  # coefficients below this many steps become zero: `sparsest` anneals from coarse to fine


def own_basis(x: np.ndarray) -> np.ndarray:
    """The rotation that saves most bits on patches `x` (P², patches; in quantiser steps), whole numbers (n, n) in 1/32.

    Its rows stand for frequencies 1 … n of `x`. A picture of few patches has none (n = 0): it could not pay for it.
    """
    patches = x.shape[1]
    x = x[:, :: max(1, patches // _SAMPLE)].astype(np.float32)
    best, most = np.zeros((0, 0), np.int64), -np.inf
    if patches < FEW:
        return best
    for n in SIZES:
        details = x[1 : n + 1]
        before = _bits(details)
        own = klt(details)
        for rotation in (
            own,
            sparsest(own, details),
            sparsest(np.eye(n, dtype=np.float32), details),
        ):
            basis = np.round(UNIT * rotation).astype(np.int64)
            after = _bits(np.linalg.inv(basis.T / UNIT).astype(np.float32) @ details)
            saved = (before - after) * patches / x.shape[1] - _bits_of_basis(basis)
            if saved > most:
                best, most = basis, saved
    return best


def klt(x: np.ndarray) -> np.ndarray:
    """The left singular vectors of `x` (n, patches) as rows (n, n), each at the place of the frequency it is most alike."""
    vectors = np.linalg.eigh(x @ x.T)[1].T
    rows, places = linear_sum_assignment(-np.abs(vectors))
    vectors = vectors[rows[np.argsort(places)]]
    return vectors * np.where(np.diag(vectors) < 0, -1, 1)[:, None]


def sparsest(rotation: np.ndarray, x: np.ndarray) -> np.ndarray:
    """A rotation (n, n), searched from `rotation` on, that leaves few of `x` (n, patches; in steps) beyond a dead zone.

    Alternates two steps: set small coefficients to zero; find the rotation that comes closest to them, U Vᵀ of the SVD of
    y xᵀ (orthogonal Procrustes). Neither can make ‖y − rotation · x‖² + dead² · (non-zeros) larger; a dead zone that
    starts wide and narrows keeps the search from stopping at the first local minimum.
    """
    for dead in _DEAD:
        y = rotation @ x
        y[np.abs(y) < dead] = 0
        u, _, vt = np.linalg.svd(y @ x.T)
        rotation = u @ vt
    return rotation


def _bits(x: np.ndarray) -> float:
    """About what an entropy coder pays for coefficients `x`, in steps."""
    return 0.7 * float(np.log2(1 + x * x).sum(dtype=np.float64))


def _bits_of_basis(basis: np.ndarray) -> float:
    """About what a basis costs: a little for each zero, more for others."""
    return float(
        (0.5 + (basis != 0) * 2.5 + 2 * np.log2(1 + np.abs(basis - np.diag(np.diag(basis))))).sum()
    )
