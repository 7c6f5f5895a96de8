"""Gaussian blurs of planes along both axes: the one of SSIMULACRA 2, and whatever others have.

That of SSIMULACRA 2 is at σ = 1.5, as its reference has it: Charalampidis (2016), "Recursive
Implementation of the Gaussian Filter Using Truncated Cosine Functions". Its response has nine taps,
applied here as a plain convolution.
"""

import numpy as np


def taps(sigma: float = 1.5) -> np.ndarray:
    """The blur's centre tap and those to one side (equations 33 to 57 of the paper).

    The sum of three cosines that vanish at the radius, with unit sum and variance σ².
    """
    radius = round(3.2795 * sigma + 0.2546)
    omega = np.array([1, 3, 5]) * np.pi / (2 * radius)
    sign = np.array([1, -1, 1])
    p = sign / np.tan(omega / 2)
    r = sign * p**2 / np.sin(omega)
    rho = np.exp(-(sigma**2) * omega**2 / 2) / radius
    # ζ₁, ζ₃, ζ₅ = 1: the cross product of p and r, scaled to 1 at the last.
    zeta = np.cross(p, r)
    zeta /= zeta[2]
    gamma = [1, radius**2 - sigma**2, zeta @ rho]
    beta = np.linalg.solve(np.stack([p, r, zeta]), gamma)
    return np.cos(np.outer(np.arange(radius), omega)) @ beta


_TAPS = taps().astype(np.float32)


def blurred(planes: np.ndarray) -> np.ndarray:
    """Each plane of (3, h, w) blurred as SSIMULACRA 2 does, zeros beyond the border."""
    reach = len(_TAPS) - 1
    return within(np.pad(planes, ((0, 0), (reach, reach), (reach, reach))), _TAPS)


def within(planes: np.ndarray, half: np.ndarray) -> np.ndarray:
    """Each plane of (3, h, w) filtered where the whole filter lies inside it.

    `half` (n,): the filter's centre tap and those to one side. The result is (3, h − 2n + 2,
    w − 2n + 2).
    """
    return np.stack([_along_columns(_along_columns(plane, half).T, half).T for plane in planes])


def _along_columns(plane: np.ndarray, half: np.ndarray) -> np.ndarray:
    """`plane` (h, w) filtered along its first axis, (h − 2n + 2, w)."""
    reach = len(half) - 1
    height = len(plane) - 2 * reach
    total = plane[reach : reach + height] * half[0]
    for distance in range(1, reach + 1):
        before = plane[reach - distance : reach - distance + height]
        after = plane[reach + distance : reach + distance + height]
        total += (before + after) * half[distance]
    return total
