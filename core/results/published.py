"""Published rate-distortion curves in and out: tensorflow/compression's text files and CompressAI's
JSON.

# JPEG (4:2:0) on Kodak …         {"name": "JPEG", "results": {
0.169711, 21.455203                "bpp": [0.1, …], "psnr-rgb": [23.8, …], "ms-ssim-rgb": […]}}
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from core.errors import DataError
from core.metrics import to_db
from core.results import Record, Results
from core.results.curves import Curve, complete_images, mean_curve, quality

MAX_BYTES = 5_000_000
MAX_POINTS = 10_000
# The folders of tensorflow/compression name the measure; CompressAI names it in the file.
_TFC = {
    "PSNR_sRGB_RGB": "psnr",
    "PSNR_sRGB_Y": "psnr_y",
    "MS-SSIM_sRGB_RGB": "ms_ssim",
    "MS-SSIM_sRGB_Y": "ms_ssim_y",
}
_COMPRESSAI = {
    "psnr": "psnr",
    "psnr-rgb": "psnr",
    "psnr-yuv": "psnr_611",
    "psnr-y": "psnr_y",
    "ms-ssim": "ms_ssim",
    "ms-ssim-rgb": "ms_ssim",
}
NAMES = {"ms_ssim_y": "MS-SSIM of luma (dB)"}
WARNINGS = {
    "psnr_y": (
        "Published luma may be BT.601 or BT.709, of full or of studio range; "
        "ours is BT.601, full range, as in JPEG files."
    ),
    "psnr_611": (
        "Published YUV PSNR may weigh the mean squared errors; ours weighs the decibels 6:1:1."
    ),
    "ms_ssim": (
        "Published MS-SSIM may be another implementation's (window, padding); "
        "ours is TensorFlow's, over R, G and B."
    ),
    "ms_ssim_y": (
        "This is MS-SSIM of luma, which is not measured here; "
        "it is not comparable with MS-SSIM over R, G and B."
    ),
}


@dataclass(frozen=True)
class Published:
    """The curves of one file: measure (as in `metrics.FORMS`) -> curve; MS-SSIM in dB. `source`
    says where they are from.
    """

    name: str
    source: str
    curves: dict[str, Curve]

    def warnings(self) -> list[str]:
        """What may differ between these metrics and ours."""
        return [WARNINGS[metric] for metric in self.curves if metric in WARNINGS]


def read(data: bytes, filename: str) -> Published:
    """The curves in a `.txt` or `.json` file. Raises DataError, naming the file and the line or
    entry that is wrong.
    """
    if len(data) > MAX_BYTES:
        raise DataError(
            f"{filename} has {len(data):,} bytes; "
            f"files of published curves have at most {MAX_BYTES:,}."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{filename} is not a text file.") from error
    if text.lstrip().startswith(("{", "[")):
        return _compressai(text, filename)
    return _tfc(text, filename)


def paper() -> dict[str, Curve]:
    """What Ballé et al. 2017 reached on Kodak, optimised for MSE: "psnr" and "ms_ssim" (dB) ->
    means over the 24 pictures.
    """
    curves: dict[str, Curve] = {}
    for path in sorted(Path(__file__).with_name("balle2017_kodak").glob("*.txt")):
        curves |= read(path.read_bytes(), path.name).curves
    return curves


def _tfc(text: str, filename: str) -> Published:
    """Lines of `bpp, value`; the measure is in a comment, or in the name of the folder."""
    comments = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    metric = _named_metric((*comments, filename))
    points = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            rate, value = (float(word) for word in line.replace(",", " ").split())
        except ValueError as error:
            raise DataError(
                f"{filename}, line {number}: expected “bpp, value”, found {line[:40]!r}."
            ) from error
        points.append((rate, value))
    if not points:
        raise DataError(f"{filename} holds no line of “bpp, value”.")
    if metric is None:  # no comment says what it is: similarities are at most 1, decibels are not
        metric = "ms_ssim" if max(value for _, value in points) <= 1 else "psnr"
    name = comments[0].split(" on Kodak")[0] if comments else PurePath(filename).stem
    source = next((c for c in comments if "/" in c), filename)
    return Published(name, source, {metric: _curve(name, source, metric, points, filename)})


def _named_metric(parts: Sequence[str]) -> str | None:
    """The measure that one of `parts`, a file's comments and name, names."""
    for key, metric in _TFC.items():
        if any(key in part for part in parts):
            return metric
    return None


def _compressai(text: str, filename: str) -> Published:
    try:
        content = json.loads(text)
        given = content["results"]
        rates = given["bpp"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DataError(
            f'{filename} is not CompressAI\'s JSON: it needs "results" with "bpp" and measures.'
        ) from error
    name = str(content.get("name") or PurePath(filename).stem)[:80]
    source = f"{filename}: {str(content.get('description', ''))[:120]}".rstrip(": ")
    curves: dict[str, Curve] = {}
    for key, metric in _COMPRESSAI.items():
        values = given.get(key)
        if values is None or metric in curves:
            continue
        if not isinstance(values, list) or not isinstance(rates, list) or len(values) != len(rates):
            raise DataError(f"{filename}: {key} and bpp are not lists of equal length.")
        curves[metric] = _curve(
            name, source, metric, list(zip(rates, values, strict=True)), filename
        )
    if not curves:
        raise DataError(f"{filename} has none of the measures {', '.join(_COMPRESSAI)}.")
    return Published(name, source, curves)


def _curve(
    name: str, source: str, metric: str, points: Sequence[tuple[object, object]], filename: str
) -> Curve:
    """The points by rising rate, MS-SSIM in dB. Raises DataError for anything that cannot be a rate
    or a quality.
    """
    if not 0 < len(points) <= MAX_POINTS:
        raise DataError(f"{filename} has {len(points)} points; 1 to {MAX_POINTS:,} can be used.")
    similarity = metric.startswith("ms_ssim")
    drawn: list[tuple[float, float]] = []
    for given_rate, given_value in points:
        rate, value = _number(given_rate), _number(given_value)
        if rate is None or value is None or rate <= 0 or (similarity and value >= 1):
            raise DataError(
                f"{filename}: ({given_rate}, {given_value}) is not a rate above 0 "
                f"and a {metric} that can be drawn."
            )
        drawn.append((rate, to_db(value) if similarity else value))
    rates, values = zip(*sorted(drawn), strict=True)
    return Curve(name, rates, values, source=source)


def _number(given: object) -> float | None:
    """`given` as a finite number; None for anything else."""
    if isinstance(given, bool) or not isinstance(given, int | float):
        return None
    try:
        number = float(given)
    except OverflowError:  # a whole number of hundreds of digits
        return None
    return number if math.isfinite(number) else None


def to_compressai(
    results: Results, codec: str, images: Sequence[str] | None = None
) -> dict[str, Any]:
    """Our means at constant setting in the form that CompressAI's `compressai.utils.plot` reads:
    one object per codec.
    """
    images = complete_images(results, [codec]) if images is None else images
    curve = mean_curve(results, codec, "psnr", images)
    rows = results.table[codec]
    columns: dict[str, list[float]] = {"bpp": list(curve.rate), "psnr-rgb": list(curve.quality)}
    at = [[rows[image][setting] for image in images] for setting in curve.settings]
    if all(quality(record, "ms_ssim") is not None for records in at for record in records):
        columns["ms-ssim-rgb"] = [_mean(records, "ms_ssim") for records in at]
    columns |= {
        "encoding_time": [_mean(r, "encode_s") for r in at],
        "decoding_time": [_mean(r, "decode_s") for r in at],
    }
    options = results.header.get("codecs", {}).get(codec, {}).get("options", {})
    described = ", ".join(f"{key}: {value}" for key, value in options.items())
    return {
        "name": results.title(codec),
        "description": f"RD Explorer, {len(images)} images. {described}",
        "results": columns,
    }


def _mean(records: Sequence[Record], column: str) -> float:
    return sum(record[column] for record in records) / len(records)
