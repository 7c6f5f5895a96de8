"""What curves say about codecs: spread over images, BD-rates of means and of single images. Pure
functions.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.rd.bdrate import BDResult, bd_rate, pareto
from core.results.curves import Curve, complete_images, image_curve
from core.results.records import Results


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
