"""How far figures of some pictures hold for others of their kind. Pure functions of arrays.

Intervals are percentiles of the bootstrap (Efron and Tibshirani 1993, chapter 13): pictures are
drawn again, with replacement, and all that depends on them – the one setting too – is found anew.
"""

import math
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 1000
FEWEST = 5  # pictures, below which no interval is given


@dataclass(frozen=True)
class Estimate:
    """A figure and the interval that holds it for other pictures of the kind, None for too few."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Spread:
    """The 10th, 50th and 90th percentile over single pictures."""

    low: float
    middle: float
    high: float


def draw(count: int, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """Pictures drawn again: int (resamples, count), or (0, count) where they are too few."""
    if count < FEWEST:
        return np.zeros((0, count), int)
    return np.random.default_rng(seed).integers(0, count, (resamples, count))


def estimate(value: float, drawn: np.ndarray, confidence: float = CONFIDENCE) -> Estimate:
    """`value` with the interval that the resampled values (resamples,) span."""
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Estimate(value)
    outside = 100 * (1 - confidence) / 2
    low, high = np.percentile(drawn, (outside, 100 - outside))
    return Estimate(value, float(low), float(high))


def spread(values: np.ndarray) -> Spread:
    """Percentiles of `values` (n,), n ≥ 1."""
    low, middle, high = np.percentile(values, (10, 50, 90))
    return Spread(float(low), float(middle), float(high))


def share_at_least(reached: int, count: int, confidence: float = CONFIDENCE) -> float:
    """The share of all pictures that reach, at least, when `reached` of a sample of `count` do.

    The lower one-sided bound of Clopper and Pearson (1934).
    """
    from scipy.stats import beta

    if reached == 0:
        return 0.0
    return float(beta.ppf(1 - confidence, reached, count - reached + 1))


def totals_at_one(
    required: np.ndarray, logs: list[tuple[np.ndarray, np.ndarray]], share: float, drawn: np.ndarray
) -> np.ndarray:
    """Bytes of all pictures at the one setting that is found anew in each resample: (resamples,).

    `required` (n,): where each picture reaches the quality on the setting's scale, growing with
    quality, inf where it never does. `logs`: for each picture the positions that were measured,
    rising, and the logarithms of the bytes there, between which lines are drawn.
    """
    if not len(drawn):
        return np.zeros(0)
    needed = math.ceil(share * len(required) - 1e-9)
    ladder = np.unique(required[np.isfinite(required)])
    if not len(ladder):
        return np.full(len(drawn), np.nan)
    ranks = np.searchsorted(ladder, required)  # len(ladder) for those that never reach
    chosen = np.partition(ranks[drawn], needed - 1, axis=1)[:, needed - 1]
    chosen = np.minimum(chosen, len(ladder) - 1)
    used, places = np.unique(chosen, return_inverse=True)
    # bytes (n, settings that some resample uses)
    table = np.exp(np.stack([np.interp(ladder[used], x, y) for x, y in logs]))
    return table[drawn, places[:, None]].sum(axis=1)
