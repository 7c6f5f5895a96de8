"""One training run of the photo coder: options → configuration, data, task, loop; all recorded in the run folder."""

import csv
import json
import os
import shutil
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.datasets.photos import load_photos
from core.errors import ModelError, SettingError
from core.learned.photos.family import PHOTOS
from core.learned.photos.model import PhotoConfig, of_one_level, parameter_shapes
from core.learned.photos.task import PhotoTask
from core.learned.training.checkpoint import read_checkpoint
from core.learned.training.loop import PROGRESS, Plan, Result, train
from core.store import zoo
from core.store.provenance import provenance

LMBDAS = tuple(
    float(f"{v:.4g}") for v in np.geomspace(0.0008, 0.16, 12)
)  # about 0.1 to 2 bpp on Kodak
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
    """Raise SettingError for a model that the store would refuse after its training: its weights alone are too large."""
    size = 2 * sum(
        int(np.prod(shape)) for shape in parameter_shapes(config).values()
    )  # stored as float16
    if size > PHOTOS.max_weights:
        raise SettingError(
            f"This model's weights need {size / 1e6:.1f} MB and the store takes {PHOTOS.max_weights / 1e6:g} MB: choose "
            "fewer filters or latents."
        )


@dataclass(frozen=True)
class Start:
    """A trained model that another training starts from. `before`: its `steps`, `training_seconds` and `validation` lines,
    which the new training counts on from; empty where the new one counts from nothing."""

    origin: str
    config: PhotoConfig
    weights: dict[str, np.ndarray]
    sessions: list[dict]
    before: dict

    @classmethod
    def of_run(cls, run: Path) -> "Start":
        """The averaged weights of a run folder. Raises ModelError where there are none."""
        weights, _ = read_checkpoint(run)
        record = read_record(run)
        return cls(
            str(run), PhotoConfig.from_json(record["config"]), weights, record["sessions"], {}
        )

    @classmethod
    def of_model(cls, name: str) -> "Start":
        """The weights of a stored model. Raises ModelError where it is missing, damaged, or of another family."""
        stored = zoo.load(name, "bls2017")
        before = {
            key: stored.card.get(key, empty)
            for key, empty in (("steps", 0), ("training_seconds", 0), ("validation", []))
        }
        config = PhotoConfig.from_json(stored.card["config"])
        return cls(
            f"Model {name!r}", config, stored.tensors, stored.card.get("sessions", []), before
        )


def train_photos(
    options: Options, resume: bool = False, branch: Path | None = None, start: Start | None = None
) -> Result:
    """Run the training that `options` describe. `branch` names another run folder: see `train`; `start`: see `warm_weights`."""
    config = options.config()
    photos = load_photos(options.data, options.run.parent / "cache")
    first_hard = round((1 - options.hard) * options.steps) if options.hard else None
    task = PhotoTask(config, photos, options.patch, options.batch, options.seed, first_hard)
    if start:
        fresh = {name: variable.numpy() for name, variable in task.variables.items()}
        for name, value in warm_weights(start, config, fresh).items():
            task.variables[name].assign(value)
    options.run.mkdir(parents=True, exist_ok=True)
    if parent := options.run if resume and (options.run / RECORD).exists() else branch:
        record = read_record(parent)
        sessions, before = record["sessions"], record.get("before", {})
    else:
        sessions, before = (start.sessions, start.before) if start else ([], {})
    if branch and not (options.run / PROGRESS).exists() and (branch / PROGRESS).exists():
        shutil.copy(branch / PROGRESS, options.run / PROGRESS)  # the history of the common part
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


def _record(options: Options, config: PhotoConfig, sessions: list[dict], before: dict) -> None:
    """Write `run.json`: what is trained, every command that had a part in it, and what a `Start` brought along."""
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


def describe_data(folder: Path) -> dict:
    """Name of a training folder, and how many pictures of which source and licence, where a MANIFEST.csv says so."""
    out = {"folder": folder.resolve().name}
    manifest = folder / "MANIFEST.csv"
    if manifest.exists():
        with manifest.open(newline="") as file:
            rows = list(csv.DictReader(file))
        out["pictures"] = len(rows)
        for column in ("source", "licence"):
            out[column + "s"] = dict(
                Counter(row.get(column, "unknown") for row in rows).most_common()
            )
    return out


def read_record(run: Path) -> dict:
    """What `run.json` of a run folder says: config, options, data, sessions. Raises ModelError where there is none."""
    try:
        return json.loads((run / RECORD).read_text())
    except (OSError, ValueError):
        raise ModelError(
            f"{run} is no run folder of the photo coder: it has no readable {RECORD}."
        ) from None


def warm_weights(
    start: Start, config: PhotoConfig, fresh: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Weights for `config` from a trained model: each level takes the gains and priors of the nearest λ.

    Where `config` has more filters or latents, the further channels stay as in `fresh`. Raises ModelError where it has
    fewer, or another activation.
    """
    other = start.config
    smaller = any(mine < theirs for mine, theirs in zip(config.widths, other.widths, strict=True))
    if smaller or other.activation != config.activation or other.colours != config.colours:
        found, wanted = (
            f"{other.widths}, {other.activation}",
            f"{config.widths}, {config.activation}",
        )
        raise ModelError(
            f"{start.origin}: its transforms are {found}; they do not fit into {wanted}."
        )
    nearest = [
        int(np.argmin(np.abs(np.log(np.array(other.lmbda) / lmbda)))) for lmbda in config.lmbda
    ]
    out = {}
    for name, value in fresh.items():
        known = start.weights[name]
        if of_one_level(name):
            known = known[nearest]
        out[name] = value.copy()
        out[name][tuple(slice(size) for size in known.shape)] = known
    return out
