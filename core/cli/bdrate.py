"""`python -m core bdrate`: BD-rates of a results file against an anchor, with the reason where one is undefined."""

import json
import sys
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from core import results as files
from core.errors import DataError, SettingError
from core.metrics import FORMS, named
from core.rd.bdrate import BDResult, bd_rate
from core.results import analysis


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
    """Print how many percent more (less: −) bits each codec needs than the anchor for the same quality.

    From the curves of means over all images at constant setting; beside it the median over single images.
    """
    form = named(metric).form
    if form is None:
        raise SettingError(f"No BD-rate is taken in {metric}; choose one of {', '.join(FORMS)}.")
    metric = named(metric).name
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
    found: dict[str, BDResult] = {}
    for codec in codecs:
        if codec != anchor:
            found[codec] = compare(data, anchor, codec, metric)
    for codec, result in found.items():
        if result.reason:
            print(
                f"{codec}: BD-rate against {anchor} is undefined: {result.reason}", file=sys.stderr
            )
    if as_json:
        print(json.dumps({codec: result.percent for codec, result in found.items()}))
        return
    print(
        f"BD-rate in {form.label} against {anchor}, {len(data.images())} images (negative: fewer bits)"
    )
    wide = max(14, *(len(codec) + 1 for codec in codecs))
    print(
        f"{'codec':<{wide}}{'mean curve':>12}{'BD gain':>11}{'median':>10}{'quartiles':>20}   overlap"
    )
    for codec, result in found.items():
        each = [
            r.percent
            for r in analysis.per_image(data, anchor, codec, metric).values()
            if r.percent is not None
        ]
        spread = (
            "{1:+.1f} %|{0:+.1f} … {2:+.1f} %".format(*np.percentile(each, (25, 50, 75)))
            if each
            else "–|–"
        )
        median, quartiles = spread.split("|")
        overlap = (
            f"{result.overlap[0]:.2f} … {result.overlap[1]:.2f} dB ({result.covered:.0%})"
            if result.overlap
            else "none"
        )
        percent = "–" if result.percent is None else f"{result.percent:+.1f} %"
        gain = "–" if result.gain is None else f"{result.gain:+.2f} dB"
        print(f"{codec:<{wide}}{percent:>12}{gain:>11}{median:>10}{quartiles:>20}   {overlap}")
    for codec in found if between else ():
        print(f"{codec:<{wide}}{_gains(data, anchor, codec, metric, between)}")


def _gains(
    data: files.Results, anchor: str, codec: str, metric: str, between: tuple[float, float]
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
    return (
        f"{gains[known].min():+.2f} … {gains[known].max():+.2f} dB at equal rate from {rates[known][0]:.3g} to "
        f"{rates[known][-1]:.3g} bpp"
    )


def compare(data: files.Results, anchor: str, codec: str, metric: str) -> BDResult:
    """BD-rate between the mean curves over the images that both codecs have in full; a reason where there are none."""
    try:
        a, b = _mean_curves(data, anchor, codec, metric)
    except DataError as error:
        return BDResult(reason=str(error))
    return bd_rate(a.points, b.points)


def _mean_curves(data: files.Results, anchor: str, codec: str, metric: str) -> list[analysis.Curve]:
    """Of both codecs, over the images that both have in full. Raises DataError where there are none."""
    images = analysis.complete_images(data, [anchor, codec])
    if not images:
        raise DataError("no image was measured with both codecs at all settings.")
    return [analysis.mean_curve(data, name, metric, images) for name in (anchor, codec)]
