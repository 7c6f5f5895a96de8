"""`python -m core bdrate`: BD-rates of a results file against an anchor, with the reason where one
is undefined.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from core import results as files
from core.codecs import tuning
from core.errors import DataError, SettingError
from core.metrics import FORMS, Form, named
from core.rd.bdrate import BDResult, bd_rate
from core.results import analysis
from core.results.curves import Curve, complete_images, mean_curve


def bdrate(
    results: Annotated[Path, typer.Argument(help="A results file of `sweep`.")],
    anchor: Annotated[str, typer.Option(help="The codec that the others are compared with.")],
    metric: Annotated[str, typer.Option(help=f"One of {', '.join(FORMS)}.")] = "psnr",
    between: Annotated[
        tuple[float, float] | None,
        typer.Option(
            metavar="LOW HIGH",
            help="Also how much better a codec is at equal rate, from LOW to HIGH bpp.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object: codec -> percent or null.")
    ] = False,
) -> None:
    """Print how many percent more (less: −) bits each codec needs than the anchor for the same
    quality.

    From the curves of means over all images at constant setting; beside it the median over single
    images.
    """
    measure = named(metric)
    form = measure.form
    if form is None:
        raise SettingError(f"No BD-rate is taken in {metric}; choose one of {', '.join(FORMS)}.")
    if between and not 0 < between[0] < between[1]:
        raise SettingError(
            f"--between {between[0]:g} {between[1]:g}: give two rates above 0, the lower one first."
        )
    data = files.read(results)
    codecs = data.codecs()
    if anchor not in codecs:
        raise DataError(
            f"{results.name} has no codec {anchor!r}. It has: {', '.join(codecs) or 'none'}."
        )
    others = [codec for codec in codecs if codec != anchor]
    found = {codec: compare(data, anchor, codec, measure.name) for codec in others}
    for codec, result in found.items():
        if result.reason:
            print(
                f"{codec}: BD-rate against {anchor} is undefined: {result.reason}", file=sys.stderr
            )
    if as_json:
        print(json.dumps({codec: result.percent for codec, result in found.items()}))
        return
    if said := tuning.warning(codecs, measure.name):
        print(f"note: {said}", file=sys.stderr)
    count = len(data.images())
    print(f"BD-rate in {form.label} against {anchor}, {count} images (negative: fewer bits)")
    wide = max(14, *(len(codec) + 1 for codec in codecs))
    print(_row("codec", "mean curve", "BD gain", "median", "quartiles", "overlap", wide))
    for codec, result in found.items():
        per_image = analysis.per_image(data, anchor, codec, measure.name)
        print(_told(codec, result, per_image.values(), form, wide))
    if between is not None:
        for codec in others:
            print(f"{codec:<{wide}}{_gains(data, anchor, codec, measure.name, form, between)}")


def _row(
    codec: str, mean: str, gain: str, median: str, quartiles: str, overlap: str, wide: int
) -> str:
    return f"{codec:<{wide}}{mean:>12}{gain:>11}{median:>10}{quartiles:>20}   {overlap}"


def _told(
    codec: str, result: BDResult, per_image: Iterable[BDResult], form: Form, wide: int
) -> str:
    """The table's line for one codec: of its mean curve, and of its spread over single images."""
    each = [single.percent for single in per_image if single.percent is not None]
    median = quartiles = "–"
    if each:
        low, middle, high = np.percentile(each, (25, 50, 75))
        median = f"{middle:+.1f} %"
        quartiles = f"{low:+.1f} … {high:+.1f} %"
    overlap = "none"
    if result.overlap is not None:
        low, high = result.overlap
        overlap = f"{low:.2f} … {high:.2f} {form.unit} ({result.covered:.0%})"
    mean = "–" if result.percent is None else f"{result.percent:+.1f} %"
    gain = "–" if result.gain is None else f"{result.gain:+.2f} {form.unit}"
    return _row(codec, mean, gain, median, quartiles, overlap, wide)


def _gains(
    data: files.Results,
    anchor: str,
    codec: str,
    metric: str,
    form: Form,
    between: tuple[float, float],
) -> str:
    """How much better `codec` is at equal rate, at the least and at the most, in words."""
    try:
        theirs, ours = _mean_curves(data, anchor, codec, metric)
    except DataError as error:
        return str(error)
    rates = np.geomspace(*between, 200)
    gains = analysis.at_rates(ours, rates) - analysis.at_rates(theirs, rates)
    known = np.isfinite(gains)
    if not known.any():
        return "the curves share no rate there"
    gains, rates = gains[known], rates[known]
    return (
        f"{gains.min():+.2f} … {gains.max():+.2f} {form.unit} at equal rate "
        f"from {rates[0]:.3g} to {rates[-1]:.3g} bpp"
    )


def compare(data: files.Results, anchor: str, codec: str, metric: str) -> BDResult:
    """BD-rate between the mean curves over the images that both codecs have in full; a reason where
    there are none.
    """
    try:
        a, b = _mean_curves(data, anchor, codec, metric)
    except DataError as error:
        return BDResult(reason=str(error))
    return bd_rate(a.points, b.points)


def _mean_curves(data: files.Results, anchor: str, codec: str, metric: str) -> list[Curve]:
    """Of both codecs, over the images that both have in full. Raises DataError where there are
    none.
    """
    images = complete_images(data, [anchor, codec])
    if not images:
        raise DataError("no image was measured with both codecs at all settings.")
    return [mean_curve(data, name, metric, images) for name in (anchor, codec)]
