"""`python -m core decide`: which codec and setting for a set of pictures."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from core.cli.output import Json
from core.cli.progress import SweepProgress, clock
from core.codecs import tuning
from core.compute import limits
from core.decide import decision as files
from core.decide import question, run, task
from core.decide.advice import Advice, advise, percent
from core.decide.answer import Answer, Choice, Mode
from core.decide.constraints import BROWSERS, Constraints, deployable
from core.decide.decision import Decision
from core.decide.forecast import forecast, speeds
from core.decide.question import Question
from core.decide.work import Ended, Hooks
from core.errors import DataError
from core.metrics import FORMS
from core.sweep import estimate, pools, sources
from core.sweep.journal import Journal
from core.sweep.run import Progress
from core.sweep.sources import Item


def decide(
    pictures: Annotated[
        list[str], typer.Argument(help="Image files, folders, zip archives, or tfds:NAME.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The decision's file (JSON).")],
    codecs: Annotated[
        str | None,
        typer.Option(
            "--codecs",
            "-c",
            help="Names, separated by commas; by default one for each format that can be read, "
            "tuned for the measure.",
        ),
    ] = None,
    ssimulacra2: Annotated[
        float | None, typer.Option(help="At least this SSIMULACRA 2; 80 where nothing is said.")
    ] = None,
    quality: Annotated[
        tuple[str, float] | None,
        typer.Option(
            metavar="MEASURE VALUE", help=f"At least this by another measure: {', '.join(FORMS)}."
        ),
    ] = None,
    share: Annotated[
        float, typer.Option(help="The share of pictures that one setting keeps above it.")
    ] = question.SHARE,
    baseline: Annotated[str, typer.Option(help="The codec that savings count against.")] = "jpeg",
    tuned_for: Annotated[
        str | None,
        typer.Option(help="measure, psnr or eye: take JPEG and AVIF in the variant for it."),
    ] = None,
    sample: Annotated[
        int | None, typer.Option(help="Measure so many pictures, drawn from all.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the drawing of the sample.")] = question.SEED,
    formats: Annotated[
        str | None,
        typer.Option(
            help="Suffixes that can be read, for instance .jpg,.webp; any, but without "
            "--codecs those of browsers."
        ),
    ] = None,
    encode_s: Annotated[
        float | None, typer.Option(help="Seconds a megapixel that encoding may take.")
    ] = None,
    decode_s: Annotated[
        float | None, typer.Option(help="Seconds a megapixel that decoding may take.")
    ] = None,
    per_picture: Annotated[
        bool, typer.Option("--per-picture", help="Recommend for a setting of each picture's own.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Worker processes; default: one a core; 0: none but this.")
    ] = None,
    dask: Annotated[str | None, typer.Option(help="Address of a Dask scheduler.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with a run that was stopped.")
    ] = False,
    job: Annotated[
        Path | None,
        typer.Option("--run", hidden=True, help="A job's folder: progress goes there."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Recommend a codec and a setting for your pictures, at a quality that they keep."""
    measure, value = quality or ("ssimulacra2", 80.0)
    if ssimulacra2 is not None:
        measure, value = "ssimulacra2", ssimulacra2
    readable = _suffixes(formats)
    if codecs is None:
        names = deployable(readable or BROWSERS, measure)
    else:
        names = [name.strip() for name in codecs.split(",") if name.strip()]
    if tuned_for is not None:
        names = tuning.variants(names, tuned_for, measure)
    asked = question.ask(measure, value, names, baseline, share)
    constraints = Constraints(readable, encode_s, decode_s)
    found = _measure(pictures, asked, output, sample, seed, workers, dask, resume, job)
    if found is None:
        print("Stopped. Go on with --resume.", file=sys.stderr)
        return
    mode: Mode = "each" if per_picture else "one"
    answer = Answer(found)
    told = advise(answer, mode, constraints)
    if as_json:
        print(json.dumps(_as_json(answer, told, mode), ensure_ascii=False))
    else:
        _print(answer, told)


def _suffixes(text: str | None) -> tuple[str, ...]:
    words = (text or "").replace(",", " ").split()
    return tuple(word if word.startswith(".") else f".{word}" for word in words)


def _measure(
    pictures: list[str],
    asked: Question,
    output: Path,
    count: int | None,
    seed: int,
    workers: int | None,
    dask: str | None,
    resume: bool,
    job: Path | None,
) -> Decision | None:
    """Measures, and writes the decision's file; None where it was cancelled."""
    if not output.parent.is_dir():
        raise DataError(f"There is no folder {output.parent} to write {output.name} into.")
    path = output.with_name(output.name + ".journal")
    if not resume:
        path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="rdx-decide-") as unpacked:
        items = sources.items(pictures, Path(unpacked))
        chosen = question.sample(items, count, seed)
        _announce(chosen, asked, workers, dask)
        progress = Progress(run.cost(len(chosen), len(asked.measured)))
        with (
            Journal(path) as journal,
            SweepProgress(job) as display,
            pools.pool(workers, dask, task.perform, limits.unit_seconds) as pool,
        ):
            hooks = Hooks(
                watch=display.show,
                cancelled=lambda: job is not None and (job / "cancel").exists(),
            )
            try:
                found = run.decide(chosen, asked, journal, pool, progress, hooks, len(items))
            except Ended:
                display.show(progress, "cancelled")
                return None
            files.write(output, found)
            display.show(progress, "done")
    path.unlink()
    return found


def _announce(chosen: list[Item], asked: Question, workers: int | None, dask: str | None) -> None:
    """Says on stderr how much there is to do, and about how long that takes."""
    pictures, codecs = len(chosen), len(asked.measured)
    ahead = f"{pictures:,} picture{'s' * (pictures != 1)} × {codecs} codec{'s' * (codecs != 1)}"
    ahead += f": about {run.cost(pictures, codecs):,} files"
    if dask is None:  # how fast a cluster is, only the cluster knows
        count = os.cpu_count() or 1 if workers is None else max(1, workers)
        mpx = estimate.megapixels(chosen) / pictures
        found = forecast(mpx, pictures, asked, speeds(asked.measured), count)
        parts = ", ".join(f"{name} {clock(seconds)}" for name, seconds in found.by_codec.items())
        ahead += f", in about {clock(found.seconds)} on {count} process{'es' * (count != 1)}"
        ahead += f" ({parts})"
    print(f"{ahead}.", file=sys.stderr, flush=True)


def _print(answer: Answer, told: Advice) -> None:
    decision = answer.decision
    q = decision.question
    print(told.sentence)
    for reason in told.reasons:
        print(f"  {reason}")
    for name, why in decision.unreadable.items():
        print(f"  Not read: {name}: {why}")
    print(f"\n{q.quality}, {len(answer.images)} pictures, {answer.now:,} bytes as they are")
    print(f"{'codec':<14}{'setting':>9}{'reach':>9}{'bytes':>13}  against now, and {q.baseline}")
    for choice in answer.choices.values():
        _print_choice(choice)


def _print_choice(choice: Choice) -> None:
    reached = f"{choice.reached}/{choice.count}"
    one = choice.one
    beyond = f"{choice.beyond:+.1f} %".replace("-", "−")
    print(
        f"{choice.codec:<14}{choice.setting:>9.4g}{reached:>9}{one.bytes:>13,}"
        f"  {percent(one.now)}; {percent(one.baseline)}"
    )
    print(
        f"{'':<14}each picture its own setting: {choice.each.bytes:,} bytes, "
        f"{beyond}; a file {one.files.low / 1e3:.1f} / {one.files.middle / 1e3:.1f} "
        f"/ {one.files.high / 1e3:.1f} kB (10th, 50th, 90th percentile); "
        f"{choice.encode_s:.2g} s to encode, {choice.decode_s:.2g} s to decode a megapixel"
    )


def _as_json(answer: Answer, told: Advice, mode: Mode) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "recommended": list(told.codecs),
        "sentence": told.sentence,
        "reasons": list(told.reasons),
        "mode": mode,
        "question": answer.decision.question.as_json(),
        "pictures": len(answer.images),
        "of": answer.decision.whole,
        "unreadable": answer.decision.unreadable,
        "now": answer.now,
        "codecs": {
            name: asdict(choice) | {"beyond": choice.beyond}
            for name, choice in answer.choices.items()
        },
    }
