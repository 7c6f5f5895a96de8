"""Decisions as background jobs: each in a folder with the pictures that were uploaded for it.

A folder's name cannot be guessed: whoever was given it may see the decision, nobody else can. Old
ones are removed, and the oldest where all together take too much room.
"""

import os
import shutil
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from core import jobs
from core.compute import limits
from core.compute.cluster import ADDRESS
from core.decide import decision as files
from core.decide.decision import Decision
from core.decide.question import Question
from core.errors import DataError
from core.jobs import Job
from core.metrics import FORMS
from core.store import places

KIND, EXPORT = "decide", "export"
RESULT = "decision.json"
IMAGES = "images"  # the folder of uploads in a job's folder
ABANDONED_S = 86_400.0  # an upload that no job was started with


def new_folder(kind: str = KIND) -> Path:
    """An empty folder for a decision, or for an export."""
    return jobs.new_folder(f"{kind}-{uuid.uuid4().hex}")


def start(title: str, source: str, question: Question, sample: int | None, folder: Path) -> Job:
    """Starts to measure the pictures of `source`, a path, in the background.

    Raises DataError where too many people measure already.
    """
    admit()
    value = FORMS[question.measure].back(question.target)
    args = [
        "decide",
        source,
        "-o",
        str(folder / RESULT),
        "-c",
        ",".join(question.codecs),
        "--quality",
        question.measure,
        repr(value),
        "--share",
        repr(question.share),
        "--baseline",
        question.baseline,
        "--run",
        str(folder),
    ]
    args += ["--sample", str(sample)] if sample else []
    return jobs.start(folder, KIND, title, args + where())


def where() -> list[str]:
    """The option that sends work to the cluster that the environment names, if it does."""
    address = os.environ.get(ADDRESS)
    return ["--dask", address] if address else []


def admit() -> None:
    """Makes room, and raises DataError where too many jobs run."""
    tidy()
    running = [job for job in _all() if job.state() == "running"]
    if len(running) >= limits.DECISIONS_RUNNING:
        raise DataError(
            f"{len(running)} decisions and exports run on this server already; "
            "start yours when one of them has ended."
        )


def source_of(job: Job) -> str:
    """The pictures that a decision measures."""
    return job.args[1]


def result(job: Job) -> Decision | None:
    """The decision, once it is there. Raises DataError where its file is damaged."""
    path = job.folder / RESULT
    return files.read(path) if path.exists() else None


def find(job_id: str, kind: str = KIND) -> Job | None:
    """The job of this name, or None."""
    return next((job for job in jobs.jobs(kind) if job.id == job_id), None)


def _all() -> Sequence[Job]:
    return [*jobs.jobs(KIND), *jobs.jobs(EXPORT)]


def tidy(now: float | None = None) -> None:
    """Removes what is old, and the oldest where all takes more room than it may."""
    now = now or time.time()
    for job in _all():
        if job.state() != "running" and now - job.created > limits.DECISIONS_KEPT_S:
            jobs.remove(job)
    for folder in _folders():
        if not (folder / "job.json").exists() and now - folder.stat().st_mtime > ABANDONED_S:
            shutil.rmtree(folder, ignore_errors=True)
    ended = sorted((j for j in _all() if j.state() != "running"), key=lambda job: job.created)
    sizes = {folder: _size(folder) for folder in _folders()}
    while ended and sum(sizes.values()) > limits.DECISIONS_BYTES:
        oldest = ended.pop(0)
        jobs.remove(oldest)
        sizes.pop(oldest.folder, None)


def _folders() -> list[Path]:
    root = places.runs()
    if not root.is_dir():
        return []
    return [f for f in root.iterdir() if f.is_dir() and f.name.startswith((KIND, EXPORT))]


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
