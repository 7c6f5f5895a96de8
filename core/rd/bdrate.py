"""Bjøntegaard deltas between two rate-distortion curves, and the reason where they are not defined.

The integration is the library `bjontegaard`'s (piecewise cubic Hermite, "pchip"); here are the
conditions under which its answer means something: each curve is reduced to its Pareto front, and
the curves must overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MIN_POINTS = 3


@dataclass(frozen=True)
class BDResult:
    """`percent`: BD-rate, the mean difference of rate at equal quality (negative: fewer bits than
    the anchor).

    `gain`: the mean difference of quality at equal rate, in the quality's unit (BD-PSNR in dB).
    `overlap`: the interval of quality over which the rates were compared; `covered` the share of
    the union of both ranges that it is, 0 to 1. Where percent is None, `reason` says why.
    """

    percent: float | None = None
    gain: float | None = None
    overlap: tuple[float, float] | None = None
    covered: float = 0.0
    reason: str = ""


def pareto(rate: Sequence[float], quality: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """The points that no other point beats in both rate and quality, by rising rate; finite and of
    positive rate only.
    """
    rate, quality = np.asarray(rate, float), np.asarray(quality, float)
    usable = np.isfinite(rate) & np.isfinite(quality) & (rate > 0)
    order = np.lexsort((-quality, rate))
    order = order[usable[order]]
    best, keep = -np.inf, []
    for i in order:
        if quality[i] > best:
            keep.append(i)
            best = quality[i]
    return rate[keep], quality[keep]


def bd_rate(
    anchor: tuple[Sequence[float], Sequence[float]],
    test: tuple[Sequence[float], Sequence[float]],
    method: str = "pchip",
    min_overlap: float = 0.1,
) -> BDResult:
    """BD-rate and BD-quality of `test` against `anchor`, each (rates, qualities) with quality
    growing with rate.

    `method`: "pchip" or "akima". `min_overlap`: the share of the union of both quality ranges that
    both must cover. Source: Bjøntegaard, VCEG-M33 (2001), and VCEG-AI11 (2008) for the piecewise
    form.
    """
    (rate_a, quality_a), (rate_t, quality_t) = pareto(*anchor), pareto(*test)
    for who, points in (("the anchor", rate_a), ("the codec", rate_t)):
        if len(points) < MIN_POINTS:
            return BDResult(
                reason=f"{who} has {len(points)} usable points; at least {MIN_POINTS} are needed."
            )
    low, high = max(quality_a[0], quality_t[0]), min(quality_a[-1], quality_t[-1])
    union = max(quality_a[-1], quality_t[-1]) - min(quality_a[0], quality_t[0])
    if high <= low:
        return BDResult(
            reason="the curves share no range of quality: one ends below where the other begins."
        )
    covered = (high - low) / union
    if covered < min_overlap:
        return BDResult(
            overlap=(low, high),
            covered=covered,
            reason=(
                f"the curves share only {covered:.0%} of their range of quality ({low:.2f} to {high:.2f}); "
                f"at least {min_overlap:.0%} are needed."
            ),
        )
    import bjontegaard  # imports matplotlib, a second that only this function needs to wait

    given = {"method": method, "require_matching_points": False, "min_overlap": 0}
    percent = float(bjontegaard.bd_rate(rate_a, quality_a, rate_t, quality_t, **given))
    log_low, log_high = max(rate_a[0], rate_t[0]), min(rate_a[-1], rate_t[-1])
    gain = (
        float(bjontegaard.bd_psnr(rate_a, quality_a, rate_t, quality_t, **given))
        if log_high > log_low
        else None
    )
    return BDResult(percent, gain, (float(low), float(high)), float(covered))
