"""`python -m core encode`: one picture as one file, or all of a folder with a manifest."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from core import images, metrics
from core.cli import export
from core.cli.files import Output, write
from core.cli.output import Json, show
from core.codecs import tuning
from core.codecs.base import Codec
from core.codecs.registry import get
from core.errors import SettingError
from core.metrics import FORMS
from core.rd.match import LOSSLESS, Match, match_bytes, match_quality
from core.rd.measure import evaluate


def encode(
    image: Annotated[
        Path, typer.Argument(help="The picture to encode, or a folder or zip archive of pictures.")
    ],
    output: Output,
    codec: Annotated[
        str,
        typer.Option(
            "-c", "--codec", help="A codec; `codecs` lists them. For a folder, several: avif,jpeg."
        ),
    ],
    setting: Annotated[
        float | None, typer.Option("-s", "--setting", help="The codec's own setting.")
    ] = None,
    bpp: Annotated[float | None, typer.Option(help="At most this many bits per pixel.")] = None,
    size: Annotated[int | None, typer.Option("--bytes", help="At most this many bytes.")] = None,
    psnr: Annotated[float | None, typer.Option(help="At least this PSNR (RGB), in dB.")] = None,
    ms_ssim: Annotated[
        float | None, typer.Option("--ms-ssim", help="At least this MS-SSIM, 0 to 1.")
    ] = None,
    ssimulacra2: Annotated[
        float | None, typer.Option(help="At least this SSIMULACRA 2, 0 to 100.")
    ] = None,
    quality: Annotated[
        tuple[str, float] | None,
        typer.Option(
            metavar="MEASURE VALUE",
            help=f"At least this good by a measure: {', '.join(FORMS)}.",
        ),
    ] = None,
    tuned_for: Annotated[
        str | None,
        typer.Option(help="measure, psnr or eye: take JPEG and AVIF in the variant for it."),
    ] = None,
    one_setting: Annotated[
        bool, typer.Option("--one-setting", help="Folder: one setting for all pictures.")
    ] = False,
    share: Annotated[
        float, typer.Option(help="Folder: the share of pictures that one setting keeps above it.")
    ] = 0.95,
    decision: Annotated[
        Path | None, typer.Option(help="Folder: a file of `decide`, not to be measured again.")
    ] = None,
    measures: Annotated[
        str, typer.Option(help="Folder: measures of the manifest, separated by commas.")
    ] = ",".join(export.MEASURES),
    keep_exif: Annotated[
        bool, typer.Option("--keep-exif", help="Folder: copy EXIF, but for the orientation.")
    ] = False,
    markup: Annotated[
        bool, typer.Option("--markup", help="Folder: write <picture> elements for all pictures.")
    ] = False,
    archive: Annotated[
        bool, typer.Option("--zip", help="Folder: zip archives of all files beside them.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Folder: worker processes; default: one a core.")
    ] = None,
    dask: Annotated[str | None, typer.Option(help="Folder: address of a Dask scheduler.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Folder: go on with a run that was stopped.")
    ] = False,
    run: Annotated[
        Path | None, typer.Option(hidden=True, help="A job's folder: progress goes there.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Encode IMAGE with a codec, at a given setting or matched to a target.

    For a folder, OUTPUT is a folder too: it gets every picture, manifest.json and manifest.csv.
    """
    _check_one(
        {
            "-s": setting,
            "--bpp": bpp,
            "--bytes": size,
            "--psnr": psnr,
            "--ms-ssim": ms_ssim,
            "--ssimulacra2": ssimulacra2,
            "--quality": quality,
        }
    )
    for name, value in (("psnr", psnr), ("ms_ssim", ms_ssim), ("ssimulacra2", ssimulacra2)):
        if value is not None:
            quality = (name, value)
    if tuned_for is not None:
        names = [name.strip() for name in codec.split(",")]
        codec = ",".join(tuning.variants(names, tuned_for, quality[0] if quality else "psnr"))
    if image.is_dir() or image.suffix.lower() == ".zip":
        if bpp is not None or size is not None:
            raise SettingError("A folder is encoded at a quality or a setting, not at a size.")
        how = export.How(
            codec,
            setting,
            quality,
            one_setting,
            share,
            decision,
            measures,
            keep_exif,
            markup,
            archive,
            workers,
            dask,
            resume,
            run,
        )
        show(export.export(image, output, how), as_json)
        return
    _encode_one(image, output, get(codec), setting, bpp, size, quality, as_json)


def _encode_one(
    image: Path,
    output: Path,
    chosen: Codec,
    setting: float | None,
    bpp: float | None,
    size: int | None,
    quality: tuple[str, float] | None,
    as_json: bool,
) -> None:
    picture = images.load(image)
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
