"""Searches a codec's setting for a target: so many bytes at most, or a quality with the fewest
bytes.

`search_bytes` and `search_quality` decide which settings to try; whoever drives them –
`match_bytes` and `match_quality` here, or an app that computes elsewhere – encodes and measures.
"""

import math
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from core import metrics
from core.codecs.base import Codec, Encoded
from core.errors import SettingError
from core.rd import usual
from core.rd.measure import Measured, complete, evaluate, finish, timed_encode
from core.rd.search import Curve, crossing

TOLERANCE = 0.001  # a continuous setting is refined until it is this close to the target (relative)
LOSSLESS = 1e3  # stands for an infinite quality, which would spoil the interpolation
# JPEG XL's files jump by some tenths of a percent between neighbouring distances, now and then by
# percents: `TOLERANCE` would be met by luck alone. A search for bytes is content with more the
# more files of nearly this length it knows, up to so many times as much.
PATIENCE = 5
Probed = TypeVar("Probed")


@dataclass(frozen=True)
class Match:
    """The best setting found, and what remains of the target there.

    `error` is (reached − target) / target, in bytes or in the measure's form. `met` is False where
    no setting of the codec meets the target; `measured` is then the nearest that it can do.
    """

    measured: Measured
    target: float
    error: float
    met: bool
    encodes: int

    @property
    def nbytes(self) -> int:
        """Bytes of memory that file and picture take."""
        return self.measured.nbytes


class Found(NamedTuple):
    """What a search ended with: the setting, whether the target is met there, encodes it took."""

    value: float
    met: bool
    encodes: int


class Attempt(NamedTuple):
    """What a search for a quality needs to know of a setting."""

    quality: float
    bytes: int


def search_bytes(
    codec: Codec,
    pixels: int,
    budget: int,
    at_least: bool = False,
    known: Mapping[float, int] | None = None,
) -> Generator[float, int, Found]:
    """Yields settings and is sent the lengths of their files, for a picture of so many pixels.

    Returns the setting whose file is as long as possible without exceeding `budget` bytes; with
    `at_least`, the one whose file is as short as possible without falling below them. `known` are
    lengths that need no encode. Raises SettingError.
    """
    if not budget > 0:
        raise SettingError(f"The budget must be at least one byte, not {budget}.")
    sizes = dict(known or {})
    encodes = 0
    if not at_least and (aim := codec.aim(budget, pixels)) is not None:
        if not any(value >= aim and size <= budget for value, size in sizes.items()):
            sizes[aim] = yield aim
            encodes = 1
        best, met = best_size(sizes, budget, at_least)
        if met:
            return Found(best, met, encodes)
    # A continuous setting is good enough this close to the budget, on the side that is allowed.
    band = (0.0, TOLERANCE) if at_least else (-TOLERANCE, 0.0)
    logs = {value: math.log(size) for value, size in sizes.items()}
    usually = _usual_bytes(codec, pixels)
    probes = crossing(codec.setting, math.log(budget), band, logs, usually, PATIENCE)
    value = next(probes, None)
    while value is not None:
        sizes[value] = yield value
        encodes += 1
        value = _send(probes, math.log(sizes[value]))
    best, met = best_size(sizes, budget, at_least)
    return Found(best, met, encodes)


def search_quality(
    codec: Codec, name: str, target: float, known: Mapping[float, Attempt] | None = None
) -> Generator[float, Attempt, Found]:
    """Yields settings and is sent quality and bytes there; returns the one to take.

    It reaches `target` in the measure `name`, in the measure's form, with the fewest bytes.
    """
    there = dict(known or {})
    qualities = {value: min(probe.quality, LOSSLESS) for value, probe in there.items()}
    band = (0.0, TOLERANCE * abs(target))
    probes = crossing(codec.setting, target, band, qualities, _usual_quality(codec, name))
    encodes = 0
    value = next(probes, None)
    while value is not None:
        there[value] = yield value
        encodes += 1
        value = _send(probes, min(there[value].quality, LOSSLESS))
    reaching = [value for value, probe in there.items() if probe.quality >= target]
    if reaching:
        return Found(min(reaching, key=lambda value: there[value].bytes), True, encodes)
    return Found(max(there, key=lambda value: there[value].quality), False, encodes)


def drive(search: Generator[float, Probed, Found], probe: Callable[[float], Probed]) -> Found:
    """What a search ends with, when `probe` answers its questions."""
    try:
        value = next(search)
        while True:
            value = search.send(probe(value))
    except StopIteration as done:
        return done.value


def answer(search: Generator[float, Any, Found]) -> Found | None:
    """What a search ends with from what is known alone; None where it asks a question."""
    try:
        next(search)
    except StopIteration as done:
        return done.value
    return None


def _send(probes: Generator[float, float, None], y: float) -> float | None:
    """The next setting to probe, or None at the end."""
    try:
        return probes.send(y)
    except StopIteration:
        return None


def _usual_bytes(codec: Codec, pixels: int) -> Curve | None:
    curve = usual.of(codec.name, codec.setting.scale == "log", usual.BYTES)
    return curve and curve.shifted(math.log(pixels / 8))


def _usual_quality(codec: Codec, name: str) -> Curve | None:
    quantity = usual.PSNR if name.startswith("psnr") else name
    return usual.of(codec.name, codec.setting.scale == "log", quantity)


def best_size(sizes: Mapping[float, int], budget: int, at_least: bool) -> tuple[float, bool]:
    """(the setting whose size fits the budget best, whether it fits at all): setting -> bytes."""
    if at_least:
        fitting = [value for value, size in sizes.items() if size >= budget]
        if fitting:
            return min(fitting, key=sizes.__getitem__), True
        return max(sizes, key=sizes.__getitem__), False
    fitting = [value for value, size in sizes.items() if size <= budget]
    if fitting:
        return max(fitting, key=sizes.__getitem__), True
    return min(sizes, key=sizes.__getitem__), False


def target_measure(name: str, height: int, width: int) -> metrics.Measure:
    """The measure that a target is given in.

    Raises SettingError for an unknown one, one that is no target, or one that cannot be had for a
    picture of this size.
    """
    wanted = metrics.named(name)
    if wanted.form is None:
        raise SettingError(
            f"{wanted.short} is no target; choose one of {', '.join(metrics.FORMS)}."
        )
    if reason := wanted.absent(height, width):
        raise SettingError(reason)
    return wanted


def match_bytes(
    codec: Codec,
    image: np.ndarray,
    budget: int,
    names: Iterable[str] | None = None,
    at_least: bool = False,
) -> Match:
    """The codec matched to `budget` bytes (see `search_bytes`), measured by `names` (None: all).

    Raises SettingError, ImageError.
    """
    files: dict[float, tuple[Encoded, float]] = {}

    def length(value: float) -> int:
        files[value] = timed_encode(codec, image, value)
        return len(files[value][0].data)

    found = drive(search_bytes(codec, image.shape[0] * image.shape[1], budget, at_least), length)
    best = files[found.value]
    measured = finish(codec, image, codec.setting.check(found.value), *best, names)
    return Match(measured, budget, measured.point.bytes / budget - 1, found.met, found.encodes)


def match_quality(
    codec: Codec,
    image: np.ndarray,
    name: str,
    target: float,
    names: Iterable[str] | None = None,
) -> Match:
    """The setting that reaches `target` in the measure `name` with the fewest bytes.

    `target` is in the measure's form (`metrics.FORMS`): decibels for MS-SSIM. The answer has the
    measures `names` (None: all). Raises SettingError, see `target_measure`.
    """
    wanted = target_measure(name, *image.shape[:2])
    probed: dict[float, Measured] = {}
    leading: float | None = None
    merit: tuple[bool, float] = (False, -math.inf)

    def attempt(value: float) -> Attempt:
        nonlocal leading, merit
        measured = evaluate(codec, image, value, (wanted.name,))
        probe = attempt_of(measured, wanted.name)
        # Only the best yet keeps its picture: two dozen large ones would fill the memory.
        if _merit(probe, target) > merit:
            if leading is not None:
                probed[leading] = probed[leading].light()
            leading = value
            merit = _merit(probe, target)
            probed[value] = measured
        else:
            probed[value] = measured.light()
        return probe

    found = drive(search_quality(codec, wanted.name, target), attempt)
    best = probed[found.value]
    error = quality_error(best, wanted.name, target)
    return Match(complete(best, codec, image, names), target, error, found.met, found.encodes)


def _merit(probe: Attempt, target: float) -> tuple[bool, float]:
    """The order of `search_quality`: fewest bytes among those that reach, else most quality."""
    if probe.quality >= target:
        return True, -probe.bytes
    return False, probe.quality


def attempt_of(measured: Measured, name: str) -> Attempt:
    """What `search_quality` is sent for a measurement."""
    reached = measured.point.quality(name)
    assert reached is not None, f"{name} was asked for and not measured"
    return Attempt(reached, measured.point.bytes)


def quality_error(measured: Measured, name: str, target: float) -> float:
    """(reached − target) / target."""
    reached = min(attempt_of(measured, name).quality, LOSSLESS)
    return reached / target - 1 if target else 0.0
