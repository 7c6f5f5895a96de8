"""Where one rate-distortion curve lies above another: at which rates, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.rd.bdrate import pareto

_STEPS = 400


@dataclass(frozen=True)
class Span:
    """Between the rates `low` and `high` (bpp) the first curve is better by `gain` on average;
    worse where it is negative.
    """

    low: float
    high: float
    gain: float


def advantage(
    ours: tuple[Sequence[float], Sequence[float]],
    theirs: tuple[Sequence[float], Sequence[float]],
    alike: float = 0.0,
) -> list[Span]:
    """Spans of rate, rising, in which `ours` is better or worse than `theirs`; each curve is
    (rates, qualities).

    Qualities are compared at equal rate, linear in the logarithm of the rate, over the rates that
    both curves reach. Spans in which they differ by no more than `alike` everywhere belong to their
    neighbours. A curve of one point gives a span of that one rate; curves that share no rate give
    none.
    """
    (rate_a, quality_a), (rate_b, quality_b) = pareto(*ours), pareto(*theirs)
    if not len(rate_a) or not len(rate_b):
        return []
    low, high = max(rate_a[0], rate_b[0]), min(rate_a[-1], rate_b[-1])
    if low > high:
        return []
    at = np.linspace(np.log(low), np.log(high), _STEPS if high > low else 1)
    gain = np.interp(at, np.log(rate_a), quality_a) - np.interp(at, np.log(rate_b), quality_b)
    sign = np.sign(np.where(np.abs(gain) > alike, gain, 0))
    known = np.flatnonzero(sign)
    if not len(known):
        return [Span(float(low), float(high), float(gain.mean()))]
    sign = sign[known[np.clip(np.searchsorted(known, np.arange(len(sign)), "right") - 1, 0, None)]]
    starts = np.flatnonzero(np.diff(sign, prepend=0))
    ends = np.append(starts[1:], len(sign))
    return [
        Span(
            float(np.exp(at[start])),
            float(np.exp(at[min(end, len(at) - 1)])),
            float(gain[start:end].mean()),
        )
        for start, end in zip(starts, ends, strict=True)
    ]
