"""`encode`, `decode` and `measure`: one picture, one file."""

import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from core import images, metrics
from core.cli.output import Json, show
from core.codecs.registry import get
from core.codecs.sniff import identify
from core.errors import BitstreamError, DataError, SettingError
from core.rd.match import Match, match_bytes, match_quality
from core.rd.measure import evaluate

Output = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]


def encode(
    image: Annotated[Path, typer.Argument(help="The picture.")],
    output: Output,
    codec: Annotated[str, typer.Option("-c", "--codec", help="One of `python -m core codecs`.")],
    setting: Annotated[
        float | None, typer.Option("-s", "--setting", help="The codec's setting.")
    ] = None,
    bpp: Annotated[float | None, typer.Option(help="At most so many bits per pixel.")] = None,
    size: Annotated[int | None, typer.Option("--bytes", help="At most so many bytes.")] = None,
    psnr: Annotated[float | None, typer.Option(help="At least this PSNR (RGB, dB).")] = None,
    ms_ssim: Annotated[
        float | None, typer.Option("--ms-ssim", help="At least this MS-SSIM (0 to 1).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write IMAGE as a file of a codec, at a setting or matched to a target."""
    targets = {"-s": setting, "--bpp": bpp, "--bytes": size, "--psnr": psnr, "--ms-ssim": ms_ssim}
    given = [name for name, value in targets.items() if value is not None]
    if len(given) > 1:
        raise SettingError(f"Give one of {', '.join(targets)}, not {' and '.join(given)}.")
    picture, chosen = images.load(image), get(codec)
    match: Match | None = None
    if bpp is not None or size is not None:
        budget = size if size is not None else int(bpp * picture.width * picture.height / 8)
        match = match_bytes(chosen, picture.image, budget)
    elif psnr is not None or ms_ssim is not None:
        name, target = ("psnr", psnr) if psnr is not None else ("ms_ssim", ms_ssim)
        match = match_quality(chosen, picture.image, name, metrics.form_of(name, target))
    if match and not match.met:
        raise SettingError(
            f"{chosen.info.title} cannot meet {given[0]} {targets[given[0]]:g} on this picture; its nearest file has "
            f"{match.measured.point.bytes} bytes at {match.measured.point.measures['psnr']:.2f} dB."
        )
    if match:
        measured = match.measured
    else:
        value = chosen.setting.default if setting is None else setting
        measured = evaluate(chosen, picture.image, value)
    write(output, measured.data)
    record = measured.point.record(image.name)
    show(
        record
        | {"output": str(output)}
        | ({"encodes": match.encodes, "rest_error": match.error} if match else {}),
        as_json,
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
    result = metrics.as_json(metrics.measure(a, b))
    if not np.any(a != b):
        result["identical"] = True
    show(result | {"absent": metrics.absent(*a.shape[:2])}, as_json)


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
