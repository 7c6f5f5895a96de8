"""Comparisons of two codecs that say how far they hold: intervals over pictures, savings at a
stated quality, ratios of matched files. Pure functions of results.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import DataError
from core.rd.bdrate import bd_rate, pareto
from core.results import Results
from core.results.curves import complete_images, image_curve, mean_curve

RESAMPLES = 500
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A BD-rate in percent, and the interval that holds it for other pictures of the same kind.

    `low` and `high` bound the share CONFIDENCE of the BD-rates of mean curves over `images`
    pictures drawn again, with replacement, from those that were measured.
    """

    percent: float
    low: float
    high: float
    images: int


@dataclass(frozen=True)
class Saving:
    """Bytes that a codec needs beside its anchor for one quality, in percent: −30 is 30 % fewer.

    `mean` is the geometric mean over pictures, `low` and `high` the 10th and 90th percentile.
    `images` reach the quality with both codecs; `missing` do not.
    """

    level: float
    mean: float
    low: float
    high: float
    images: int
    missing: int


def bd_interval(
    results: Results,
    anchor: str,
    codec: str,
    metric: str = "psnr",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """BD-rate of `codec` against `anchor` with its bootstrap interval over pictures.

    The same seed gives the same interval. Raises DataError where the BD-rate is undefined.
    """
    images = complete_images(results, [anchor, codec])
    if not images:
        raise DataError("no image was measured with both codecs at all settings.")
    percent, reason = _of_means(results, anchor, codec, metric, images)
    if percent is None:
        raise DataError(reason)
    rng = np.random.default_rng(seed)
    drawn: list[float] = []
    for _ in range(resamples):
        sample = [images[i] for i in rng.integers(0, len(images), len(images))]
        again, _reason = _of_means(results, anchor, codec, metric, sample)
        if again is not None:
            drawn.append(again)
    outside = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(drawn, (outside, 100 - outside)) if drawn else (math.nan, math.nan)
    return Interval(percent, float(low), float(high), len(images))


def _of_means(
    results: Results, anchor: str, codec: str, metric: str, images: list[str]
) -> tuple[float | None, str]:
    """(BD-rate of the mean curves over `images`, or None; the reason for None)."""
    curves = [mean_curve(results, name, metric, images) for name in (anchor, codec)]
    found = bd_rate(curves[0].points, curves[1].points)
    return found.percent, found.reason


def saving_at(
    results: Results, anchor: str, codec: str, level: float, metric: str = "psnr"
) -> Saving:
    """How many more (less: −) bytes `codec` needs than `anchor` where both have quality `level`.

    `level` is in the form of the measure that curves use. Raises DataError where no picture reaches
    it with both.
    """
    images = complete_images(results, [anchor, codec])
    logs: list[float] = []
    for image in images:
        pair = [
            rates_at(results, name, image, np.array([level]), metric) for name in (anchor, codec)
        ]
        change = float(pair[1][0] - pair[0][0])
        if math.isfinite(change):
            logs.append(change)
    if not logs:
        raise DataError(f"no picture reaches {level:g} with both {anchor} and {codec}.")
    low, high = np.percentile(logs, (10, 90))
    mean, low, high = (100 * math.expm1(value) for value in (np.mean(logs), low, high))
    return Saving(level, mean, low, high, len(logs), len(images) - len(logs))


def matched_ratio(results: Results, anchor: str, codec: str, metric: str = "psnr") -> float:
    """Geometric mean of bytes of `codec` over bytes of `anchor`, of files matched in quality.

    Every file of the anchor is matched, on the same picture, with the codec's curve at just its
    quality; all pairs count the same. Below 1: fewer bytes. Raises DataError without a pair.
    """
    logs = [change for _, change in _matches(results, anchor, codec, metric)]
    if not logs:
        raise DataError(f"no file of {anchor} has the quality of a file of {codec}.")
    return math.exp(float(np.mean(logs)))


def _matches(results: Results, anchor: str, codec: str, metric: str) -> Iterator[tuple[str, float]]:
    """(image, logarithm of the ratio of bytes) for each file of the anchor that has a match."""
    for image in complete_images(results, [anchor, codec]):
        curve = image_curve(results, anchor, image, metric)
        levels = np.array(curve.quality)
        matched = rates_at(results, codec, image, levels, metric) - np.log(curve.rate)
        for change in matched[np.isfinite(matched)]:
            yield image, float(change)


def megapixels_per_second(results: Results, codec: str) -> tuple[float, float]:
    """Medians over all files of (encoded, decoded) megapixels a second on the measuring machine."""
    records = [record for record in results.records if record["codec"] == codec]
    if not records:
        raise DataError(f"there is no file of {codec}.")
    speeds = [
        [
            record["width"] * record["height"] / 1e6 / record[time]
            for time in ("encode_s", "decode_s")
        ]
        for record in records
    ]
    encoded, decoded = np.median(speeds, axis=0)
    return float(encoded), float(decoded)


def rates_at(
    results: Results, codec: str, image: str, levels: np.ndarray, metric: str = "psnr"
) -> np.ndarray:
    """Natural logarithm of the rate (bpp) at which one picture has the qualities `levels`.

    Piecewise cubic between the picture's own points; NaN beyond them.
    """
    from scipy.interpolate import PchipInterpolator

    rate, quality = pareto(*image_curve(results, codec, image, metric).points)
    if len(rate) < 2:
        return np.full(len(levels), np.nan)
    return PchipInterpolator(quality, np.log(rate), extrapolate=False)(levels)
