"""One run of joint training: a stored model with a neural entropy coder → task → loop."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.photos import load_photos
from core.errors import ModelError
from core.learned.photos.card import photo_card
from core.learned.photos.config import parameter_shapes
from core.learned.photos.entropy.neural_tensors import has_neural
from core.learned.photos.neural.joint import ENTROPY, JointTask
from core.learned.photos.neural.restore import restored
from core.learned.photos.training import record
from core.learned.photos.training.run import plan_of
from core.learned.photos.training.warm_start import WarmStart
from core.learned.training.loop import Result, train
from core.store import zoo


@dataclass(frozen=True)
class JointOptions:
    """What a person chooses; see `python -m core train joint --help`."""

    data: Path
    run: Path
    model: str
    steps: int
    decay: int
    lr: float
    patch: int = 128
    batch: int = 8
    seed: int = 0
    average: float = 0.999


def train_joint(options: JointOptions, resume: bool = False, branch: Path | None = None) -> Result:
    """Run the training that `options` describe; `branch` names another run folder: see `train`.

    Raises ModelError where the model is missing or has no neural entropy coder, DataError where
    there are no photographs.
    """
    stored = zoo.load(options.model, "bls2017")
    if not has_neural(stored.tensors):
        raise ModelError(f"Model {options.model!r} has no neural entropy coder to train with.")
    start = WarmStart.of_model(options.model)
    parent = options.run if resume and is_joint_run(options.run) else branch
    if parent and not is_joint_run(parent):
        raise ModelError(f"{parent} is no run folder of joint training.")
    earlier: dict[str, Any] = record.read(parent) if parent else {}
    network, order, sigma = restored(stored.tensors)
    origin = photo_card(stored.card).get("entropy_model", {})
    if earlier:
        order = np.array(earlier["network"]["order"])
        sigma = np.array(earlier["network"]["sigma"], np.float32)
        origin = earlier["network"].get("before", {})
    weights = {name: stored.tensors[name] for name in parameter_shapes(start.config)}
    weights |= {ENTROPY + name: value for name, value in network.items()}
    photos = load_photos(options.data, options.run.parent / "cache")
    task = JointTask(
        start.config, photos, weights, order, sigma, options.patch, options.batch, options.seed
    )
    options.run.mkdir(parents=True, exist_ok=True)
    record.write(
        options.run,
        start.config,
        record.chosen(options),
        options.data,
        earlier.get("sessions", start.sessions),
        earlier.get("before", start.before),
        {"order": order.tolist(), "sigma": sigma.tolist(), "before": origin},
    )
    record.share_history(options.run, branch)
    return train(task, plan_of(options), options.run, resume, branch)


def is_joint_run(run: Path) -> bool:
    """Whether a run folder is one of joint training."""
    try:
        return "network" in record.read(run)
    except ModelError:
        return False
