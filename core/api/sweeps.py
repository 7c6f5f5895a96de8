"""Results over many pictures: mean curves, BD-rates, spread and speed, with their figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core import metrics, results
from core.errors import DataError
from core.rd.bdrate import BDResult, bd_rate
from core.results import Results, analysis
from core.results.curves import Curve, complete_images, image_curve, mean_curve, quality
from core.results.speed import speed
from core.sweep import runs

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from core.figures.datasets import Drawn

MAX_SINGLES = 200  # thin lines that a browser draws with ease


@dataclass(frozen=True)
class Sweep:
    """Some codecs of a results file, over the pictures that all of them were measured on."""

    results: Results
    codecs: tuple[str, ...]
    measure: str = "psnr"

    @property
    def images(self) -> list[str]:
        """The pictures that count: those with every setting of every codec."""
        return complete_images(self.results, self.codecs)

    def only(self, *codecs: str, measure: str = "") -> "Sweep":
        """The same results for some of the codecs, or by another measure."""
        unknown = [name for name in codecs if name not in self.results.codecs()]
        if unknown:
            raise DataError(f"There are no results of {', '.join(unknown)}.")
        name = metrics.named(measure).name if measure else self.measure
        return Sweep(self.results, codecs or self.codecs, name)

    def means(self) -> dict[str, Curve]:
        """codec -> mean curve at constant setting, as published curves are made."""
        return {name: self._mean(name) for name in self.codecs}

    def bd_rates(self, anchor: str = "") -> dict[str, BDResult]:
        """BD-rate of each mean curve against `anchor`, the first codec by default."""
        means = self.means()
        against = means.pop(anchor or self.codecs[0])
        return {name: bd_rate(against.points, curve.points) for name, curve in means.items()}

    def per_picture(self, anchor: str = "") -> dict[str, dict[str, float]]:
        """codec -> picture -> BD-rate in percent against `anchor`, where it is defined."""
        anchor = anchor or self.codecs[0]
        found: dict[str, dict[str, float]] = {}
        for name in self.codecs:
            if name != anchor:
                each = analysis.per_image(self.results, anchor, name, self.measure)
                found[name] = {
                    image: result.percent
                    for image, result in each.items()
                    if result.percent is not None
                }
        return found

    def figure(
        self,
        log_rate: bool = True,
        mean_at: str = "setting",
        quartiles: bool = True,
        singles: bool = False,
        published: Sequence[Curve] = (),
    ) -> "go.Figure":
        """Mean curves at constant "setting" or "rate"; with quartiles, single pictures, others'."""
        from core.figures import datasets

        drawn = [self._drawn(name, mean_at, singles) for name in self.codecs]
        return datasets.curves(drawn, published, self.label, log_rate, quartiles)

    def difference_figure(self, anchor: str = "") -> "go.Figure":
        """Bits against the anchor, in percent, over the quality."""
        from core.figures import datasets

        means = self.means()
        against = means.pop(anchor or self.codecs[0])
        lines = [
            (self._plain(name), *analysis.relative_difference(against, curve))
            for name, curve in means.items()
        ]
        return datasets.differences(lines, against.name, self.label)

    def distribution_figure(self, anchor: str = "") -> "go.Figure":
        """BD-rates of single pictures against the anchor."""
        from core.figures import datasets

        anchor = anchor or self.codecs[0]
        values = [(self._plain(name), each) for name, each in self.per_picture(anchor).items()]
        return datasets.distribution(values, self.results.title(anchor))

    def speed_figure(self, level: float | None = None, side: str = "encode") -> "go.Figure":
        """Seconds per megapixel against the rate that a mean quality takes."""
        from core.figures import datasets

        form = metrics.FORMS[self.measure]
        wanted = form.target[2] if level is None else level
        points = []
        for name in self.codecs:
            found = speed(self.results, name, wanted, self.measure, self.images)
            if found is not None:
                points.append((self._plain(name), found))
        if not points:
            raise DataError(f"No codec has a mean {form.label} of {wanted:g} in its range.")
        return datasets.speed(points, side, f"{wanted:g} {form.unit}".strip())

    def table(self) -> "pd.DataFrame":
        """The records of these codecs."""
        import pandas as pd

        rows = [record for record in self.results.records if record["codec"] in self.codecs]
        return pd.DataFrame(rows)

    @property
    def label(self) -> str:
        """The measure with its unit."""
        return metrics.FORMS[self.measure].label

    def _mean(self, codec: str) -> Curve:
        return mean_curve(self.results, codec, self.measure, self.images or None)

    def _plain(self, codec: str) -> "Drawn":
        from core.figures.datasets import Drawn

        return Drawn(self.results.title(codec), codec, 0)

    def _drawn(self, codec: str, mean_at: str, singles: bool) -> "Drawn":
        from core.figures.datasets import Drawn

        band, every = None, {}
        if mean_at == "rate":
            band = analysis.band(self.results, codec, self.measure, self.images)
        if singles:
            every = {
                image: image_curve(self.results, codec, image, self.measure)
                for image in self.images[:MAX_SINGLES]
            }
        title = self.results.title(codec)
        return Drawn(title, codec, 0, self._mean(codec), band, every)


def open_sweep(source: str | Path = "kodak", *codecs: str, measure: str = "psnr") -> Sweep:
    """Stored results: "kodak" (shipped), a run's id or name, or a results file.

    By default of all its codecs that have the measure. Raises DataError, SettingError.
    """
    found = _results(source)
    name = metrics.named(measure).name
    able = {r["codec"] for r in found.records if quality(r, name) is not None}
    chosen = codecs or tuple(codec for codec in found.codecs() if codec in able)
    return Sweep(found, (), name).only(*chosen)


def _results(source: str | Path) -> Results:
    if Path(source).is_file():
        return results.read(Path(source))
    for run in runs.runs():
        if str(source) in (run.id, run.name) and run.path.exists():
            return runs.load(run)
    known = ", ".join(run.id for run in runs.runs())
    raise DataError(f"There is no results file or finished run {str(source)!r}. Runs: {known}.")
