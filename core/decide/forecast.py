"""How long a decision will take, said before it begins, codec by codec."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.decide import run
from core.decide.question import Question
from core.metrics import MEASURES
from core.sweep import estimate


@dataclass(frozen=True)
class Forecast:
    """What lies ahead: `files` to make and measure, on `workers` processes.

    `by_codec`: codec -> seconds of its share of the work with all processes at it, largest first.
    """

    files: int
    workers: int
    by_codec: dict[str, float]

    @property
    def seconds(self) -> float:
        """All of it, the start of the processes included."""
        return estimate.START_S + sum(self.by_codec.values())


def forecast(
    mpx: float, count: int, question: Question, speeds: Mapping[str, float], workers: int
) -> Forecast:
    """The work on `count` pictures of `mpx` megapixels each.

    `speeds`: codec -> seconds a megapixel to encode and decode; one that is absent counts as 0.
    """
    files = run.cost(count, 1)
    by_codec = {}
    for codec in question.measured:
        each = speeds.get(codec, 0.0) + MEASURES[question.measure].cost
        by_codec[codec] = files * mpx * each / max(1, workers)
    slowest = sorted(by_codec, key=by_codec.__getitem__, reverse=True)
    total = run.cost(count, len(question.measured))
    return Forecast(total, workers, {codec: by_codec[codec] for codec in slowest})


def speeds(codecs: Iterable[str]) -> dict[str, float]:
    """Seconds a megapixel of `codecs`: those of the shipped sweep, or of a trial here and now."""
    known = estimate.shipped()
    return {name: known[name] if name in known else estimate.trial(name) or 0.0 for name in codecs}
