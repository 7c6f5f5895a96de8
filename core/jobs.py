"""Long work as background processes that outlive a page: start, watch, cancel, resume, list.

All state is on the disk.

A job is a folder with
    job.json         what it is: kind, title, arguments of `python -m core …`, time of its start,
                     and how long it may take to notice `cancel`
    pid              the process that looks after it (`python -m core.jobs FOLDER`)
    log.txt          what the command printed
    progress.jsonl   what the command reports, one JSON object a line (learned/training/loop.py)
    exit             the command's exit status, once it has ended
    cancel           asks the command to stop at its next step; one that ignores it, or has
                     reported nothing yet, is stopped

Any process may look at, cancel or resume any job. A job whose keeper is gone and that left no exit
status was killed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from core.errors import DataError
from core.store import places

State = Literal["running", "done", "cancelled", "failed", "interrupted"]
PATIENCE_S = 20.0  # how long a command may take to notice `cancel`
TAIL_BYTES = 2_000_000  # how much of a progress file is read at most


@dataclass(frozen=True)
class Job:
    """A job on the disk.

    `args` are those of `python -m core`; they may name the job's own folder.
    """

    folder: Path
    kind: str
    title: str
    args: list[str]
    created: float

    @property
    def id(self) -> str:
        return self.folder.name

    def state(self) -> State:
        """How it stands, from what is on the disk now."""
        exit_status = _text(self.folder / "exit")
        if exit_status is None:
            return "running" if _alive(self.folder) else "interrupted"
        last = self.progress()[-1:] or [{}]
        if last[0].get("event") == "cancelled" or exit_status == "cancelled":
            return "cancelled"
        return "done" if exit_status == "0" else "failed"

    def progress(self) -> list[dict]:
        """What the command has reported, oldest first; a half-written line is left out."""
        return read_progress(self.folder / "progress.jsonl")

    def stopping(self) -> bool:
        """Whether it has been asked to stop and has not noticed yet."""
        return (self.folder / "cancel").exists()

    def log(self) -> str:
        """The end of what the command printed."""
        return (_text(self.folder / "log.txt") or "")[-4000:]


def root() -> Path:
    """The folder of all jobs, which is not the model store."""
    return places.runs()


def new_folder(name: str) -> Path:
    """An empty folder for a job whose id starts with `name`."""
    plain = re.sub("[^a-z0-9.-]", "-", name.lower())[:48]
    folder = root() / f"{plain}.{uuid.uuid4().hex[:6]}"
    folder.mkdir(parents=True)
    return folder


def start(folder: Path, kind: str, title: str, args: list[str]) -> Job:
    """Run `python -m core ARGS` in the background, as the job in `folder` (from `new_folder`)."""
    job = Job(folder, kind, title, args, created=time.time())
    facts = {"kind": kind, "title": title, "args": args, "created": job.created}
    facts["patience_s"] = PATIENCE_S
    (folder / "job.json").write_text(json.dumps(facts))
    _launch(folder)
    return job


def resume(job: Job) -> None:
    """Go on with a job that was cancelled, failed or killed.

    Raises DataError while it runs or when it is done.
    """
    if job.state() in ("running", "done"):
        raise DataError(
            f"The job {job.title!r} is {job.state()}; only a stopped one can be resumed."
        )
    for name in ("exit", "cancel"):
        (job.folder / name).unlink(missing_ok=True)
    _launch(job.folder, "--resume")


def cancel(job: Job) -> None:
    """Ask a running job to stop; its keeper ends it where it does not listen. Returns at once."""
    (job.folder / "cancel").touch()


def remove(job: Job) -> None:
    """Delete a job's folder, checkpoints included. Raises DataError while it runs."""
    if job.state() == "running":
        raise DataError(f"The job {job.title!r} is running; stop it before you remove it.")
    shutil.rmtree(job.folder, ignore_errors=True)


def get(job_id: str) -> Job:
    """The job called `job_id`. Raises DataError when there is none."""
    for job in jobs():
        if job.id == job_id:
            return job
    raise DataError(f"There is no job {job_id!r}.")


def read_progress(path: Path) -> list[dict]:
    """The events of a progress file, oldest first; a half-written line is left out."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            lines = file.read().split(b"\n")[:-1]
    except OSError:
        return []
    events = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def jobs(kind: str | None = None) -> list[Job]:
    """All jobs, or those of one kind, newest first. Folders that hold no job are passed over."""
    found = []
    for path in root().glob("*/job.json"):
        try:
            facts = json.loads(path.read_text())
            found.append(
                Job(
                    path.parent,
                    facts["kind"],
                    facts["title"],
                    facts["args"],
                    float(facts["created"]),
                )
            )
        except (OSError, ValueError, KeyError, TypeError):
            continue
    wanted = [job for job in found if kind in (None, job.kind)]
    return sorted(wanted, key=lambda job: job.created, reverse=True)


def _launch(folder: Path, *more: str) -> None:
    """Start the keeper in a session of its own, so that it outlives whoever starts it."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "core.jobs", str(folder), *more],
        start_new_session=True,
        cwd=Path(__file__).resolve().parents[1],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (folder / "pid").write_text(str(keeper.pid))
    # A process that has just begun has no command line for a moment.
    while keeper.poll() is None and not _alive(folder):
        time.sleep(0.005)


def _alive(folder: Path) -> bool:
    """Whether the process that was started to look after `folder` still runs."""
    try:
        process = psutil.Process(int(_text(folder / "pid") or ""))
        # A number may have passed on to another process since: the folder is among the arguments.
        return process.status() != psutil.STATUS_ZOMBIE and str(folder) in process.cmdline()
    except (ValueError, psutil.Error):
        return False


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _keep(folder: Path, *more: str) -> None:
    """The keeper: runs the job's command, enforces `cancel`, and writes the exit status."""
    facts = json.loads((folder / "job.json").read_text())
    patience = facts.get("patience_s", PATIENCE_S)
    reported = _size(folder / "progress.jsonl")
    asked = None
    with (folder / "log.txt").open("ab") as log:
        command = subprocess.Popen(
            [sys.executable, "-m", "core", *facts["args"], *more],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=lambda: os.nice(5),
        )
        while command.poll() is None:
            time.sleep(0.2)
            if asked is None and (folder / "cancel").exists():
                asked = time.monotonic()
            if asked is None:
                continue
            waited = time.monotonic() - asked
            if waited > 2 * patience:
                command.kill()
            elif waited > patience or _size(folder / "progress.jsonl") == reported:
                command.terminate()
    (folder / "cancel").unlink(missing_ok=True)
    part = folder / "exit.part"
    stopped = asked is not None and command.returncode != 0
    part.write_text("cancelled" if stopped else str(command.returncode))
    part.replace(folder / "exit")


if __name__ == "__main__":
    _keep(Path(sys.argv[1]), *sys.argv[2:])
