"""Exports as background jobs: the files of a decision, and the archives that take them home."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core import jobs
from core.decide import stored as decisions
from core.decide.answer import Mode
from core.export import manifest, markup
from core.jobs import Job

KIND = decisions.EXPORT
FOLDER = "pictures"


def start(
    decision: Job,
    codecs: Sequence[str],
    mode: Mode,
    keep_exif: bool,
    with_markup: bool,
) -> Job:
    """Starts to export the pictures of a decision that has been made.

    Raises DataError where too many people's jobs run already.
    """
    decisions.admit()
    folder = decisions.new_folder(KIND)
    args = [
        "encode",
        decisions.source_of(decision),
        "-c",
        ",".join(codecs),
        "--decision",
        str(decision.folder / decisions.RESULT),
        "-o",
        str(folder / FOLDER),
        "--zip",
        "--run",
        str(folder),
    ]
    args += ["--one-setting"] if mode == "one" else []
    args += ["--keep-exif"] if keep_exif else []
    args += ["--markup"] if with_markup else []
    return jobs.start(folder, KIND, decision.title, args + decisions.where())


def told(job: Job) -> dict[str, Any]:
    """The manifest of a finished export. Raises DataError."""
    return manifest.read(job.folder / FOLDER)


def archives(job: Job) -> list[Path]:
    """The zip archives of a finished export, in order."""
    return sorted(job.folder.glob("*.zip"), key=lambda path: (len(path.name), path.name))


def page(job: Job) -> str:
    """The <picture> elements of an export, where they were asked for."""
    path = job.folder / FOLDER / markup.FILE
    return path.read_text("utf-8") if path.exists() else ""
