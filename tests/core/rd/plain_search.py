"""The search without any knowledge of codecs, as a reference: bracket, bisect, try the neighbours.

It takes about ten encodes where `core.rd.match` takes three; the answers must be the same.
"""

import math
from collections.abc import Callable

from core.codecs.base import Setting

NEIGHBOURS, TOLERANCE, NARROW, MAX_PROBES = 2, 0.001, 5e-5, 24


def best_size(
    setting: Setting, size_of: Callable[[float], int], budget: int, at_least: bool = False
) -> tuple[int, int]:
    """(bytes of the best file, encodes) for at most, or at least, `budget` bytes."""
    sizes: dict[float, int] = {}

    def log_size(value: float) -> float:
        if value not in sizes:
            sizes[value] = size_of(value)
        return math.log(sizes[value])

    below, above = (0.0, TOLERANCE) if at_least else (-TOLERANCE, 0.0)
    _search(setting, log_size, math.log(budget), below, above)
    fitting = [size for size in sizes.values() if (size >= budget if at_least else size <= budget)]
    if at_least:
        best = min(fitting) if fitting else max(sizes.values())
    else:
        best = max(fitting) if fitting else min(sizes.values())
    return best, len(sizes)


def _search(
    setting: Setting, f: Callable[[float], float], target: float, below: float, above: float
) -> None:
    log = setting.scale == "log"
    to_x = math.log if log else float
    lo, hi = map(to_x, setting.span())
    f_lo: float | None = None
    f_hi: float | None = None

    def from_x(x: float) -> float:
        return setting.check(min(max(math.exp(x) if log else x, setting.low), setting.high))

    narrow = setting.step * 1.5 if setting.step else NARROW * abs(hi - lo)
    for turn in range(MAX_PROBES):
        if abs(hi - lo) <= narrow:
            break
        share = 0.5
        if f_lo is not None and f_hi is not None and turn % 3 < 2:
            share = min(max((target - f_lo) / (f_hi - f_lo), 0.05), 0.95)
        value = from_x(lo + share * (hi - lo))
        if setting.step and value in (lo, hi):
            value = setting.check((lo + hi) / 2)
        y = f(value)
        if not setting.step and below <= y - target <= above:
            return
        if y > target:
            hi, f_hi = to_x(value), y
        else:
            lo, f_lo = to_x(value), y
    first, last = from_x(lo), from_x(hi)
    f(first)
    f(last)
    for k in range(1, NEIGHBOURS + 1) if setting.step else ():
        for value in (min(first, last) - k * setting.step, max(first, last) + k * setting.step):
            if setting.low <= value <= setting.high:
                f(value)
