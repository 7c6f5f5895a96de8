"""`python -m core compare`: how far a comparison with an anchor holds, and its export."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from core import results as files
from core.cli.files import write
from core.cli.output import Json
from core.errors import DataError, SettingError
from core.metrics import FORMS, named
from core.results import codec_compare, comparison


def compare(
    results: Annotated[Path, typer.Argument(help="A results file of `sweep`.")],
    anchor: Annotated[str, typer.Option(help="The codec that the others are compared with.")],
    metric: Annotated[str, typer.Option(help=f"One of {', '.join(FORMS)}.")] = "psnr",
    at: Annotated[
        list[float] | None, typer.Option(help="A quality to compare bytes at; may be repeated.")
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(help="A folder to write batches for webmproject/codec-compare into."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the drawing of pictures for intervals.")] = 0,
    as_json: Json = False,
) -> None:
    """Compare codecs: BD-rate with its interval, bytes at a quality, matched files, and speed."""
    measure = named(metric)
    if measure.form is None:
        raise SettingError(f"No BD-rate is taken in {metric}; choose one of {', '.join(FORMS)}.")
    data = files.read(results)
    if anchor not in data.codecs():
        raise DataError(f"{results.name} has no codec {anchor!r}; it has {data.codecs()}.")
    found = {
        codec: _found(data, anchor, codec, measure.name, at or [], seed)
        for codec in data.codecs()
        if codec != anchor
    }
    if export is not None:
        _export(data, export)
    if as_json:
        print(json.dumps(found))
        return
    print(f"{measure.form.label} against {anchor} (negative: fewer bytes)")
    for codec, facts in found.items():
        print(f"{codec:<16}{'   '.join(_told(facts))}")


def _found(
    data: files.Results, anchor: str, codec: str, metric: str, levels: list[float], seed: int
) -> dict[str, Any]:
    """All comparisons of one codec; None where one is undefined, with the reason in "why"."""
    facts: dict[str, Any] = {"bd_rate": None, "ratio": None, "at": [], "why": []}
    encoded, decoded = comparison.megapixels_per_second(data, codec)
    facts |= {"encode_mp_s": encoded, "decode_mp_s": decoded}
    try:
        interval = comparison.bd_interval(data, anchor, codec, metric, seed=seed)
        facts["bd_rate"] = asdict(interval)
        facts["ratio"] = comparison.matched_ratio(data, anchor, codec, metric)
    except DataError as error:
        facts["why"].append(str(error))
    for level in levels:
        try:
            facts["at"].append(asdict(comparison.saving_at(data, anchor, codec, level, metric)))
        except DataError as error:
            facts["why"].append(str(error))
    return facts


def _told(facts: dict[str, Any]) -> list[str]:
    words: list[str] = []
    if facts["bd_rate"] is not None:
        rate = facts["bd_rate"]
        words.append(f"{rate['percent']:+.1f} % [{rate['low']:+.1f} … {rate['high']:+.1f}]")
    if facts["ratio"] is not None:
        words.append(f"ratio {facts['ratio']:.3f}")
    for saving in facts["at"]:
        spread = f"{saving['low']:+.1f} … {saving['high']:+.1f}"
        words.append(f"at {saving['level']:g}: {saving['mean']:+.1f} % [{spread}]")
    words.append(f"{facts['encode_mp_s']:.2f} / {facts['decode_mp_s']:.2f} MP/s")
    return [*words, *facts["why"]]


def _export(data: files.Results, folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"Cannot make the folder {folder}: {error.strerror}.") from error
    for name, content in codec_compare.batches(data).items():
        write(folder / name, json.dumps(content, ensure_ascii=False).encode())
