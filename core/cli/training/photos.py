"""`python -m core train bls2017`, `store` and `evaluate`: the model of photographs."""

from pathlib import Path
from typing import Annotated

import typer

from core.cli.output import Json, show
from core.cli.progress import training
from core.cli.training.options import Average, Branch, Data, Resume, Run
from core.errors import ModelError, SettingError
from core.store import zoo

OtherRun = "Start from the weights of this run folder's model, which may have other levels."
Stored = (
    "Start from the weights of this stored model, which may have other levels, "
    "and go on counting its steps."
)


def bls2017(
    data: Data,
    run: Run,
    steps: Annotated[int, typer.Option(min=1, help="Steps in all, over every resume.")] = 100_000,
    decay: Annotated[
        int, typer.Option(min=0, help="Last steps, in which the learning rate falls to zero.")
    ] = 20_000,
    lr: Annotated[float, typer.Option(min=0, help="Peak learning rate.")] = 5e-4,
    lmbda: Annotated[
        float | None,
        typer.Option(help="One fixed λ in bpp + λ·D instead of the multi-rate levels."),
    ] = None,
    filters: Annotated[int, typer.Option(min=8, help="Channels inside the transforms.")] = 128,
    latents: Annotated[int, typer.Option(min=8, help="Channels of the latents.")] = 256,
    activation: Annotated[str, typer.Option(help="gdn or relu.")] = "gdn",
    metric: Annotated[str, typer.Option(help="Distortion: mse or ms-ssim (1 − MS-SSIM).")] = "mse",
    gray: Annotated[bool, typer.Option("--gray", help="A model of luma alone.")] = False,
    patch: Annotated[
        int, typer.Option(min=32, help="Side of a training patch; a multiple of 16.")
    ] = 128,
    batch: Annotated[int, typer.Option(min=1, help="Patches a step.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed of weights, patches and noise.")] = 0,
    average: Average = 0.999,
    hard: Annotated[
        float,
        typer.Option(help="Share of the steps, at the end, that decode truly rounded latents."),
    ] = 0.0,
    resume: Resume = False,
    branch: Branch = None,
    warm_start: Annotated[Path | None, typer.Option(help=OtherRun)] = None,
    init: Annotated[str, typer.Option(help=Stored)] = "",
    name: Annotated[
        str, typer.Option(help="Store the finished model under this name; else `train store` does.")
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a stored model of this name.")
    ] = False,
) -> None:
    """Train the photo coder of Ballé et al. 2017; without --lmbda one model of all rates."""
    if name:
        zoo.check_free(name, replace)
    from core.learned.photos.training.run import Options, check_storable, train_photos
    from core.learned.photos.training.warm_start import WarmStart

    if sum(map(bool, (branch, warm_start, init))) > 1:
        raise SettingError(
            "--branch, --warm-start and --init name three different starts: choose one."
        )

    options = Options(
        data,
        run,
        steps,
        decay,
        lr,
        lmbda,
        filters,
        latents,
        activation,
        metric,
        gray,
        patch,
        batch,
        seed,
        average,
        hard,
    )
    if name:
        check_storable(options.config())
    start = None
    if warm_start:
        start = WarmStart.of_run(warm_start)
    elif init:
        start = WarmStart.of_model(init)
    with training(run):
        result = train_photos(options, resume, branch, start)
    if result.event == "failed":
        raise ModelError(result.message)
    print(f"{result.event} at step {result.step}.")
    if name and result.event == "done":
        store(run, name, data, replace=replace)


def store(
    run: Annotated[Path, typer.Argument(help="Run folder of `train bls2017`.")],
    name: Annotated[str, typer.Argument(help="Name in the store.")],
    data: Annotated[
        Path,
        typer.Option(help="Folder of the training photographs, for the context coder's tables."),
    ],
    pictures: Annotated[
        Path | None, typer.Option(help="Folder of pictures to measure it on, for the card.")
    ] = None,
    note: Annotated[
        list[str] | None,
        typer.Option(help="Sentence for the card's log of what was tried; repeatable."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a stored model of this name.")
    ] = False,
) -> None:
    """Store the averaged weights of a run of a photo coder, of its entropy model or of both,
    finished or not, as a model.
    """
    from core.learned.photos.neural.joint_run import is_joint_run
    from core.learned.photos.neural.publish import store_joint_run, store_neural_run
    from core.learned.photos.neural.run import is_neural_run
    from core.learned.photos.training.publish import store_run

    notes = note or ()
    if is_neural_run(run):
        card = store_neural_run(run, name, data, pictures, notes, replace)
    elif is_joint_run(run):
        card = store_joint_run(run, name, data, pictures, notes, replace)
    else:
        card = store_run(run, name, data, pictures, notes, replace)
    show({"stored": name, "steps": card["steps"], "bytes": card["weights_bytes"]}, as_json=False)


def evaluate(
    name: Annotated[str, typer.Argument(help="Stored model of the family bls2017.")],
    pictures: Annotated[Path, typer.Argument(help="Folder of pictures.")],
    rounded: Annotated[
        bool, typer.Option("--rounded", help="Of latents that are just rounded, not searched.")
    ] = False,
    card: Annotated[
        bool, typer.Option("--card", help="Write the figures into the model's card.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Real and estimated rate and quality of a stored photo coder on a folder, per level."""
    if rounded and card:
        raise SettingError(
            "A card has the figures of searched latents: choose --rounded or --card."
        )
    from core.learned.photos.card import photo_card
    from core.learned.photos.coder import PhotoCoder
    from core.learned.photos.config import PhotoConfig
    from core.learned.photos.training import figures

    stored = zoo.load(name, "bls2017")
    config = PhotoConfig.from_json(photo_card(stored.card)["config"])
    coder = PhotoCoder(config, stored.tensors)
    if card:
        found = figures.figures(coder, pictures)
        zoo.amend(name, {"figures": found})
        rows = found["levels"]
    else:
        rows = figures.evaluate(coder, pictures, search=not rounded)
    if as_json:
        show({"model": name, "pictures": pictures.name, "levels": rows}, as_json=True)
        return
    for row in rows:
        print("  ".join(f"{key} {value:.6g}" for key, value in row.items()))
