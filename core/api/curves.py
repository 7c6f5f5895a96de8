"""Rate–distortion curves of one picture: their points, figure, BD-rates and table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core import metrics
from core.api.benches import Bench, Source, codec
from core.api.pictures import read
from core.codecs.base import Codec
from core.images import Picture
from core.rd.bdrate import BDResult, bd_rate
from core.rd.match import Match
from core.rd.measure import Measured, RDPoint

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

USUAL = ("jpeg", "jpeg2000", "webp", "avif")


@dataclass(frozen=True)
class Curves:
    """Points of several codecs on one picture: codec -> points, by the settings of its grid."""

    picture: Picture
    points: Mapping[str, Sequence[RDPoint]]
    titles: Mapping[str, str]
    measures: tuple[str, ...] = field(default=("psnr",))

    def figure(
        self,
        measure: str = "psnr",
        shown: Iterable[Match | Measured] = (),
        hull: bool = False,
        log_rate: bool = False,
        lmbda: float | None = None,
    ) -> "go.Figure":
        """The chart of the page Compare; `shown` are files of these codecs that get a ring.

        `hull` adds the lower convex hull of all points, `lmbda` (bpp per unit of MSE) the lines of
        equal R + λD.
        """
        from core.figures.rd import rd_chart

        found = metrics.named(measure)
        label = found.label if found.form is None else found.form.label
        rings = {}
        for one in shown:
            point = one.measured.point if isinstance(one, Match) else one.point
            if point.codec in self.points:
                rings[point.codec] = point
        return rd_chart(self.points, self.titles, found.name, label, rings, hull, log_rate, lmbda)

    def bd_rates(self, anchor: str = "", measure: str = "psnr") -> dict[str, BDResult]:
        """BD-rate of each codec against `anchor` (the first one by default), on this picture."""
        anchor = anchor or next(iter(self.points))
        against = self._curve(anchor, measure)
        return {
            name: bd_rate(against, self._curve(name, measure))
            for name in self.points
            if name != anchor
        }

    def table(self) -> "pd.DataFrame":
        """All points, one a row, as in a results file."""
        import pandas as pd

        rows = [p.record(self.picture.name) for points in self.points.values() for p in points]
        return pd.DataFrame(rows)

    def _curve(self, name: str, measure: str) -> tuple[list[float], list[float]]:
        """(rates, qualities) of the points that have the measure."""
        known = [
            (point.bpp, quality)
            for point in self.points[name]
            if (quality := point.quality(metrics.named(measure).name)) is not None
        ]
        return [rate for rate, _ in known], [quality for _, quality in known]


def curves(
    picture: Source,
    codecs: Iterable[str | Codec | Bench] = USUAL,
    points: int | None = None,
    measures: Iterable[str] = ("psnr",),
) -> Curves:
    """The curves of `codecs` on a picture, over their grids or `points` settings of each.

    Raises SettingError for an unknown codec or measure, ImageError for a picture that one refuses.
    """
    found = read(picture)
    names = tuple(metrics.named(name).name for name in measures)
    benches = [one if isinstance(one, Bench) else codec(one) for one in codecs]
    measured = {bench.name: bench.curve(found, points, names) for bench in benches}
    return Curves(found, measured, {bench.name: bench.title for bench in benches}, names)
