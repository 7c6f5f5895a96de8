"""The results file: {"header": {…}, "records": [{…}, …]}, one record per image × codec × setting;
and its CSV form.
"""

import csv
import gzip
import io
import json
import math
import os
import platform
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.codecs.base import Codec
from core.errors import DataError
from core.metrics import MEASURES, NAMES, present

FORMAT = "rd-explorer results 1"
TEXTS = ("image", "codec")
SIZES = ("setting", "width", "height", "bytes", "bpp")
TIMES = ("encode_s", "decode_s")
REQUIRED = (*TEXTS, *SIZES, "mse")
# Beside these a record has the measures that were asked for, by name (`core.metrics.MEASURES`).
NUMBERS = (*SIZES, *NAMES, *TIMES)
MAX_BYTES = 500_000_000
_VERSIONS = (
    "numpy",
    "pillow",
    "imagecodecs",
    "tensorflow",
    "tensorflow-compression",
    "distributed",
)
Record = dict[str, Any]


@dataclass(frozen=True)
class Results:
    """What a sweep found. `header["codecs"]` maps a codec to its title and options;
    `header["failures"]` lists what failed.
    """

    header: dict[str, Any]
    records: list[Record]

    def codecs(self) -> list[str]:
        """The codecs that have records, in the header's order."""
        listed = [name for name in self.header.get("codecs", {}) if name in self.table]
        return listed + [name for name in self.table if name not in listed]

    @cached_property
    def table(self) -> dict[str, dict[str, dict[float, Record]]]:
        """codec -> image -> setting -> record."""
        rows: dict[str, dict[str, dict[float, Record]]] = {}
        for record in self.records:
            rows.setdefault(record["codec"], {}).setdefault(record["image"], {})[
                record["setting"]
            ] = record
        return rows

    def images(self) -> list[str]:
        """The images that have records."""
        return list(dict.fromkeys(record["image"] for record in self.records))

    def failures(self) -> list[Record]:
        return self.header.get("failures", [])

    def title(self, codec: str) -> str:
        """The codec's name for a person."""
        return self.header.get("codecs", {}).get(codec, {}).get("title", codec)


def header(codecs: Iterable[Codec], **more: object) -> dict[str, Any]:
    """A results header: what measured, with which versions and options, on which machine."""

    def of(package: str) -> str | None:
        try:
            return version(package)
        except PackageNotFoundError:
            return None

    return {
        "format": FORMAT,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version()} | {name: of(name) for name in _VERSIONS},
        "machine": {"system": platform.system(), "processor": processor(), "cores": os.cpu_count()},
        "codecs": {
            codec.name: {
                "title": codec.info.title,
                "family": codec.info.family,
                "options": codec.info.options,
                "tuned_for": codec.info.tuned_for,
                "setting": {
                    "name": codec.setting.name,
                    "unit": codec.setting.unit,
                    "better": codec.setting.better,
                },
            }
            for codec in codecs
        },
    } | more


def processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(
            line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def write(path: Path, head: dict[str, Any], records: Iterable[Record]) -> None:
    """Writes a results file, record by record, and puts it in place at once: nobody ever reads half
    of it.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(part, "w") as out:
        out.write('{"header": ' + json.dumps(head, indent=1) + ',\n"records": [')
        for i, record in enumerate(records):
            out.write(("," if i else "") + "\n" + json.dumps(record, allow_nan=False))
        out.write("\n]}\n")
    os.replace(part, path)


def read(path: str | Path) -> Results:
    """The results in a file, gzipped (`.gz`) or not. Raises DataError, saying what is wrong, when
    it is not one.
    """
    path = Path(path)
    try:
        with gzip.open(path) if path.suffix == ".gz" else open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"Cannot read {path}: {error}.") from error
    if len(data) > MAX_BYTES:
        raise DataError(
            f"{path.name} has more than {MAX_BYTES:,} bytes; results files of up to that are read."
        )
    return parse(data, path.name)


def parse(data: bytes, name: str = "the file") -> Results:
    """The results in `data`. Raises DataError when they are not valid."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name} is not a results file: it is not JSON.") from error
    kinds = {"header": dict, "records": list}
    if not isinstance(content, dict) or not all(
        isinstance(content.get(entry), kind) for entry, kind in kinds.items()
    ):
        raise DataError(
            f'{name} is not a results file: it needs "header" and "records". '
            "Make one with `python -m core sweep`."
        )
    for i, record in enumerate(content["records"]):
        if reason := _flaw(record):
            raise DataError(f"{name}: record {i + 1} {reason}.")
    return Results(content["header"], content["records"])


def _flaw(record: object) -> str | None:
    if not isinstance(record, dict):
        return "is not an object"
    if missing := [column for column in REQUIRED if column not in record]:
        return f"has no {missing[0]}"
    for column in TEXTS:
        if not isinstance(record[column], str):
            return f"has a {column} that is not a text"
    for column in NUMBERS:
        value = record.get(column)
        if value is None and column not in REQUIRED:
            continue
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            return f"has a {column} that is not a number"
    return None if record["bpp"] > 0 else "has a bpp that is not positive"


def columns(records: Iterable[Record]) -> tuple[str, ...]:
    """The columns of a table of `records`: what every record has, the measures that some have, the
    times.
    """
    there = {column for record in records for column in record}
    measures: list[str] = []
    for name in NAMES:
        measures += [name] if name in there else []
        measures += [f"{name}_db"] if f"{name}_db" in there else []
    return (*TEXTS, *SIZES, *measures, *TIMES)


def has(record: Record, names: Iterable[str]) -> bool:
    """Whether `record` holds every one of the measures `names` that can be had for a picture of its
    size.
    """
    for name in present(record["height"], record["width"], names):
        # A null is an infinite figure where the measure goes that far. Of the others, older files
        # had one for "not measured".
        infinite = name in record and MEASURES[name].best == math.inf
        if record.get(name) is None and not infinite:
            return False
    return True


def to_csv(records: Iterable[Record]) -> str:
    """The records as CSV with a header line (`columns`)."""
    rows = list(records)
    out = io.StringIO()
    writer = csv.DictWriter(out, columns(rows), extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
