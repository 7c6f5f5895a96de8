"""What a codec costs in time at one quality, and the rate that it then takes. Pure functions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.rd.bdrate import pareto
from core.results.curves import mean_curve
from core.results.records import Record, Results


@dataclass(frozen=True)
class Speed:
    """What one codec costs in time and saves in bytes: medians over images of seconds per
    megapixel, at one quality.
    """

    codec: str
    encode: float
    decode: float
    bpp: float

    def megapixels_per_second(self, side: str) -> float:
        """The speed of `side`, "encode" or "decode"; infinite where the clock saw no time pass."""
        seconds: float = getattr(self, side)
        return 1 / seconds if seconds > 0 else math.inf


def speed(
    results: Results,
    codec: str,
    level: float,
    metric: str = "psnr",
    images: Sequence[str] | None = None,
) -> Speed | None:
    """Times of `codec` at the setting whose mean quality is closest to `level`, and its rate at
    just that quality.

    Seconds per megapixel, medians over images; bpp from the mean curve. None where the curve does
    not reach `level`.
    """
    from scipy.interpolate import PchipInterpolator

    curve = mean_curve(results, codec, metric, images)
    rate, values = pareto(*curve.points)
    if len(rate) < 2 or not values[0] <= level <= values[-1]:
        return None
    nearest = int(np.argmin(np.abs(np.array(curve.quality) - level)))
    setting = curve.settings[nearest]
    rows = results.table[codec]
    measured = [rows.get(image, {}) for image in images or rows]
    records = [row[setting] for row in measured if setting in row]
    encode = _per_megapixel(records, "encode_s")
    decode = _per_megapixel(records, "decode_s")
    log_rate = PchipInterpolator(values, np.log(rate))(level)
    return Speed(codec, encode, decode, float(np.exp(log_rate)))


def _per_megapixel(records: Sequence[Record], column: str) -> float:
    """The median of the times in `column`, seconds per megapixel."""
    times = [r[column] / (r["width"] * r["height"] / 1e6) for r in records]
    return float(np.median(times))
