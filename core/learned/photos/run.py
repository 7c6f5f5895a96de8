"""One training run of the photo coder: options → configuration, data, task, loop.

All of it is recorded in the run folder.
"""

import csv
import json
import os
import shutil
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.photos import load_photos
from core.errors import ModelError, SettingError
from core.learned.photos.card import photo_card
from core.learned.photos.family import PHOTOS
from core.learned.photos.model import PhotoConfig, of_one_level, parameter_shapes
from core.learned.photos.task import PhotoTask
from core.learned.training.checkpoint import read_checkpoint
from core.learned.training.loop import PROGRESS, Result, train
from core.learned.training.task import Plan
from core.store import zoo
from core.store.provenance import provenance

# About 0.1 to 2 bpp on Kodak.
LMBDAS = tuple(float(f"{v:.4g}") for v in np.geomspace(0.0008, 0.16, 12))
MS_SSIM_LMBDAS = tuple(float(f"{v:.4g}") for v in np.geomspace(2, 400, 12))
RECORD = "run.json"


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


@dataclass(frozen=True)
class Start:
    """A trained model that another training starts from.

    `before`: its `steps`, `training_seconds` and `validation` lines, from which the new training
    counts on; empty where the new one counts from zero.
    """

    origin: str
    config: PhotoConfig
    weights: dict[str, np.ndarray]
    sessions: list[dict[str, Any]]
    before: dict[str, Any]

    @classmethod
    def of_run(cls, run: Path) -> "Start":
        """The averaged weights of a run folder. Raises ModelError where there are none."""
        weights, _ = read_checkpoint(run)
        record = read_record(run)
        config = PhotoConfig.from_json(record["config"])
        return cls(str(run), config, weights, record["sessions"], before={})

    @classmethod
    def of_model(cls, name: str) -> "Start":
        """The weights of a stored model.

        Raises ModelError where it is missing, damaged, or of another family.
        """
        stored = zoo.load(name, "bls2017")
        card = photo_card(stored.card)
        before = {
            "steps": card.get("steps", 0),
            "training_seconds": card.get("training_seconds", 0),
            "validation": card.get("validation", []),
        }
        config = PhotoConfig.from_json(card["config"])
        sessions = card.get("sessions", [])
        return cls(f"Model {name!r}", config, stored.tensors, sessions, before)


def train_photos(
    options: Options, resume: bool = False, branch: Path | None = None, start: Start | None = None
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
    resumes = resume and (options.run / RECORD).exists()
    parent = options.run if resumes else branch
    sessions: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    if parent:
        record = read_record(parent)
        sessions = record["sessions"]
        before = record.get("before", {})
    elif start:
        sessions = start.sessions
        before = start.before
    progress = options.run / PROGRESS
    if branch and not progress.exists() and (branch / PROGRESS).exists():
        # The history of the part that both have in common.
        shutil.copy(branch / PROGRESS, progress)
    _record(options, config, sessions, before)
    plan = Plan(
        options.steps,
        options.lr,
        options.seed,
        warmup=300,
        decay=options.decay,
        clip=5.0,
        average=options.average,
    )
    return train(task, plan, options.run, resume, branch)


def _record(
    options: Options,
    config: PhotoConfig,
    sessions: list[dict[str, Any]],
    before: dict[str, Any],
) -> None:
    """Write `run.json`.

    It says what is trained, every command that had a part in it, and what a `Start` brought along.
    """
    # Folders are of this machine alone.
    chosen = {name: value for name, value in asdict(options).items() if not isinstance(value, Path)}
    record = {
        "config": config.to_json(),
        "options": chosen,
        "data": describe_data(options.data),
        "sessions": [*sessions, provenance()],
        "before": before,
    }
    part = options.run / (RECORD + ".part")
    part.write_text(json.dumps(record, indent=1))
    os.replace(part, options.run / RECORD)


def describe_data(folder: Path) -> dict[str, Any]:
    """A training folder's name, and its number of pictures by source and by licence.

    The numbers come from its MANIFEST.csv; without one there is just the name.
    """
    out: dict[str, Any] = {"folder": folder.resolve().name}
    manifest = folder / "MANIFEST.csv"
    if manifest.exists():
        with manifest.open(newline="") as file:
            rows = list(csv.DictReader(file))
        out["pictures"] = len(rows)
        for column in ("source", "licence"):
            counts = Counter(row.get(column, "unknown") for row in rows)
            out[column + "s"] = dict(counts.most_common())
    return out


def read_record(run: Path) -> dict[str, Any]:
    """What `run.json` of a run folder says: config, options, data, sessions, before.

    Raises ModelError where there is none.
    """
    try:
        return json.loads((run / RECORD).read_text())
    except (OSError, ValueError):
        raise ModelError(
            f"{run} is no run folder of the photo coder: it has no readable {RECORD}."
        ) from None


def warm_weights(
    start: Start, config: PhotoConfig, fresh: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Weights for `config` from a trained model: each level takes those of the nearest λ.

    Where `config` has more filters or latents, the further channels stay as in `fresh`. Raises
    ModelError where it has fewer, or another activation.
    """
    other = start.config
    smaller = any(mine < theirs for mine, theirs in zip(config.widths, other.widths, strict=True))
    if smaller or other.activation != config.activation or other.colours != config.colours:
        found = f"{other.widths}, {other.activation}"
        wanted = f"{config.widths}, {config.activation}"
        raise ModelError(
            f"{start.origin}: its transforms are {found}; they do not fit into {wanted}."
        )
    nearest = []
    for lmbda in config.lmbda:
        distance = np.abs(np.log(np.array(other.lmbda) / lmbda))
        nearest.append(int(np.argmin(distance)))
    weights = {}
    for name, value in fresh.items():
        known = start.weights[name]
        if of_one_level(name):
            known = known[nearest]
        weights[name] = value.copy()
        corner = tuple(slice(size) for size in known.shape)
        weights[name][corner] = known
    return weights
