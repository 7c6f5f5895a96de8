"""`python -m core sweep`: measure codecs over a data set, resumably, on all cores or on a Dask cluster."""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from core import metrics, results
from core.codecs import external, registry
from core.codecs.base import Codec
from core.errors import DataError, SettingError
from core.metrics import NAMES
from core.sweep import plan, pools, sources
from core.sweep import run as engine
from core.sweep.journal import Journal


def sweep(
    images: Annotated[
        list[str],
        typer.Argument(help="Image files, folders, zip archives, or tfds:NAME[:SPLIT[:COUNT]]."),
    ],
    codecs: Annotated[str, typer.Option("--codecs", "-c", help="Names, separated by commas.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The results file to write (JSON).")
    ],
    csv: Annotated[Path | None, typer.Option(help="Write the records as CSV too.")] = None,
    points: Annotated[
        int | None,
        typer.Option(help="Settings per codec, spread over its grid; default: the whole grid."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; default: one a core; 0: none but this.")
    ] = None,
    dask: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler, tcp://HOST:PORT.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take over what an earlier run has already measured.")
    ] = False,
    measures: Annotated[
        str, typer.Option(help="Names of measures, separated by commas; default: all of them.")
    ] = ",".join(NAMES),
    no_ssim: Annotated[
        bool, typer.Option("--no-ssim", help="Leave out the measures that need TensorFlow.")
    ] = False,
    reuse: Annotated[
        list[Path] | None, typer.Option(help="Results files to take equal measurements from.")
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(hidden=True, help="A job's folder: progress goes there, `cancel` ends it."),
    ] = None,
    codec_cmd: Annotated[
        list[str] | None, typer.Option(help="A codec of your own: NAME=FILE.toml. May be repeated.")
    ] = None,
) -> None:
    """Measure every image with every codec at every setting.

    Each result is on disk the moment it is there: a run that was stopped goes on with --resume.
    """
    chosen = choose(codecs, codec_cmd or [])
    names = metrics.names_of(measures)
    if no_ssim:
        names = tuple(name for name in names if metrics.MEASURES[name].needs != "tensorflow")
    with tempfile.TemporaryDirectory(prefix="rdx-sweep-") as unpacked:
        items = sources.items(images, Path(unpacked))
        progress = engine.Progress(plan.total(items, chosen.values(), points))
        head = results.header(
            chosen.values(),
            sources=[
                os.path.basename(os.path.abspath(s)) if os.path.exists(s) else s for s in images
            ],
            images=len(items),
            measures=names,
            points=points,
        )
        earlier = [*(reuse or []), *([output] if resume and output.exists() else [])]
        known = {
            record["key"]: record
            for path in earlier
            for record in results.read(path).records
            if isinstance(record.get("key"), str)
        }
        with (
            _journal(output, resume) as journal,
            _Line(run) as line,
            pools.pool(workers, dask) as pool,
        ):
            journal.begin(head)
            outcome = engine.run(
                plan.jobs(items, list(chosen.values()), points, names),
                chosen,
                journal,
                pool,
                progress,
                names,
                watch=line.show,
                cancelled=lambda: run is not None and (run / "cancel").exists(),
                known=known,
            )
            line.show(progress, "done" if outcome.complete else "cancelled")
            if not outcome.complete:
                print(
                    f"Stopped; {len(journal)} measurements are kept. Go on with --resume.",
                    file=sys.stderr,
                )
                return
            if not len(journal):
                raise DataError(
                    f"Nothing could be measured; the first failure: {outcome.failures[0]['error']}"
                )
            results.write(output, head | {"failures": outcome.failures}, outcome.records(journal))
            if csv:
                csv.write_text(results.to_csv(outcome.records(journal)))
            journal.path.unlink()
    for failure in outcome.failures[:20]:
        where = " ".join(
            str(failure[k]) for k in ("image", "codec", "setting") if failure[k] is not None
        )
        print(f"failed: {where}: {failure['error']}", file=sys.stderr)
    there = progress.measured + progress.reused
    print(
        f"{output}: {there} records ({progress.measured} measured, {progress.reused} taken over), {progress.failed} failed, "
        f"{time.monotonic() - progress.started:.1f} s",
        file=sys.stderr,
    )


def choose(names: str, commands: list[str]) -> dict[str, Codec]:
    """The codecs called `names` (separated by commas), with those given by `--codec-cmd` among them. Raises SettingError."""
    own = {codec.name: codec for codec in map(external.load, commands)}
    if clash := set(own) & set(registry.CODECS):
        raise SettingError(f"There is a codec {clash.pop()!r} already; give yours another name.")
    wanted = dict.fromkeys(name.strip() for name in names.split(",") if name.strip())
    if not wanted:
        raise SettingError(f"Name at least one codec. Known codecs: {', '.join(registry.CODECS)}.")
    return {name: own[name] if name in own else registry.get(name) for name in wanted}


def _journal(output: Path, resume: bool) -> Journal:
    """The open journal beside `output`: an earlier one when resuming, else a fresh one."""
    path = output.with_name(output.name + ".journal")
    if not output.parent.is_dir():
        raise DataError(f"There is no folder {output.parent} to write {output.name} into.")
    journal = Journal(path)
    if not resume and len(journal):
        kept = path.with_name(path.name + ".old")
        print(
            f"Starting over. The {len(journal)} measurements of an unfinished run are kept in {kept.name}; "
            "--resume would have gone on with them.",
            file=sys.stderr,
        )
        os.replace(path, kept)
        journal.__exit__()
        journal = Journal(path)
    return journal


class _Line:
    """Progress on stderr: one line that rewrites itself on a terminal, a line every ten seconds elsewhere.

    A background job's progress goes to its folder instead, once a second.
    """

    def __init__(self, run: Path | None) -> None:
        self._live, self._last, self._run = sys.stderr.isatty() and run is None, 0.0, run

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            print(file=sys.stderr)

    def show(self, progress: engine.Progress, event: str = "progress") -> None:
        now, last = time.monotonic(), event != "progress"
        if not last and now - self._last < (0.2 if self._live else 1 if self._run else 10):
            return
        self._last = now
        if self._run:
            facts = {
                "event": event,
                "time": time.time(),
                "rate": progress.rate,
                "eta_s": progress.eta_s,
            }
            facts |= {
                name: getattr(progress, name)
                for name in ("total", "done", "measured", "reused", "failed")
            }
            with open(self._run / "progress.jsonl", "a") as out:
                out.write(json.dumps(facts) + "\n")
            return
        eta = "" if progress.eta_s is None or last else f", {_clock(progress.eta_s)} left"
        failed = f", {progress.failed} failed" if progress.failed else ""
        text = (
            f"{progress.done:,} of {progress.total:,} ({progress.done / progress.total:.0%}), "
            f"{progress.rate:.1f} a second{failed}{eta}"
        )
        print(
            f"\r\033[K{text}" if self._live else text,
            end="" if self._live else "\n",
            file=sys.stderr,
            flush=True,
        )


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
