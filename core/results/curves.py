"""Records -> rate–distortion curves, of one image or the mean over several, in a measure's form.

A mean over different images at different settings misleads, so every mean is over one set of
images: those that were measured at every setting, and, where codecs are compared, with every codec.
Pure functions.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import DataError
from core.metrics import FORMS, form_of, named
from core.results.records import Record, Results


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
