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
    rate_a, quality_a = pareto(*ours)
    rate_b, quality_b = pareto(*theirs)
    if not (len(rate_a) and len(rate_b)):
        return []
    low = max(rate_a[0], rate_b[0])
    high = min(rate_a[-1], rate_b[-1])
    if low > high:
        return []
    count = _STEPS if high > low else 1
    log_rate = np.linspace(np.log(low), np.log(high), count)
    log_a = np.log(rate_a)
    log_b = np.log(rate_b)
    quality_ours = np.interp(log_rate, log_a, quality_a)
    quality_theirs = np.interp(log_rate, log_b, quality_b)
    gain = quality_ours - quality_theirs
    differs = np.abs(gain) > alike
    sign = np.sign(np.where(differs, gain, 0))
    if not sign.any():
        return [_span(low, high, gain)]
    sign = _filled(sign)
    # A span begins where the sign is another than just before, and ends where the next begins.
    starts = np.flatnonzero(np.diff(sign, prepend=0))
    ends = np.append(starts[1:], len(sign))
    rate = np.exp(np.append(log_rate, log_rate[-1]))
    spans = []
    for start, end in zip(starts, ends, strict=True):
        span = _span(rate[start], rate[end], gain[start:end])
        spans.append(span)
    return spans


def _span(low: float, high: float, gain: np.ndarray) -> Span:
    return Span(float(low), float(high), float(gain.mean()))


def _filled(sign: np.ndarray) -> np.ndarray:
    """`sign` with each 0 replaced by the last other value before it, or by the first one behind."""
    known = np.flatnonzero(sign)
    places = np.arange(len(sign))
    last = np.searchsorted(known, places, side="right") - 1
    # Before the first known sign, `last` is −1.
    last = np.maximum(last, 0)
    return sign[known[last]]
