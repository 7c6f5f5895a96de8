"""`python -m core train entropy`: the neural entropy model of a stored photo coder."""

from typing import Annotated

import typer

from core.cli.training.options import Average, Branch, Data, Resume, Run
from core.errors import ModelError


def entropy(
    data: Data,
    run: Run,
    model: Annotated[
        str, typer.Option(help="Stored model whose latents it learns to predict.")
    ] = "bls2017-multirate",
    steps: Annotated[int, typer.Option(min=1, help="Steps in all, over every resume.")] = 20_000,
    decay: Annotated[
        int, typer.Option(min=0, help="Last steps, in which the learning rate falls to zero.")
    ] = 10_000,
    lr: Annotated[float, typer.Option(min=0, help="Peak learning rate.")] = 1e-3,
    seed: Annotated[int, typer.Option(help="Seed of weights and positions.")] = 0,
    average: Average = 0.999,
    init: Annotated[
        bool, typer.Option("--init", help="Start from the network that the model has.")
    ] = False,
    resume: Resume = False,
    branch: Branch = None,
) -> None:
    """Train the neural entropy model on the latents of a stored photo coder."""
    from core.learned.photos.neural.run import NetworkOptions, train_neural

    options = NetworkOptions(data, run, model, steps, decay, lr, seed, average, init)
    result = train_neural(options, resume, branch)
    if result.event == "failed":
        raise ModelError(result.message)
    print(f"{result.event} at step {result.step}.")
