"""How long commands show how far they are: a bar on a terminal, now and then a line elsewhere, a
file for a background job.
"""

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from core.sweep import run as sweeps

PROGRESS = "progress.jsonl"
LINE_EVERY_S = 10.0  # where there is no terminal
REPORT_EVERY_S = 1.0  # into a job's folder
LOOK_EVERY_S = 0.5  # at what a training has written


class SweepProgress:
    """Shows a sweep's progress; with `folder`, a background job's, writes it there instead."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._bar = _bar() if folder is None and sys.stderr.isatty() else None
        self._every = LINE_EVERY_S if folder is None else REPORT_EVERY_S
        self._last = 0.0

    def __enter__(self) -> "SweepProgress":
        if self._bar is not None:
            self._bar.start()
            self._bar.add_task("measuring")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, progress: sweeps.Progress, event: str = "progress") -> None:
        """Shows `progress`, unless it has just been shown; an event that ends the sweep always."""
        if self._bar is not None:
            # rich redraws by itself, a few times a second
            task = self._bar.task_ids[0]
            self._bar.update(
                task, total=progress.total, completed=progress.done, description=_words(progress)
            )
            return
        now = time.monotonic()
        if event == "progress" and now - self._last < self._every:
            return
        self._last = now
        if self._folder is not None:
            _append(self._folder / PROGRESS, _facts(progress, event))
            return
        print(_words(progress), file=sys.stderr, flush=True)


@contextmanager
def training(folder: Path) -> Iterator[None]:
    """While the training in the run folder `folder` goes on in this thread: a bar of its steps on a
    terminal. Elsewhere nothing is shown; the folder's progress.jsonl has it all.
    """
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    path = folder / PROGRESS
    place = path.stat().st_size if path.exists() else 0  # behind what earlier runs wrote
    with _bar() as bar:
        watcher = threading.Thread(target=_follow, args=(path, bar, place, over))
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()


def _follow(path: Path, bar: Progress, place: int, over: threading.Event) -> None:
    """Draws what is appended to `path` from byte `place` on, until `over`, and once more then."""
    task = bar.add_task("starting", total=None)
    ended = False
    while not ended:
        ended = over.wait(LOOK_EVERY_S)
        for line in _lines(path, place):
            place += len(line)
            event = json.loads(line)
            if "steps" in event:
                words = _training_words(event)
                bar.update(task, total=event["steps"], completed=event["step"], description=words)


def _lines(path: Path, place: int) -> list[bytes]:
    """The whole lines of the file `path` from byte `place` on; none while there is no file."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(place)
        return [line for line in file if line.endswith(b"\n")]


def _bar() -> Progress:
    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
    )


def _words(progress: sweeps.Progress) -> str:
    done = progress.done / max(progress.total, 1)
    text = f"{progress.done:,} of {progress.total:,} ({done:.0%}), {progress.rate:.1f} a second"
    if progress.failed:
        text += f", {progress.failed} failed"
    if progress.eta_s is not None and progress.done < progress.total:
        text += f", {clock(progress.eta_s)} left"
    return text


def _training_words(event: dict[str, Any]) -> str:
    text = f"step {event['step']:,} of {event['steps']:,}"
    if "loss" in event:
        text += f", loss {event['loss']:.4g}"
    if "eta_s" in event:
        text += f", {clock(event['eta_s'])} left"
    return text


def _facts(progress: sweeps.Progress, event: str) -> dict[str, Any]:
    return {
        "event": event,
        "time": time.time(),
        "rate": progress.rate,
        "eta_s": progress.eta_s,
        "total": progress.total,
        "done": progress.done,
        "measured": progress.measured,
        "reused": progress.reused,
        "failed": progress.failed,
    }


def _append(path: Path, facts: dict[str, Any]) -> None:
    with path.open("a") as out:
        out.write(json.dumps(facts) + "\n")


def clock(seconds: float) -> str:
    """A duration as minutes and seconds, "2:05", or hours, "1:02:05"."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"
