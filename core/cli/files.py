"""`encode`, `decode` and `measure`: one picture, one file."""

import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from core import images, metrics
from core.cli.output import Json, show
from core.codecs.base import Codec
from core.codecs.registry import get
from core.codecs.sniff import identify
from core.errors import BitstreamError, DataError, SettingError
from core.metrics import FORMS
from core.rd.match import LOSSLESS, Match, match_bytes, match_quality
from core.rd.measure import evaluate

Output = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]


def encode(
    image: Annotated[Path, typer.Argument(help="The picture to encode.")],
    output: Output,
    codec: Annotated[str, typer.Option("-c", "--codec", help="A codec; `codecs` lists them.")],
    setting: Annotated[
        float | None, typer.Option("-s", "--setting", help="The codec's own setting.")
    ] = None,
    bpp: Annotated[float | None, typer.Option(help="At most this many bits per pixel.")] = None,
    size: Annotated[int | None, typer.Option("--bytes", help="At most this many bytes.")] = None,
    psnr: Annotated[float | None, typer.Option(help="At least this PSNR (RGB), in dB.")] = None,
    ms_ssim: Annotated[
        float | None, typer.Option("--ms-ssim", help="At least this MS-SSIM, 0 to 1.")
    ] = None,
    quality: Annotated[
        tuple[str, float] | None,
        typer.Option(
            metavar="MEASURE VALUE",
            help=f"At least this good by a measure: {', '.join(FORMS)}.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Encode IMAGE with a codec, at a given setting or matched to a target."""
    _check_one(
        {
            "-s": setting,
            "--bpp": bpp,
            "--bytes": size,
            "--psnr": psnr,
            "--ms-ssim": ms_ssim,
            "--quality": quality,
        }
    )
    picture, chosen = images.load(image), get(codec)
    if psnr is not None:
        quality = ("psnr", psnr)
    if ms_ssim is not None:
        quality = ("ms_ssim", ms_ssim)
    if bpp is not None:
        size = int(bpp * picture.width * picture.height / 8)
    match: Match | None = None
    if size is not None:
        match = match_bytes(chosen, picture.image, size)
        _check_met(match, chosen, f"{size} bytes")
    elif quality is not None:
        match = _match_measure(chosen, picture.image, *quality)
    if match is not None:
        measured = match.measured
    else:
        value = chosen.setting.default if setting is None else setting
        measured = evaluate(chosen, picture.image, value)
    write(output, measured.data)
    told = measured.point.record(image.name) | {"output": str(output)}
    if match is not None:
        told |= {"encodes": match.encodes, "rest_error": match.error}
    show(told, as_json)


def _check_one(targets: dict[str, object]) -> None:
    """Raises SettingError when more than one of `targets` (option -> value) is given."""
    given = [option for option, value in targets.items() if value is not None]
    if len(given) > 1:
        raise SettingError(f"Give one of {', '.join(targets)}, not {' and '.join(given)}.")


def _match_measure(codec: Codec, image: np.ndarray, name: str, value: float) -> Match:
    """The smallest file of `codec` whose measure `name` is at least as good as `value`."""
    measure = metrics.named(name)
    if not np.isfinite(value):
        raise SettingError(f"{value} is no {measure.short} that could be reached: give a number.")
    # Lossless, told as a similarity of 1, has no decibels: the search takes a very good one for it.
    target = measure.form.of(value) if measure.form is not None else value
    match = match_quality(codec, image, name, min(target, LOSSLESS))
    _check_met(match, codec, f"{measure.short} {value:g}")
    return match


def _check_met(match: Match, codec: Codec, target: str) -> None:
    """Raises SettingError when the codec cannot do what was asked for, naming its nearest file."""
    if match.met:
        return
    point = match.measured.point
    raise SettingError(
        f"{codec.info.title} cannot meet {target} on this picture; its nearest file has "
        f"{point.bytes} bytes at {point.measures['psnr']:.2f} dB."
    )


def decode(
    file: Annotated[
        Path,
        typer.Argument(help="A file written by `encode`, or any standard file of these formats."),
    ],
    output: Output,
    as_json: Json = False,
) -> None:
    """Decode FILE and write the picture as PNG."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise BitstreamError(f"Cannot read {file}: {error.strerror}.") from error
    codec, facts = identify(data)
    start = time.perf_counter()
    image = codec.decode(data)
    seconds = time.perf_counter() - start
    write(output, images.png(image))
    size = {"width": image.shape[1], "height": image.shape[0]}
    show(
        {"codec": codec.name, **size, "decode_s": seconds, "bytes": len(data), "header": facts},
        as_json,
    )


def measure_pair(
    original: Annotated[Path, typer.Argument(help="The original picture.")],
    decoded: Annotated[
        Path, typer.Argument(help="The decoded one: a picture, or a file of a codec here.")
    ],
    as_json: Json = False,
) -> None:
    """Measure the distortion between two pictures of equal size."""
    a, b = images.load(original).image, _decoded(decoded)
    told: dict[str, Any] = {**metrics.as_json(metrics.measure(a, b))}
    if np.array_equal(a, b):
        told["identical"] = True
    height, width = a.shape[:2]
    absent = metrics.absent(height, width)
    show(dict.fromkeys(absent) | told | {"absent": absent}, as_json)


def _decoded(path: Path) -> np.ndarray:
    if path.suffix == ".rdx":
        data = path.read_bytes()
        return identify(data)[0].decode(data)
    return images.load(path).image


def write(path: Path, data: bytes) -> None:
    """Writes `data` to `path`. Raises DataError with the reason when that fails."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise DataError(f"Cannot write {path}: {error.strerror}.") from error
