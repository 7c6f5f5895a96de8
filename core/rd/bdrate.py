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
    rates, qualities = np.asarray(rate, float), np.asarray(quality, float)
    usable = np.isfinite(rates) & np.isfinite(qualities) & (rates > 0)
    # By rate, and at equal rate the best quality first.
    order = np.lexsort((-qualities, rates))
    best = -np.inf
    keep: list[int] = []
    for i in order[usable[order]]:
        if qualities[i] > best:
            keep.append(i)
            best = qualities[i]
    return rates[keep], qualities[keep]


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
    rate_a, quality_a = pareto(*anchor)
    rate_t, quality_t = pareto(*test)
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
    overlap, covered = (float(low), float(high)), float((high - low) / union)
    if covered < min_overlap:
        shared = f"only {covered:.0%} of their range of quality ({low:.2f} to {high:.2f})"
        return BDResult(
            overlap=overlap,
            covered=covered,
            reason=f"the curves share {shared}; at least {min_overlap:.0%} are needed.",
        )
    import bjontegaard  # imports matplotlib, a second that only this function needs to wait

    curves = (rate_a, quality_a, rate_t, quality_t)
    given = {"method": method, "require_matching_points": False, "min_overlap": 0}
    percent = float(bjontegaard.bd_rate(*curves, **given))
    # Quality at equal rate exists only where the curves share a range of rate as well.
    gain = None
    if min(rate_a[-1], rate_t[-1]) > max(rate_a[0], rate_t[0]):
        gain = float(bjontegaard.bd_psnr(*curves, **given))
    return BDResult(percent, gain, overlap, covered)
