"""`python -m core train joint`: the transforms of a photo coder and its neural entropy model."""

from typing import Annotated

import typer

from core.cli.progress import training
from core.cli.training.options import Average, Branch, Data, Resume, Run
from core.errors import ModelError, SettingError


def joint(
    data: Data,
    run: Run,
    model: Annotated[
        str, typer.Option(help="Stored model with a neural entropy model, to start from.")
    ] = "bls2017-neural",
    steps: Annotated[int, typer.Option(min=1, help="Steps in all, over every resume.")] = 30_000,
    decay: Annotated[
        int, typer.Option(min=0, help="Last steps, in which the learning rate falls to zero.")
    ] = 6_000,
    lr: Annotated[float, typer.Option(min=0, help="Peak learning rate.")] = 3e-4,
    patch: Annotated[
        int, typer.Option(min=32, help="Side of a training patch; a multiple of 16.")
    ] = 128,
    batch: Annotated[int, typer.Option(min=1, help="Patches a step.")] = 8,
    seed: Annotated[int, typer.Option(help="Seed of patches and noise.")] = 0,
    average: Average = 0.999,
    resume: Resume = False,
    branch: Branch = None,
) -> None:
    """Train the transforms of a photo coder together with its neural entropy model."""
    if patch % 16:
        raise SettingError(f"--patch {patch}: it must be a multiple of 16.")
    from core.learned.photos.neural.joint_run import JointOptions, train_joint

    options = JointOptions(data, run, model, steps, decay, lr, patch, batch, seed, average)
    with training(run):
        result = train_joint(options, resume, branch)
    if result.event == "failed":
        raise ModelError(result.message)
    print(f"{result.event} at step {result.step}.")
