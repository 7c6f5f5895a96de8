"""What records say about codecs: mean curves, spread over images, BD-rates of means and of single
images. Pure functions.

A mean over different images at different settings misleads, so every mean is over one set of
images: those that were measured at every setting, and, where codecs are compared, with every codec.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import DataError
from core.metrics import FORMS, form_of, named
from core.rd.bdrate import BDResult, bd_rate, pareto
from core.results import Record, Results


@dataclass(frozen=True)
class Curve:
    """One RD curve by rising rate: rates in bpp, qualities in the measure's form."""

    name: str
    rate: tuple[float, ...]
    quality: tuple[float, ...]
    settings: tuple[float, ...] = ()
    images: int = 1
    source: str = ""

    @property
    def points(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return self.rate, self.quality


def figure(
    record: Record,
    metric: str,
) -> float | None:
    """The record's figure of the measure `metric`: inf for a perfect picture, None where it was not
    measured.
    """
    value = record.get(metric)
    # JSON has no infinity: a null is one if there is no error, where the measure goes that far.
    if value is not None or metric not in record:
        return value
    perfect = record["mse"] == 0
    return math.inf if perfect and named(metric).best == math.inf else None


def quality(
    record: Record,
    metric: str,
) -> float | None:
    """`figure` in the form that is drawn and compared (MS-SSIM in dB …)."""
    return form_of(metric, figure(record, metric))


def complete_images(
    results: Results,
    codecs: Sequence[str],
) -> list[str]:
    """The images that have a record at every setting of every one of `codecs`, in the order of the
    results.
    """
    common: set[str] | None = None
    for codec in codecs:
        rows = results.table.get(codec, {})
        full = max((len(row) for row in rows.values()), default=0)
        whole = {image for image, row in rows.items() if len(row) == full}
        common = whole if common is None else common & whole
    common = common or set()
    return [image for image in results.images() if image in common]


def mean_curve(
    results: Results,
    codec: str,
    metric: str = "psnr",
    images: Sequence[str] | None = None,
) -> Curve:
    """Means of bpp and of quality over `images` at constant setting, the way published curves are
    made.

    MS-SSIM and SSIM are averaged first and turned into dB then, as in published figures; PSNR is
    averaged in dB. A point where a picture is reproduced perfectly, or where the metric is missing,
    is left out. Raises DataError when none is left.
    """
    rows = results.table.get(codec, {})
    if images is None:
        images = complete_images(results, [codec])
    chosen = [rows[image] for image in images if image in rows]
    # The settings that every image was measured at: a mean over others would mix images.
    settings_of_all = set.intersection(*map(set, chosen)) if chosen else set()
    points: list[tuple[float, float, float]] = []
    for setting in settings_of_all:
        records = [row[setting] for row in chosen]
        value = _mean_quality(records, metric)
        if value is not None and math.isfinite(value):
            bpp = float(np.mean([record["bpp"] for record in records]))
            points.append((bpp, value, setting))
    title = results.title(codec)
    if not points:
        raise DataError(f"{title} has no {FORMS[metric].label} on the chosen images.")
    rate, values, settings = zip(*sorted(points), strict=True)
    return Curve(title, rate, values, settings, len(chosen))


def _mean_quality(
    records: list[Record],
    metric: str,
) -> float | None:
    """The mean of the figures, then its form: as published curves of MS-SSIM in dB are made."""
    figures = [figure(record, metric) for record in records]
    known = [value for value in figures if value is not None]
    if len(known) < len(figures):
        return None
    mean = float(np.mean(known))
    return form_of(metric, mean)


def image_curve(
    results: Results,
    codec: str,
    image: str,
    metric: str = "psnr",
) -> Curve:
    """One image's own curve; points without the metric, or of a perfect picture, are left out."""
    rows = results.table.get(codec, {})
    row = rows.get(image, {})
    title = results.title(codec)
    points: list[tuple[float, float, float]] = []
    for setting, record in row.items():
        value = quality(record, metric)
        if value is not None and math.isfinite(value):
            points.append((record["bpp"], value, setting))
    if not points:
        return Curve(title, (), ())
    rate, values, settings = zip(*sorted(points), strict=True)
    return Curve(title, rate, values, settings)


def rate_grid(
    curves: Sequence[Curve],
    count: int = 40,
) -> np.ndarray:
    """Rates, evenly spread in log bpp, from the lowest to the highest rate that all `curves` reach;
    empty when none do.
    """
    rates = [curve.rate for curve in curves if curve.rate]
    if not rates:
        return np.array([])
    low = max(map(min, rates))
    high = min(map(max, rates))
    if not 0 < low < high:
        return np.array([])
    return np.geomspace(low, high, count)


def at_rates(
    curve: Curve,
    rates: np.ndarray,
) -> np.ndarray:
    """The curve's quality at `rates` by piecewise cubic interpolation over log rate; NaN outside
    its range.
    """
    from scipy.interpolate import PchipInterpolator

    rate, values = pareto(*curve.points)
    if len(rate) < 2:
        return np.full(len(rates), np.nan)
    # A grid that begins at the curve's own end may miss it by a rounding error.
    above = rates >= rate[0] * (1 - 1e-9)
    below = rates <= rate[-1] * (1 + 1e-9)
    inside = above & below
    clipped = np.clip(rates, rate[0], rate[-1])
    curve_of_log = PchipInterpolator(np.log(rate), values)
    interpolated = curve_of_log(np.log(clipped))
    return np.where(inside, interpolated, np.nan)


@dataclass(frozen=True)
class Band:
    """Quality over images at equal rate: mean, quartiles and extremes at `rate` (bpp), each of
    shape (n,).
    """

    name: str
    rate: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    middle: np.ndarray
    high: np.ndarray


def band(
    results: Results,
    codec: str,
    metric: str = "psnr",
    images: Sequence[str] | None = None,
) -> Band:
    """Spread over `images` at constant rate, between the rates that every image reaches."""
    if images is None:
        images = complete_images(results, [codec])
    every = [image_curve(results, codec, image, metric) for image in images]
    curves = [curve for curve in every if len(curve.rate) > 1]
    rates = rate_grid(curves)
    title = results.title(codec)
    if not len(rates):
        empty = np.array([])
        return Band(title, empty, empty, empty, empty, empty)
    # (curves, rates)
    values = np.stack([at_rates(curve, rates) for curve in curves])
    mean = values.mean(axis=0)
    low, middle, high = np.percentile(values, (25, 50, 75), axis=0)
    return Band(title, rates, mean, low, middle, high)


def matrix(curves: dict[str, Curve]) -> dict[tuple[str, str], BDResult]:
    """(anchor, test) -> BD result, for all ordered pairs of different curves."""
    found: dict[tuple[str, str], BDResult] = {}
    for anchor, test in itertools.permutations(curves, 2):
        found[anchor, test] = bd_rate(curves[anchor].points, curves[test].points)
    return found


def per_image(
    results: Results,
    anchor: str,
    codec: str,
    metric: str = "psnr",
) -> dict[str, BDResult]:
    """image -> BD-rate of `codec` against `anchor` on that image alone."""
    found: dict[str, BDResult] = {}
    for image in complete_images(results, [anchor, codec]):
        ours = image_curve(results, codec, image, metric)
        theirs = image_curve(results, anchor, image, metric)
        found[image] = bd_rate(theirs.points, ours.points)
    return found


def relative_difference(
    anchor: Curve,
    test: Curve,
    count: int = 60,
) -> tuple[np.ndarray, np.ndarray]:
    """(quality, percent): how many percent more bits `test` needs than `anchor` at equal quality,
    over their overlap.
    """
    from scipy.interpolate import PchipInterpolator

    nothing = np.array([]), np.array([])
    rate_a, quality_a = pareto(*anchor.points)
    rate_t, quality_t = pareto(*test.points)
    if min(len(rate_a), len(rate_t)) < 2:
        return nothing
    low = max(quality_a[0], quality_t[0])
    high = min(quality_a[-1], quality_t[-1])
    if low >= high:
        return nothing
    levels = np.linspace(low, high, count)
    log_a = PchipInterpolator(quality_a, np.log(rate_a))(levels)
    log_t = PchipInterpolator(quality_t, np.log(rate_t))(levels)
    return levels, 100 * np.expm1(log_t - log_a)
