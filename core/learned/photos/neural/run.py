"""One training run of the neural entropy model: a stored photo coder → latents of photographs →
task → loop.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.datasets.photos import load_photos
from core.errors import ModelError
from core.learned.photos.card import photo_card
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.config import PhotoConfig
from core.learned.photos.entropy.neural_tensors import has_neural
from core.learned.photos.neural.data import held_out_latents, training_sites
from core.learned.photos.neural.restore import restored
from core.learned.photos.neural.task import NeuralTask, Sites, channel_order, spreads
from core.learned.photos.training.record import chosen
from core.learned.training.loop import Result, train
from core.learned.training.task import Plan
from core.store import zoo
from core.store.modelfile import StoredModel
from core.store.provenance import provenance

RECORD = "run.json"


@dataclass(frozen=True)
class NetworkOptions:
    """What a person chooses; see `python -m core train entropy --help`."""

    data: Path
    run: Path
    model: str
    steps: int
    decay: int
    lr: float
    seed: int = 0
    average: float = 0.999
    init: bool = False


def train_neural(
    options: NetworkOptions, resume: bool = False, branch: Path | None = None
) -> Result:
    """Run the training that `options` describe; `branch` names another run folder: see `train`.

    Raises ModelError where the model is missing, or where it has no network to start from and
    `options.init` asks for it; DataError where there are no photographs.
    """
    stored = zoo.load(options.model, "bls2017")
    coder = PhotoCoder(PhotoConfig.from_json(photo_card(stored.card)["config"]), stored.tensors)
    photos = load_photos(options.data, options.run.parent / "cache")
    parent = options.run if resume and (options.run / RECORD).exists() else branch
    before = read_neural_record(parent) if parent else {}
    held_out = held_out_latents(coder, photos)
    weights, order, sigma = _start(stored, options.init)
    if before:
        order, sigma = np.array(before["order"]), np.array(before["sigma"], np.float32)
    elif order is None:
        order = channel_order(held_out[0])
    cache = latents_file(options.run, stored.card["weights_sha256"], order)
    training = training_sites(coder, photos, order, cache)
    if sigma is None:
        sigma = spreads(training, coder.config.levels)
    held_out_sites = Sites.of([y[..., order] for y in held_out[0]], held_out[1])
    task = NeuralTask(training, held_out_sites, sigma, options.seed)
    for name, value in weights.items():
        task.variables[name].assign(value)
    options.run.mkdir(parents=True, exist_ok=True)
    record = {
        "options": chosen(options),
        "order": order.tolist(),
        "sigma": sigma.tolist(),
        "weights_sha256": stored.card["weights_sha256"],
        "sessions": [*before.get("sessions", []), provenance()],
    }
    part = options.run / (RECORD + ".part")
    part.write_text(json.dumps(record))
    os.replace(part, options.run / RECORD)
    plan = Plan.of(options, validate_every=1000)
    return train(task, plan, options.run, resume, branch)


def _start(
    stored: StoredModel, init: bool
) -> tuple[dict[str, np.ndarray], np.ndarray | None, np.ndarray | None]:
    """The parameters, order and units to start from: those of the model's network, if asked for."""
    if not init:
        return {}, None, None
    if not has_neural(stored.tensors):
        raise ModelError(
            f"Model {stored.card['name']!r} has no neural entropy model to start from."
        )
    return restored(stored.tensors)


def latents_file(run: Path, weights_sha256: str, order: np.ndarray) -> Path:
    """Where the latents for a run are kept: less the endings of the two files."""
    name = hashlib.sha256(weights_sha256.encode() + order.astype(np.int64).tobytes()).hexdigest()
    return run.parent / "cache" / f"latents-{name[:16]}"


def read_neural_record(run: Path) -> dict:
    """What `run.json` says of a run of the neural entropy model: options, order, sigma,
    weights_sha256, sessions.

    Raises ModelError where there is none.
    """
    try:
        record = json.loads((run / RECORD).read_text())
    except (OSError, ValueError):
        record = {}
    if "sigma" not in record:
        raise ModelError(f"{run} is no run folder of the neural entropy model.")
    return record


def is_neural_run(run: Path) -> bool:
    """Whether a run folder is one of the neural entropy model."""
    try:
        read_neural_record(run)
    except ModelError:
        return False
    return True
