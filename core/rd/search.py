"""Where a mostly growing function of a codec's setting crosses a target, in few probes.

`crossing` is a generator: it yields settings and is sent the function's values there, so that the
caller decides where and when each encode runs. It starts from what is known – values at other
settings of this picture, and the codec's usual curve – and corrects the usual curve by the
differences that it finds, which change little along the setting.

Bytes and quality mostly grow along a setting, but not always (JPEG XL on noise, WebP's lowest
qualities): next to the answer, neighbours are tried where the function may turn back.
"""

import math
from collections.abc import Callable, Collection, Generator, Mapping
from dataclasses import dataclass

from core.codecs.base import Setting

NEIGHBOURS = 2  # steps of a discrete setting that may be tried on both sides of the answer
WAVER = 0.02  # by how much ln bytes, or quality in dB, may turn back between neighbours
# A bracket that spans this share of the range or less makes no difference any more. On the linear
# scale of a quality, whose quantiser step halves eight times from end to end, that is so sooner.
NARROW = {"log": 5e-5, "linear": 5e-4}
STRIDE = 0.004  # the first step away from a value that turned out on the wrong side (ln)
# JPEG 2000's files end after whole coding passes: many rates give the very same file. In a bracket
# as narrow (ln), a value that comes again says that its ends lie on two neighbouring stairs.
STAIRS = 0.004
NEIGHBOURHOOD = 50  # widths of a band: values this close to the target tell how the function jumps
MAX_PROBES = 24

Curve = Callable[[float], float]
Probes = Generator[float, float, None]


class Scale:
    """The scale on which a setting is searched: its own, or its logarithm."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.log = setting.scale == "log"

    def to_x(self, value: float) -> float:
        return math.log(value) if self.log else float(value)

    def from_x(self, x: float) -> float:
        value = math.exp(x) if self.log else x
        # exp(log(end)) may lie a rounding error outside of the range
        return self._setting.check(min(max(value, self._setting.low), self._setting.high))


@dataclass
class _Bracket:
    """f(lo) ≤ target < f(hi), on the setting's scale; the values are None while they
    are unknown.
    """

    lo: float
    hi: float
    f_lo: float | None = None
    f_hi: float | None = None

    @property
    def width(self) -> float:
        return abs(self.hi - self.lo)

    def is_closed(self) -> bool:
        """Whether the values at both ends are known."""
        return self.f_lo is not None and self.f_hi is not None

    def holds(self, x: float) -> bool:
        return min(self.lo, self.hi) <= x <= max(self.lo, self.hi)

    def take(self, x: float, y: float, target: float) -> None:
        """Narrows the bracket by a value."""
        if y > target:
            self.hi, self.f_hi = x, y
        else:
            self.lo, self.f_lo = x, y


def crossing(
    setting: Setting,
    target: float,
    band: tuple[float, float],
    known: Mapping[float, float] | None = None,
    usual: Curve | None = None,
    widest: int = 1,
) -> Probes:
    """Yields the settings to probe, is sent the function's values there.

    A continuous setting is done once a value lies in [target + band[0], target + band[1]], or the
    bracket is too narrow to matter; with each value known in its wider neighbourhood the band
    grows by its own width, up to `widest` times. A discrete setting is done once the bracket is a
    single step and those neighbours are known at which the function may have turned back. `known`
    maps settings to values that need no probe; `usual(x)` is the function's usual value on the
    setting's scale.
    """
    scale = Scale(setting)
    values = dict(known or {})
    bracket = _Bracket(*map(scale.to_x, setting.span()))
    for value, y in sorted(values.items(), key=lambda item: -abs(item[1] - target)):
        if bracket.holds(scale.to_x(value)):
            bracket.take(scale.to_x(value), y, target)
    narrow = setting.step * 1.5 if setting.step else NARROW[setting.scale] * bracket.width
    aim = target if setting.step else target + sum(band) / 2
    slow = 0
    for _ in range(MAX_PROBES):
        if not setting.step and _is_near(values.values(), target, band, widest):
            return
        if bracket.width <= narrow:
            break
        before = bracket.width
        if slow >= 2 and (usual is None or bracket.is_closed()):
            # on a curved function, interpolation alone may creep towards one end
            x = (bracket.lo + bracket.hi) / 2
        else:
            x = _guess(bracket, aim, usual)
            x = _away(bracket, x, (setting.step or STRIDE) * 2**slow) if usual else x
        value = scale.from_x(x)
        if setting.step:
            value = _inside(value, bracket, setting.step)
        y = yield from _at(setting, values, value)
        again = y in (bracket.f_lo, bracket.f_hi)
        bracket.take(scale.to_x(value), y, target)
        if not setting.step and again and bracket.is_closed() and bracket.width <= STAIRS:
            return  # two neighbouring stairs
        slow = slow + 1 if bracket.width > 0.5 * before else 0
    for x in (bracket.lo, bracket.hi):
        yield from _at(setting, values, scale.from_x(x))
    if setting.step:
        waver = WAVER if usual else math.inf  # of a codec that was never tabulated
        yield from _neighbours(setting, bracket, target, values, waver)


def _is_near(
    values: Collection[float], target: float, band: tuple[float, float], widest: int
) -> bool:
    """Whether a value lies in the band, as wide as it is by now."""
    around = NEIGHBOURHOOD * (band[1] - band[0])
    near = sum(abs(y - target) <= around for y in values)
    times = min(max(near, 1), widest)
    return any(band[0] * times <= y - target <= band[1] * times for y in values)


def _at(
    setting: Setting, values: dict[float, float], value: float
) -> Generator[float, float, float]:
    """The function at `value`: probed where neither it nor that of the same file is known."""
    if value not in values:
        same = [known for known in values if setting.same_file(known, value)]
        values[value] = values[same[0]] if same else (yield value)
    return values[value]


def _guess(bracket: _Bracket, aim: float, usual: Curve | None) -> float:
    """Where the function should be `aim`, by the usual curve and what is known of its error."""
    if usual is None:
        return _between(bracket, aim)
    known = [
        (x, y - usual(x))
        for x, y in ((bracket.lo, bracket.f_lo), (bracket.hi, bracket.f_hi))
        if y is not None
    ]

    def corrected(x: float) -> float:
        if len(known) < 2:
            return usual(x) + (known[0][1] if known else 0.0)
        (x0, e0), (x1, e1) = known
        return usual(x) + e0 + (e1 - e0) * (x - x0) / (x1 - x0)

    lo, hi = bracket.lo, bracket.hi
    for _ in range(40):
        middle = (lo + hi) / 2
        if corrected(middle) > aim:
            hi = middle
        else:
            lo = middle
    return (lo + hi) / 2


def _away(bracket: _Bracket, x: float, distance: float) -> float:
    """`x` at least so far inside from the bracket's known end, while the other one is unknown."""
    if bracket.is_closed() or (bracket.f_lo is None and bracket.f_hi is None):
        return x
    known, other = bracket.lo, bracket.hi
    if bracket.f_lo is None:
        known, other = other, known
    if abs(x - known) >= distance:
        return x
    far = min(distance, abs(other - known))
    return known + math.copysign(far, other - known)


def _between(bracket: _Bracket, aim: float) -> float:
    """Without a usual curve: by interpolation once both ends are known, else in the middle."""
    share = 0.5
    if bracket.f_lo is not None and bracket.f_hi is not None:
        share = min(max((aim - bracket.f_lo) / (bracket.f_hi - bracket.f_lo), 0.05), 0.95)
    return bracket.lo + share * (bracket.hi - bracket.lo)


def _inside(value: float, bracket: _Bracket, step: float) -> float:
    """The value moved off the bracket's ends where those are known: a probe there tells nothing."""
    low, high = sorted((bracket.lo, bracket.hi))
    lowest = low + step if _is_known(bracket, low) else low
    highest = high - step if _is_known(bracket, high) else high
    return min(max(value, lowest), highest)


def _is_known(bracket: _Bracket, x: float) -> bool:
    return (bracket.f_lo if x == bracket.lo else bracket.f_hi) is not None


def _neighbours(
    setting: Setting,
    bracket: _Bracket,
    target: float,
    values: dict[float, float],
    waver: float,
) -> Probes:
    """Probes outwards from the bracket's ends for as long as the function may turn back."""
    way = 1 if bracket.hi >= bracket.lo else -1
    for start, direction in ((bracket.lo, -way), (bracket.hi, way)):
        value = start
        for _ in range(NEIGHBOURS):
            if abs(values[value] - target) > waver:
                break
            value = value + direction * setting.step
            if not setting.low <= value <= setting.high:
                break
            yield from _at(setting, values, value)
