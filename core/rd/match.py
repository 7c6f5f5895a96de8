"""Searches a codec's setting for a target: so many bytes at most, or a quality with the fewest bytes.

Bytes and quality mostly grow along a setting, but not always (JPEG XL on noise, WebP's lowest qualities). So: bracket,
interpolate, and then try the neighbours.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from core import metrics
from core.codecs.base import Codec, Setting
from core.errors import SettingError
from core.rd.measure import Measured, complete, evaluate

NEIGHBOURS = 2  # steps of a discrete setting that are tried on both sides of the answer
TOLERANCE = 0.001  # a continuous setting is refined until it is this close to the target (relative)
NARROW = 5e-5  # … or until the bracket is this small a share of its range
MAX_PROBES = 24
LOSSLESS = 1e3  # stands for an infinite quality, which would spoil the interpolation


@dataclass(frozen=True)
class Match:
    """The best setting found. `error` is what remains: (reached − target) / target, in bytes or in the measure's form.

    `met` is False where no setting of the codec meets the target; `measured` is then the nearest that it can do.
    """

    measured: Measured
    target: float
    error: float
    met: bool
    encodes: int


def match_bytes(
    codec: Codec,
    image: np.ndarray,
    budget: int,
    names: Iterable[str] | None = None,
    size_of: Callable[[float], int] | None = None,
    at_least: bool = False,
) -> Match:
    """The setting whose file is as long as possible without exceeding `budget` bytes; with `at_least`, the one whose file is
    as short as possible without falling below them. Its measures are `names` (None: all). Raises SettingError, ImageError.

    `size_of(value)`, the length of the file at a setting, may be given by a caller who remembers earlier encodes.
    """
    if not budget > 0:
        raise SettingError(f"The budget must be at least one byte, not {budget}.")
    size_of = size_of or (lambda value: len(codec.encode(image, value).data))
    sizes: dict[float, int] = {}

    def log_size(value: float) -> float:
        if value not in sizes:
            sizes[value] = size_of(value)
        return math.log(sizes[value])

    # A continuous setting is good enough this close to the budget, on the side that is allowed.
    below, above = (0.0, TOLERANCE) if at_least else (-TOLERANCE, 0.0)
    _search(codec.setting, log_size, math.log(budget), below, above)
    best, met = _best_size(sizes, budget, at_least)
    measured = evaluate(codec, image, best, names)
    error = measured.point.bytes / budget - 1
    return Match(measured, budget, error, met, len(sizes))


def _best_size(sizes: dict[float, int], budget: int, at_least: bool) -> tuple[float, bool]:
    """(the setting whose size fits the budget best, whether it fits at all), of `sizes`: setting -> bytes."""
    if at_least:
        fitting = [value for value, size in sizes.items() if size >= budget]
        if fitting:
            return min(fitting, key=sizes.__getitem__), True
        return max(sizes, key=sizes.__getitem__), False
    fitting = [value for value, size in sizes.items() if size <= budget]
    if fitting:
        return max(fitting, key=sizes.__getitem__), True
    return min(sizes, key=sizes.__getitem__), False


def match_quality(
    codec: Codec,
    image: np.ndarray,
    name: str,
    target: float,
    names: Iterable[str] | None = None,
    measure_at: Callable[[float, tuple[str, ...]], Measured] | None = None,
) -> Match:
    """The setting that reaches `target` in the measure `name` with the fewest bytes.

    `target` is in the measure's form (`metrics.FORMS`): decibels for MS-SSIM. The answer has the measures `names` (None: all).
    `measure_at(value, names)` may be given by a caller who remembers earlier measurements. Raises SettingError for an unknown
    measure, one that is no target, or one that cannot be had for a picture of this size.
    """
    wanted = metrics.named(name)
    if wanted.form is None:
        raise SettingError(
            f"{wanted.short} is no target; choose one of {', '.join(metrics.FORMS)}."
        )
    if reason := wanted.absent(*image.shape[:2]):
        raise SettingError(reason)
    measure_at = measure_at or (lambda value, some: evaluate(codec, image, value, some))
    probes: dict[float, Measured] = {}

    def quality(value: float) -> float:
        if value not in probes:
            # without the pictures: two dozen large ones would fill the memory
            probes[value] = measure_at(value, (wanted.name,)).light()
        reached = probes[value].point.quality(wanted.name)
        assert reached is not None, f"{wanted.name} was asked for and not measured"
        return min(reached, LOSSLESS)

    _search(codec.setting, quality, target, 0, TOLERANCE * abs(target))
    reaching = [value for value in probes if quality(value) >= target]
    if reaching:
        best = min(reaching, key=lambda value: probes[value].point.bytes)
    else:
        best = max(probes, key=quality)
    error = quality(best) / target - 1 if target else 0.0
    found = complete(probes[best], codec, image, names)
    return Match(found, target, error, bool(reaching), len(probes))


def _search(
    setting: Setting, f: Callable[[float], float], target: float, below: float, above: float
) -> None:
    """Probes `f`, which mostly grows towards the setting's better end, around the place where it crosses `target`.

    A continuous setting is done once f is in [target + below, target + above], or the bracket is as narrow as makes a
    difference; a discrete one once the bracket is a single step, and then NEIGHBOURS steps on both sides are probed too.
    The ends of the range are probed only when the search arrives there (they are the slowest). What was probed is in f's
    own memory.
    """
    scale = _Scale(setting)
    # The bracket, on the setting's scale, and f there once it is known: f_lo ≤ target < f_hi.
    lo, hi = map(scale.to_x, setting.span())
    f_lo: float | None = None
    f_hi: float | None = None
    narrow = setting.step * 1.5 if setting.step else NARROW * abs(hi - lo)
    for turn in range(MAX_PROBES):
        if abs(hi - lo) <= narrow:
            break
        share = _share(f_lo, f_hi, target, turn)
        value = scale.from_x(lo + share * (hi - lo))
        if setting.step and value in (lo, hi):
            value = setting.check((lo + hi) / 2)  # rounding led back to an end of the bracket
        y = f(value)
        if not setting.step and below <= y - target <= above:
            return
        if y > target:
            hi, f_hi = scale.to_x(value), y
        else:
            lo, f_lo = scale.to_x(value), y
    first, last = scale.from_x(lo), scale.from_x(hi)
    f(first)
    f(last)
    if setting.step:
        _probe_neighbours(setting, f, first, last)


class _Scale:
    """The scale on which a setting is searched: its own, or its logarithm."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._log = setting.scale == "log"

    def to_x(self, value: float) -> float:
        return math.log(value) if self._log else float(value)

    def from_x(self, x: float) -> float:
        if not self._log:
            return self._setting.check(x)
        # exp(log(end)) may lie a rounding error outside of the range
        value = min(max(math.exp(x), self._setting.low), self._setting.high)
        return self._setting.check(value)


def _share(f_lo: float | None, f_hi: float | None, target: float, turn: int) -> float:
    """Where in the bracket to probe next, 0 to 1: by interpolation once f is known at both ends, else in the middle."""
    if f_lo is None or f_hi is None:
        return 0.5
    if turn % 3 == 2:
        return 0.5  # on a curved f, interpolation alone would creep towards one end
    share = (target - f_lo) / (f_hi - f_lo)
    return min(max(share, 0.05), 0.95)


def _probe_neighbours(
    setting: Setting, f: Callable[[float], float], first: float, last: float
) -> None:
    """Probes NEIGHBOURS steps outside of the bracket's ends: there f may turn back once more."""
    low, high = min(first, last), max(first, last)
    for count in range(1, NEIGHBOURS + 1):
        for value in (low - count * setting.step, high + count * setting.step):
            if setting.low <= value <= setting.high:
                f(value)
