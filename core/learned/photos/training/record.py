"""The record of a training run, run.json in its folder: what is trained, on what, and how."""

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.learned.photos.config import PhotoConfig
from core.learned.training.loop import PROGRESS
from core.store.provenance import provenance

RECORD = "run.json"


def chosen(options: Any) -> dict[str, Any]:
    """The fields of a dataclass of options as they are recorded: folders are of one machine
    alone.
    """
    return {name: value for name, value in asdict(options).items() if not isinstance(value, Path)}


def write(
    run: Path,
    config: PhotoConfig,
    options: Mapping[str, Any],
    data: Path,
    sessions: list[dict[str, Any]],
    before: dict[str, Any],
    network: dict[str, Any] | None = None,
) -> None:
    """Write the record of a run that starts now, or goes on.

    `options`: what was chosen; `data`: the training folder; `sessions`: those that had a part in
    it before; `before`: what a `WarmStart` brought along; `network`: where a neural entropy model
    is trained with the transforms, its order of channels, its units, and how it came to be.
    """
    record = {
        "config": config.to_json(),
        "options": options,
        "data": describe_data(data),
        "sessions": [*sessions, provenance()],
        "before": before,
    }
    if network:
        record["network"] = network
    part = run / (RECORD + ".part")
    part.write_text(json.dumps(record, indent=1))
    os.replace(part, run / RECORD)


def share_history(run: Path, branch: Path | None) -> None:
    """Gives a run that begins as a branch of another the history that both have in common."""
    progress = run / PROGRESS
    if branch and not progress.exists() and (branch / PROGRESS).exists():
        shutil.copy(branch / PROGRESS, progress)


def read(run: Path) -> dict[str, Any]:
    """What `run.json` of a run folder says: config, options, data, sessions, before, and perhaps
    network.

    Raises ModelError where there is none.
    """
    try:
        return json.loads((run / RECORD).read_text())
    except (OSError, ValueError):
        raise ModelError(
            f"{run} is no run folder of the photo coder: it has no readable {RECORD}."
        ) from None


def describe_data(folder: Path) -> dict[str, Any]:
    """A training folder's name, and its number of pictures by source and by licence.

    The numbers come from its MANIFEST.csv; without one there is just the name.
    """
    out: dict[str, Any] = {"folder": folder.resolve().name}
    manifest = folder / "MANIFEST.csv"
    if manifest.exists():
        with manifest.open(newline="") as file:
            rows = list(csv.DictReader(file))
        out["pictures"] = len(rows)
        for column in ("source", "licence"):
            counts = Counter(row.get(column, "unknown") for row in rows)
            out[column + "s"] = dict(counts.most_common())
    return out
