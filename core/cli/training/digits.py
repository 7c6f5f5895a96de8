"""`python -m core train mnist` and `train vae`: the models of MNIST digits."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core import jobs
from core.cli.output import show
from core.cli.progress import training
from core.cli.training.options import Resume
from core.errors import ModelError
from core.store.modelfile import check_name

if TYPE_CHECKING:  # it imports TensorFlow
    from core.learned.training.loop import Result

Folder = Annotated[
    Path | None,
    typer.Option("--run", help="Run folder for checkpoint and progress; default: .runs/NAME."),
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace a stored model of this name.")]


def mnist(
    lmbda: Annotated[float, typer.Option(help="λ in rate + λ · distortion.")] = 2000,
    epochs: Annotated[float, typer.Option(help="Passes over the 60,000 digits.")] = 15,
    metric: Annotated[str, typer.Option(help="Distortion: mae, mse or ssim (1 − SSIM).")] = "mae",
    latent_dims: Annotated[int, typer.Option(help="Dimensions of the latent space.")] = 50,
    batch: Annotated[int, typer.Option(help="Digits a step.")] = 128,
    lr: Annotated[float, typer.Option(help="Peak learning rate.")] = 1e-3,
    hard: Annotated[
        float,
        typer.Option(help="Share of the steps, at the end, that decode truly rounded latents."),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of weights, batches and noise.")] = 0,
    init: Annotated[str, typer.Option(help="Stored model to start from.")] = "",
    name: Annotated[str, typer.Option(help="Name in the store; default: mnist-λ.")] = "",
    run: Folder = None,
    resume: Resume = False,
    replace: Replace = False,
) -> None:
    """Train the transform coder of TensorFlow's tutorial on MNIST and store it."""
    name = check_name(name or f"mnist-{lmbda:g}")
    from core.learned.digits import train as mnist_training

    config = mnist_training.DigitTraining(
        lmbda=lmbda,
        epochs=epochs,
        metric=metric,
        latent_dims=latent_dims,
        batch=batch,
        lr=lr,
        hard=hard,
        seed=seed,
        init=init,
    )
    folder = run or jobs.root() / name
    with training(folder):
        result, card = mnist_training.run(config, name, folder, resume, replace)
    _report(name, result, card)


def vae(
    epochs: Annotated[float, typer.Option(help="Passes over the 60,000 digits.")] = 15,
    latent_dims: Annotated[int, typer.Option(help="Dimensions of the latent space.")] = 10,
    batch: Annotated[int, typer.Option(help="Digits a step.")] = 128,
    lr: Annotated[float, typer.Option(help="Peak learning rate.")] = 1e-3,
    seed: Annotated[int, typer.Option(help="Seed of weights, batches and noise.")] = 0,
    name: Annotated[str, typer.Option(help="Name in the store.")] = "mnist-vae",
    run: Folder = None,
    resume: Resume = False,
    replace: Replace = False,
) -> None:
    """Train a variational autoencoder on MNIST and store it."""
    check_name(name)
    from core.learned.digits import vae_train as vae_training

    config = vae_training.VaeTraining(
        epochs=epochs, latent_dims=latent_dims, batch=batch, lr=lr, seed=seed
    )
    folder = run or jobs.root() / name
    with training(folder):
        result, card = vae_training.run(config, name, folder, resume, replace)
    _report(name, result, card)


def _report(name: str, result: "Result", card: Mapping[str, Any] | None) -> None:
    """Prints the figures of a stored model, or how the run ended without one."""
    if result.event == "failed":
        raise ModelError(result.message)
    if card is None:
        print(f"Stopped at step {result.step}; go on with --resume.")
        return
    figures = {key: value for key, value in card["figures"].items() if isinstance(value, float)}
    show({"stored": name, **figures}, as_json=False)
