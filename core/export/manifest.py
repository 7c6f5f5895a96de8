"""The manifest: what was exported, file by file, as JSON and as CSV."""

import csv
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core import results
from core.codecs import registry
from core.errors import DataError
from core.export.run import Exported

FORMAT = "rd-explorer export 1"
JSON, CSV = "manifest.json", "manifest.csv"
COLUMNS = (
    "image",
    "file",
    "codec",
    "setting",
    "width",
    "height",
    "bytes",
    "original_bytes",
    "reached",
)
LAST = ("encode_s", "decode_s", "sha256", "notes", "error")

Record = Mapping[str, Any]


def build(exported: Exported) -> dict[str, Any]:
    """{"header": …, "order": …, "summary": codec -> totals, "files": […]}."""
    order = exported.order
    header = results.header([registry.get(name) for name in order.codecs]) | {"format": FORMAT}
    return {
        "header": header,
        "order": order.as_json(),
        "summary": {codec: _summary(exported, codec) for codec in order.codecs},
        "files": exported.records,
    }


def _summary(exported: Exported, codec: str) -> dict[str, Any]:
    records = exported.of(codec)
    there = [record for record in records if "file" in record]
    told: dict[str, Any] = {
        "pictures": len(records),
        "files": len(there),
        "bytes": sum(record["bytes"] for record in there),
        "original_bytes": sum(record["original_bytes"] for record in there),
        "setting": exported.settings.get(codec),
    }
    if exported.order.target is not None:
        reached = sum(bool(record["reached"]) for record in there)
        told |= {"reached": reached, "share": reached / len(there) if there else 0.0}
    return told


def write(folder: Path, told: dict[str, Any]) -> None:
    """Puts both forms into `folder`."""
    _put(folder / CSV, to_csv(told))
    _put(folder / JSON, json.dumps(told, indent=1, allow_nan=False, ensure_ascii=False))


def _put(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(text, "utf-8")
    part.replace(path)


def read(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`. Raises DataError where there is none."""
    try:
        told = json.loads((folder / JSON).read_bytes())
        if told["header"]["format"] != FORMAT:
            raise DataError(f"{folder / JSON} is not the manifest of an export.")
    except OSError as error:
        raise DataError(f"There is no manifest in {folder}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder / JSON} is not the manifest of an export.") from error
    return dict(told)


def to_csv(told: Mapping[str, Any]) -> str:
    """One line a file, with a column for each measure."""
    names: dict[str, None] = {}
    for record in told["files"]:
        names |= dict.fromkeys(record.get("measures", {}))
    out = io.StringIO()
    columns = (*COLUMNS, *names, *LAST)
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for record in told["files"]:
        notes = " ".join(record.get("notes", ()))
        writer.writerow({**record, **record.get("measures", {}), "notes": notes})
    return out.getvalue()
