"""The rate–distortion points of one picture, which Compare and Photos draw as they are measured."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from core import metrics
from core.codecs.base import Codec
from core.images import Picture
from core.rd.measure import Measured, RDPoint
from dashboard.measurements import CURVE, EXTRA, Failure, measurements

DRAWINGS = 12  # of curves while they grow: each is a whole new chart to the browser
REST_S = 1.0  # between two drawings, where one person looks
REST_S_PER_SESSION = 0.5  # … longer for each other one
REST_S_MOST = 6.0


@dataclass(frozen=True)
class Curves:
    """The points that are there, by codec, how many there will be, and why some never will.

    Without their files: no session keeps what memory and disk hold.
    """

    points: dict[str, list[RDPoint]]
    total: int
    done: int
    problems: dict[str, str]
    stopped: bool

    def is_done(self) -> bool:
        """Whether all points are there."""
        return self.done >= self.total

    def stage(self, axis: str, shown: Mapping[str, RDPoint]) -> Hashable:
        """What a chart over `axis`, with the points that are `shown` beside it, is a drawing of: it
        is drawn anew when this changes. Other measures of a point change nothing.
        """
        beside = tuple((name, p.bytes, p.setting, p.quality(axis)) for name, p in shown.items())
        grown = self.done * DRAWINGS // self.total
        return beside, grown, self.is_done(), self.stopped, tuple(self.problems.items())


def gather(owner: str, picture: Picture, codecs: tuple[Codec, ...], axis: str, ask: bool) -> Curves:
    """All grid points of `codecs` that are known, with the measure `axis` where it can be had.

    With `ask`, the others are asked for.
    """
    names = metrics.present(picture.height, picture.width, (axis,))
    points: dict[str, list[RDPoint]] = {codec.name: [] for codec in codecs}
    problems: dict[str, str] = {}
    total = done = 0
    for codec, value in _spread(codecs):
        total += 1
        found = _point(owner, picture, codec, value, names, ask)
        if isinstance(found, Failure):
            problems[codec.name] = found.reason
            done += 1
        elif found is not None:
            points[codec.name].append(found.point)
            done += not found.point.lacks(names)
    return Curves(points, total, done, problems, stopped=not ask)


def _point(
    owner: str,
    picture: Picture,
    codec: Codec,
    value: float,
    names: tuple[str, ...],
    ask: bool,
) -> Measured | Failure | None:
    if not ask:
        return measurements().known(picture, codec, value)
    found = measurements().point(owner, picture, codec, value, CURVE)
    if isinstance(found, Measured) and found.point.lacks(names):
        more = measurements().complete(owner, picture, codec, found, names, EXTRA)
        return found if more is None else more
    return found


def _spread(codecs: tuple[Codec, ...]) -> list[tuple[Codec, float]]:
    """All (codec, grid setting), every fourth setting first: curves take shape early."""
    jobs = [(i, codec, value) for codec in codecs for i, value in enumerate(codec.setting.grid)]
    return [
        (codec, value)
        for _, codec, value in sorted(
            jobs, key=lambda job: (job[0] % 4 != 0, job[0] % 2 != 0, job[0])
        )
    ]


def rest_s() -> float:
    """How long a page rests between two drawings of its curves: longer when many people look."""
    sessions = measurements().service.sessions()
    return min(REST_S + REST_S_PER_SESSION * (sessions - 1), REST_S_MOST)
