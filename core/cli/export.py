"""`encode` on a folder: every picture as a file, resumably, on all cores or on a Dask cluster."""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import metrics
from core.cli.files import write
from core.cli.progress import SweepProgress
from core.codecs import registry
from core.compute import limits
from core.decide import decision as decisions
from core.decide.question import ask
from core.decide.work import Ended, Hooks
from core.errors import DataError
from core.export import manifest, task
from core.export import markup as html
from core.export.bundle import bundle
from core.export.order import MEASURES, Known, Order
from core.export.run import Exported, cost
from core.export.run import export as carry_out
from core.sweep import pools, sources
from core.sweep.journal import Journal
from core.sweep.run import Progress
from core.sweep.sources import Item

__all__ = ["MEASURES", "How", "export"]

JOURNAL = ".export.journal"


@dataclass(frozen=True)
class How:
    """The options of `encode` that concern folders."""

    codecs: str
    setting: float | None
    quality: tuple[str, float] | None
    one_setting: bool
    share: float
    decision: Path | None
    measures: str
    keep_exif: bool
    markup: bool
    archive: bool
    workers: int | None
    dask: str | None
    resume: bool
    run: Path | None


def export(source: Path, folder: Path, how: How) -> dict[str, Any]:
    """Exports the pictures of `source` below `folder`; returns what to print."""
    order = _order(how)
    if _is_finished(folder, how.resume):
        told = manifest.read(folder)
        return {"output": str(folder), "complete": True, **_summary(told)}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rdx-export-") as unpacked:
        items = _outside(sources.items([source], Path(unpacked)), folder)
        exported = _run(items, order, folder, how)
    if exported is None:
        print("Stopped; the files that are there are kept. Go on with --resume.", file=sys.stderr)
        return {"output": str(folder), "complete": False}
    told = manifest.build(exported)
    extra = [manifest.JSON, manifest.CSV]
    if how.markup:
        write(folder / html.FILE, html.pictures(exported.records).encode())
        extra.append(html.FILE)
    manifest.write(folder, told)
    if how.archive:
        names = [record["file"] for record in exported.records if "file" in record]
        bundle(folder, [*extra, *names], folder.parent, folder.name)
    (folder / JOURNAL).unlink(missing_ok=True)
    _say_failures(exported)
    return {"output": str(folder), "complete": True, **_summary(told)}


def _order(how: How) -> Order:
    """The order that the options stand for. Raises SettingError, DataError."""
    codecs = tuple(dict.fromkeys(name.strip() for name in how.codecs.split(",") if name.strip()))
    names = metrics.names_of(how.measures)
    settings: dict[str, float] = {}
    known: Known = {}
    target, measure, share = None, "ssimulacra2", how.share
    one = how.one_setting
    if how.decision is not None:
        decision = decisions.read(how.decision)
        measure, target = decision.question.measure, decision.question.target
        share = decision.question.share
        known = {(tried.image, tried.codec): tried for tried in decision.tried}
        settings = {name: value for name, value in decision.common.items() if value is not None}
    elif how.quality is not None:
        asked = ask(*how.quality, codecs, codecs[0] if codecs else "jpeg", share)
        measure, target = asked.measure, asked.target
    elif how.setting is not None:
        settings = dict.fromkeys(codecs, how.setting)
        one = True
    else:
        settings = {name: registry.get(name).setting.default for name in codecs}
        one = True
    return Order(
        codecs=codecs,
        measure=measure,
        target=target,
        mode="one" if one else "each",
        share=share,
        settings={name: settings[name] for name in codecs if name in settings and one},
        names=names,
        keep_exif=how.keep_exif,
        known=known,
    )


def _is_finished(folder: Path, resume: bool) -> bool:
    """Whether the export is complete already. Raises DataError where it would be overwritten."""
    if folder.exists() and not folder.is_dir():
        raise DataError(f"{folder} is a file; name a folder for the pictures.")
    complete = (folder / manifest.JSON).exists()
    if resume:
        return complete and not (folder / JOURNAL).exists()
    if complete or (folder / JOURNAL).exists():
        raise DataError(
            f"{folder} holds an export already. --resume goes on with one that was stopped; "
            "otherwise name another folder."
        )
    return False


def _outside(items: Sequence[Item], folder: Path) -> list[Item]:
    """The pictures but for those that the export itself has written."""
    inside = folder.resolve()
    found = [item for item in items if not Path(item.path).resolve().is_relative_to(inside)]
    if not found:
        raise DataError("There is no picture outside of the folder to write into.")
    return found


def _run(items: Sequence[Item], order: Order, folder: Path, how: How) -> Exported | None:
    """Makes all files; None where it was cancelled."""
    _check_free(items, order, folder)
    progress = Progress(cost(order, len(items)))
    with (
        Journal(folder / JOURNAL) as journal,
        SweepProgress(how.run) as display,
        pools.pool(how.workers, how.dask, task.perform, limits.unit_seconds) as pool,
    ):
        hooks = Hooks(
            watch=display.show,
            cancelled=lambda: how.run is not None and (how.run / "cancel").exists(),
        )
        try:
            exported = carry_out(items, order, folder, journal, pool, progress, hooks)
        except Ended:
            display.show(progress, "cancelled")
            return None
        display.show(progress, "done")
    return exported


def _check_free(items: Sequence[Item], order: Order, folder: Path) -> None:
    """Raises DataError where a file of somebody else has the name of one that will be written."""
    from core.export.names import output_names

    if (folder / JOURNAL).exists():
        return
    for name in output_names([item.name for item in items], order.codecs).values():
        if (folder / name).exists():
            raise DataError(f"{folder / name} is there already; name another folder.")


def _summary(told: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for codec, facts in told["summary"].items():
        prefix = f"{codec}_" if len(told["summary"]) > 1 else ""
        found |= {f"{prefix}{name}": value for name, value in facts.items()}
    return found


def _say_failures(exported: Exported) -> None:
    for record in exported.records:
        if record["error"]:
            print(
                f"failed: {record['image']} {record['codec']}: {record['error']}", file=sys.stderr
            )
    for codec in exported.order.codecs:
        short = [r for r in exported.of(codec) if r.get("reached") is False]
        if short and exported.order.mode == "each":
            title = registry.get(codec).info.title
            first = short[0]["image"]
            print(
                f"{title} cannot reach the quality on {len(short)} pictures, {first} the first; "
                "they have its best file.",
                file=sys.stderr,
            )
