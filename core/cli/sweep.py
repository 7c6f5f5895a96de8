"""`python -m core sweep`: measure codecs over a data set, resumably, on all cores or on a Dask
cluster.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from core import metrics, results
from core.cli.progress import SweepProgress
from core.codecs import command_codec, registry, tuning
from core.codecs.base import Codec
from core.errors import DataError, SettingError
from core.metrics import NAMES
from core.results import Record
from core.sweep import plan, pools, sources
from core.sweep import run as engine
from core.sweep.journal import Journal

SHOWN_FAILURES = 20


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
    tuned_for: Annotated[
        str | None,
        typer.Option(help="measure, psnr or eye: take JPEG and AVIF in the variant for it."),
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
    no_ssim: Annotated[bool, typer.Option("--no-ssim", help="Leave out SSIM and MS-SSIM.")] = False,
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
    names = metrics.names_of(measures)
    if tuned_for is not None:
        listed = (name.strip() for name in codecs.split(","))
        # The first of the measures is the one that picks the tuning.
        codecs = ",".join(tuning.variants(listed, tuned_for, names[0]))
    chosen = choose(codecs, codec_cmd or [])
    if no_ssim:
        names = tuple(name for name in names if name not in ("ssim", "ms_ssim"))
    earlier = list(reuse or [])
    if resume and output.exists():
        earlier.append(output)
    with tempfile.TemporaryDirectory(prefix="rdx-sweep-") as unpacked:
        items = sources.items(images, Path(unpacked))
        header = results.header(
            chosen.values(),
            sources=[_told(source) for source in images],
            images=len(items),
            measures=names,
            points=points,
        )
        progress = engine.Progress(plan.total(items, chosen.values(), points))
        with (
            _journal(output, resume) as journal,
            SweepProgress(run) as display,
            pools.pool(workers, dask) as pool,
        ):
            journal.begin(header)
            outcome = engine.run(
                plan.measurements(items, list(chosen.values()), points, names),
                chosen,
                journal,
                pool,
                progress,
                names,
                watch=display.show,
                cancelled=lambda: run is not None and (run / "cancel").exists(),
                known=_records(earlier),
            )
            display.show(progress, "done" if outcome.complete else "cancelled")
            if outcome.complete:
                _store(output, csv, header, outcome, journal)
            kept = len(journal)
    if outcome.complete:
        _report(output, outcome, progress)
    else:
        told = f"Stopped; {kept} measurements are kept. Go on with --resume."
        print(told, file=sys.stderr)


def _told(source: str) -> str:
    """How results name a source: a path by its last part, for they travel to other machines."""
    return os.path.basename(os.path.abspath(source)) if os.path.exists(source) else source


def _records(paths: list[Path]) -> dict[str, Record]:
    """The records in the results files `paths`, by the key of the coded file."""
    found: dict[str, Record] = {}
    for path in paths:
        for record in results.read(path).records:
            if isinstance(record.get("key"), str):
                found[record["key"]] = record
    return found


def _store(
    output: Path, csv: Path | None, header: Record, outcome: engine.Outcome, journal: Journal
) -> None:
    """Writes the results of a complete run, and removes its journal. Raises DataError when there is
    none.
    """
    if not len(journal):
        first = outcome.failures[0]["error"]
        raise DataError(f"Nothing could be measured; the first failure: {first}")
    results.write(output, header | {"failures": outcome.failures}, outcome.records(journal))
    if csv is not None:
        csv.write_text(results.to_csv(outcome.records(journal)))
    journal.path.unlink()


def _report(output: Path, outcome: engine.Outcome, progress: engine.Progress) -> None:
    """Says on stderr what failed, and how much was measured."""
    for failure in outcome.failures[:SHOWN_FAILURES]:
        place = (failure["image"], failure["codec"], failure["setting"])
        where = " ".join(str(part) for part in place if part is not None)
        print(f"failed: {where}: {failure['error']}", file=sys.stderr)
    seconds = time.monotonic() - progress.started
    print(
        f"{output}: {progress.measured + progress.reused} records "
        f"({progress.measured} measured, {progress.reused} taken over), "
        f"{progress.failed} failed, {seconds:.1f} s",
        file=sys.stderr,
    )


def choose(names: str, commands: list[str]) -> dict[str, Codec]:
    """The codecs called `names` (separated by commas), with those given by `--codec-cmd` among
    them. Raises SettingError.
    """
    own = {codec.name: codec for codec in map(command_codec.load, commands)}
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
            f"Starting over. The {len(journal)} measurements of an unfinished run are kept in "
            f"{kept.name}; --resume would have gone on with them.",
            file=sys.stderr,
        )
        os.replace(path, kept)
        journal.__exit__()
        journal = Journal(path)
    return journal
