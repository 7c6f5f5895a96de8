"""`decode` and `measure`: one picture, one file."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from core import images, metrics
from core.cli.output import Json, show
from core.codecs.sniff import identify
from core.errors import BitstreamError, DataError
from core.rd.measure import timed_decode

Output = Annotated[Path, typer.Option("-o", "--output", help="The file to write.")]


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
    image, seconds = timed_decode(codec, data)
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
