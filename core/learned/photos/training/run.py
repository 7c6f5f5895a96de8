"""One training run of the photo coder: options → configuration, data, task, loop.

All of it is recorded in the run folder.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.photos import load_photos
from core.errors import SettingError
from core.learned.photos.config import PhotoConfig, parameter_shapes
from core.learned.photos.family import PHOTOS
from core.learned.photos.training import record
from core.learned.photos.training.task import PhotoTask
from core.learned.photos.training.warm_start import WarmStart, warm_weights
from core.learned.training.loop import Result, train
from core.learned.training.task import Plan, Schedule

# About 0.1 to 2 bpp on Kodak.
LMBDAS = tuple(float(f"{v:.4g}") for v in np.geomspace(0.0008, 0.16, 12))
MS_SSIM_LMBDAS = tuple(float(f"{v:.4g}") for v in np.geomspace(2, 400, 12))


@dataclass(frozen=True)
class Options:
    """What a person chooses; see `python -m core train bls2017 --help`."""

    data: Path
    run: Path
    steps: int
    decay: int
    lr: float
    lmbda: float | None
    filters: int
    latents: int
    activation: str
    metric: str
    gray: bool
    patch: int
    batch: int
    seed: int
    average: float = 0.999
    hard: float = 0.0

    def config(self) -> PhotoConfig:
        """Raises SettingError for a choice that does not exist."""
        if self.activation not in ("gdn", "relu"):
            raise SettingError(f"--activation {self.activation}: choose gdn or relu.")
        if self.metric not in ("mse", "ms-ssim"):
            raise SettingError(f"--metric {self.metric}: choose mse or ms-ssim.")
        if not 0 <= self.hard <= 1:
            raise SettingError(f"--hard {self.hard:g}: it is a share, from 0 to 1.")
        if self.patch % 16:
            raise SettingError(f"--patch {self.patch}: it must be a multiple of 16.")
        if self.metric == "ms-ssim" and self.patch < 96:
            raise SettingError(
                f"--patch {self.patch}: MS-SSIM needs patches of at least 96 pixels."
            )
        many = LMBDAS if self.metric == "mse" else MS_SSIM_LMBDAS
        lmbda = many if self.lmbda is None else (self.lmbda,)
        return PhotoConfig(
            lmbda, self.filters, self.latents, 1 if self.gray else 3, self.activation, self.metric
        )


def check_storable(config: PhotoConfig) -> None:
    """Raise SettingError where the weights alone are more than the store takes.

    It would refuse the model, but only after its training.
    """
    numbers = sum(int(np.prod(shape)) for shape in parameter_shapes(config).values())
    size = 2 * numbers  # stored as float16
    most = PHOTOS.max_weights
    if size > most:
        raise SettingError(
            f"This model's weights need {size / 1e6:.1f} MB and the store takes {most / 1e6:g} MB: "
            "choose fewer filters or latents."
        )


def train_photos(
    options: Options,
    resume: bool = False,
    branch: Path | None = None,
    start: WarmStart | None = None,
) -> Result:
    """Run the training that `options` describe.

    `branch` names another run folder, from which `training.loop.train` goes on; `start` is a model
    whose weights this one begins with (`warm_weights`).
    """
    config = options.config()
    photos = load_photos(options.data, options.run.parent / "cache")
    first_hard = round((1 - options.hard) * options.steps) if options.hard else None
    task = PhotoTask(config, photos, options.patch, options.batch, options.seed, first_hard)
    if start:
        fresh = {name: variable.numpy() for name, variable in task.variables.items()}
        for name, value in warm_weights(start, config, fresh).items():
            task.variables[name].assign(value)
    options.run.mkdir(parents=True, exist_ok=True)
    resumes = resume and (options.run / record.RECORD).exists()
    parent = options.run if resumes else branch
    sessions: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    if parent:
        earlier = record.read(parent)
        sessions = earlier["sessions"]
        before = earlier.get("before", {})
    elif start:
        sessions = start.sessions
        before = start.before
    record.share_history(options.run, branch)
    record.write(options.run, config, record.chosen(options), options.data, sessions, before)
    return train(task, plan_of(options), options.run, resume, branch)


def plan_of(options: Schedule) -> Plan:
    """The plan of a run in which transforms learn."""
    return Plan.of(options, warmup=300, clip=5.0)
