"""Searches a codec's setting for a target: so many bytes at most, or a quality with the fewest bytes.

Bytes and quality mostly grow along a setting, but not always (JPEG XL on noise, WebP's lowest qualities). So: bracket,
interpolate, and then try the neighbours.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.codecs.base import Codec, Setting
from core.errors import SettingError
from core.rd.measure import Measured, measure

MEASURES = ("psnr", "psnr_y", "psnr_611", "ssim", "ms_ssim", "ms_ssim_db")
STRUCTURAL = ("ssim", "ms_ssim", "ms_ssim_db")
NEIGHBOURS = 2  # steps of a discrete setting that are tried on both sides of the answer
TOLERANCE = 0.001  # a continuous setting is refined until it is this close to the target (relative)
NARROW = 5e-5  # … or until the bracket is this small a share of its range
MAX_PROBES = 24


@dataclass(frozen=True)
class Match:
    """The best setting found. `error` is what remains: (reached − target) / target, in bytes or in the measure.

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
    structural: bool = True,
    size_of: Callable[[float], int] | None = None,
    at_least: bool = False,
) -> Match:
    """The setting whose file is as long as possible without exceeding `budget` bytes; with `at_least`, the one whose file is as
    short as possible without falling below them. Raises SettingError, ImageError.

    `size_of(value)`, the length of the file at a setting, may be given by a caller who remembers earlier encodes.
    """
    if not budget > 0:
        raise SettingError(f"The budget must be at least one byte, not {budget}.")
    size_of = size_of or (lambda value: len(codec.encode(image, value).data))
    sizes: dict[float, int] = {}

    def size(value: float) -> float:
        if value not in sizes:
            sizes[value] = size_of(value)
        return math.log(sizes[value])

    _search(
        codec.setting, size, math.log(budget), *((0, TOLERANCE) if at_least else (-TOLERANCE, 0))
    )
    fitting = {v: s for v, s in sizes.items() if (s >= budget if at_least else s <= budget)}
    best = (min if at_least == bool(fitting) else max)(fitting or sizes, key=sizes.get)
    measured = measure(codec, image, best, structural)[0]
    return Match(measured, budget, measured.point.bytes / budget - 1, bool(fitting), len(sizes))


def match_quality(
    codec: Codec,
    image: np.ndarray,
    name: str,
    target: float,
    structural: bool = True,
    measure_at: Callable[[float, bool], Measured] | None = None,
) -> Match:
    """The setting that reaches `target` in the measure `name` (one of MEASURES) with the fewest bytes.

    `measure_at(value, structural)` may be given by a caller who remembers earlier measurements. Raises SettingError for an
    unknown measure or one that does not exist for a picture of this size.
    """
    if name not in MEASURES:
        raise SettingError(
            f"There is no target measure {name!r}; choose one of {', '.join(MEASURES)}."
        )
    measure_at = measure_at or (lambda value, full: measure(codec, image, value, full)[0])
    probes: dict[float, Measured] = {}

    def quality(value: float) -> float:
        if value not in probes:
            probes[value] = measure_at(value, name in STRUCTURAL)
        reached = probes[value].point.value(name)
        if reached is None:
            raise SettingError(
                f"{name} does not exist for a picture of {image.shape[1]} × {image.shape[0]} pixels."
            )
        return min(reached, 1e3)  # inf (lossless) would spoil the interpolation

    _search(codec.setting, quality, target, 0, TOLERANCE * abs(target))
    reaching = [v for v in probes if quality(v) >= target]
    best = (
        min(reaching, key=lambda v: probes[v].point.bytes) if reaching else max(probes, key=quality)
    )
    found = probes[best]
    if structural and name not in STRUCTURAL:
        found = measure_at(best, True)
    return Match(
        found, target, quality(best) / target - 1 if target else 0.0, bool(reaching), len(probes)
    )


def _search(
    setting: Setting, f: Callable[[float], float], target: float, below: float, above: float
) -> None:
    """Probes `f`, which mostly grows towards the setting's better end, around the place where it crosses `target`.

    A continuous setting is done once f is in [target + below, target + above], or the bracket is as narrow as makes a
    difference; a discrete one once the bracket is a single step, and then NEIGHBOURS steps on both sides are probed too.
    The ends of the range are probed only when the search arrives there (they are the slowest). What was probed is in f's
    own memory.
    """
    log = setting.scale == "log"
    to_x = math.log if log else float
    from_x = (lambda x: min(max(math.exp(x), setting.low), setting.high)) if log else float
    (lo, hi), (f_lo, f_hi) = map(to_x, setting.span()), (None, None)
    narrow = setting.step * 1.5 if setting.step else NARROW * abs(hi - lo)
    for turn in range(MAX_PROBES):
        if abs(hi - lo) <= narrow:
            break
        share = 0.5
        if (
            f_lo is not None and f_hi is not None and turn % 3 < 2
        ):  # every third turn halves: no slow creep on curved f
            share = min(max((target - f_lo) / (f_hi - f_lo), 0.05), 0.95)
        value = setting.check(from_x(lo + share * (hi - lo)))
        if setting.step and value in (lo, hi):
            value = setting.check((lo + hi) / 2)
        y = f(value)
        if not setting.step and below <= y - target <= above:
            return
        if y > target:
            hi, f_hi = to_x(value), y
        else:
            lo, f_lo = to_x(value), y
    first, last = setting.check(from_x(lo)), setting.check(from_x(hi))
    for value in (first, last):
        f(value)
    for k in range(1, NEIGHBOURS + 1) if setting.step else ():
        for value in (min(first, last) - k * setting.step, max(first, last) + k * setting.step):
            if setting.low <= value <= setting.high:
                f(value)
