"""The chosen codecs' results on the picture: asked for, and what is there of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from core.codecs.base import Codec
from core.errors import ImageError
from core.images import Picture
from core.metrics import FORMS
from core.rd.match import Match
from core.rd.measure import Measured, RDPoint
from dashboard.compare.choice import Choice
from dashboard.measurements import BYTES, Failure, Measurements, measurements
from dashboard.waiting import looks

WAIT_S = 0.1


@dataclass(frozen=True)
class Result:
    """One codec's state: measurement and picture, or why there are none, or not there yet.

    `png()` is the picture as PNG, where there is one: no session keeps what memory and disk hold.
    """

    codec: Codec
    measured: Measured | None = None
    png: Callable[[], bytes] = field(default=bytes, compare=False)
    problem: str = ""
    note: str = ""
    final: bool = False  # no measure is to come any more

    @property
    def point(self) -> RDPoint:
        """The figures of a result that is there."""
        assert self.measured is not None, f"{self.codec.name} has not been measured"
        return self.measured.point


def results(owner: str, picture: Picture, chosen: Choice, figures: bool = True) -> list[Result]:
    """What is known now of each chosen codec; what is not known is being computed.

    Without `figures`, measures that take long are not asked for; those that are known are there.
    """
    return [_result(owner, picture, codec, chosen, figures) for codec in chosen.codecs]


def count_missing(shown: list[Result]) -> int:
    """How many results are still being computed."""
    return sum(r.measured is None and not r.problem for r in shown)


def is_complete(shown: list[Result]) -> bool:
    """Whether every result is there with every measure that it can have."""
    return all(r.final or r.problem for r in shown)


def _result(owner: str, picture: Picture, codec: Codec, chosen: Choice, figures: bool) -> Result:
    found, note = _measured(owner, picture, codec, chosen)
    if found is None:
        return Result(codec)
    if isinstance(found, Failure):
        return Result(codec, problem=found.reason)
    full = measurements().complete(owner, picture, codec, found) if figures else None
    richest = full if isinstance(full, Measured) else measurements().richest(picture, codec, found)
    png = partial(_png, measurements(), owner, picture, codec, found)
    return Result(codec, richest, png, note=note, final=full is not None)


def _png(
    known: Measurements, owner: str, picture: Picture, codec: Codec, measured: Measured
) -> bytes:
    """The picture that a file decodes to, as PNG; waited for where it is no longer known.

    Also asked for by a button that is pressed, outside of any run.
    """
    while (png := known.png(owner, picture, codec, measured)) is None:
        known.service.wait(owner, WAIT_S)
    if isinstance(png, Failure):
        raise ImageError(png.reason)
    return png


def _measured(
    owner: str, picture: Picture, codec: Codec, chosen: Choice
) -> tuple[Measured | Failure | None, str]:
    """(the measurement that the choice asks for, a remark on how it meets its target)."""
    if chosen.mode == "own":
        value = codec.setting.check(chosen.own[codec.name])
        return measurements().shown(owner, picture, codec, value), ""
    name, target = target_of(chosen)
    found = measurements().match(owner, picture, codec, name, target)
    if isinstance(found, Match):
        return found.measured, _match_note(found, name)
    return found, ""


def target_of(chosen: Choice) -> tuple[str, float]:
    """(measure, target) of a choice that is not one of own settings."""
    if chosen.mode == "size":
        return BYTES, chosen.budget
    return chosen.measure, chosen.target


def _match_note(match: Match, name: str) -> str:
    if name == "bytes":
        if match.met:
            return (
                f"{-match.error:.1%} below the budget" if match.error < -0.0005 else "at the budget"
            )
        return f"cannot be this small: {match.error:+.0%} over the budget"
    form = FORMS[name]
    reached = match.measured.point.quality(name)
    assert reached is not None  # it was measured: it is the target
    if match.met:
        above = f"{abs(reached - match.target):.{form.decimals}f} {form.unit}".strip()
        return f"{above} above the target"
    return f"cannot reach the target: {reached:.{form.decimals}f} {form.unit} at most".replace(
        "  ", " "
    )


def original_png(owner: str, picture: Picture) -> bytes:
    """The picture itself as PNG; waited for."""
    for _ in looks(owner):
        png = measurements().original(owner, picture)
        if isinstance(png, Failure):
            raise ImageError(png.reason)
        if png is not None:
            return png
    raise AssertionError("looks() without patience ends only when it is left")
