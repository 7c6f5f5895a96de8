"""One training run of the neural entropy model: a stored photo coder → latents of photographs → task → loop."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from core.datasets.photos import Photos, load_photos, split
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.model import Config
from core.learned.photos.neural_task import NeuralTask, Sites, channel_order, spreads
from core.learned.training.loop import Plan, Result, train
from core.store import zoo
from core.store.provenance import provenance

RECORD = "run.json"
LEVELS_A_PHOTO = 4  # of each training photograph; spread evenly, and another set for the next one
SIDE = 1024  # pixels of a photograph that are used, at most, in each direction
HELD_OUT = 8  # photographs, at all levels
HELD_OUT_SIDE = 512


@dataclass(frozen=True)
class Options:
    """What a person chooses; see `python -m core train entropy --help`."""

    data: Path
    run: Path
    model: str
    steps: int
    decay: int
    lr: float
    seed: int = 0
    average: float = 0.999


def train_neural(options: Options, resume: bool = False, branch: Path | None = None) -> Result:
    """Run the training that `options` describe; `branch` names another run folder: see `train`.

    Raises ModelError where the model is missing, DataError where there are no photographs.
    """
    stored = zoo.load(options.model, "bls2017")
    coder = PhotoCoder(Config.from_json(stored.card["config"]), stored.tensors)
    photos = load_photos(options.data, options.run.parent / "cache")
    cache = options.run.parent / "cache" / f"latents-{stored.card['weights_sha256'][:16]}.npz"
    if not cache.exists():
        _save_latents(coder, photos, cache)
    training, held_out, order, sigma = read_latents(cache, coder.config.levels)
    task = NeuralTask(training, held_out, sigma, options.seed)
    options.run.mkdir(parents=True, exist_ok=True)
    chosen = {name: value for name, value in asdict(options).items() if not isinstance(value, Path)}
    record = {
        "options": chosen,
        "order": order.tolist(),
        "sigma": sigma.tolist(),
        "weights_sha256": stored.card["weights_sha256"],
        "sessions": [provenance()],
    }
    if resume and (options.run / RECORD).exists():
        record["sessions"] = json.loads((options.run / RECORD).read_text())["sessions"]
        record["sessions"].append(provenance())
    part = options.run / (RECORD + ".part")
    part.write_text(json.dumps(record))
    os.replace(part, options.run / RECORD)
    plan = Plan(
        options.steps,
        options.lr,
        options.seed,
        decay=options.decay,
        average=options.average,
        validate_every=1000,
    )
    return train(task, plan, options.run, resume, branch)


def read_latents(cache: Path, levels: int) -> tuple[Sites, Sites, np.ndarray, np.ndarray]:
    """Training and held-out sites in the coder's order of channels, that order (C,), and the units (levels, C)."""
    with np.load(cache) as file:
        parts = []
        for name in ("training", "held_out"):
            shapes, flat = file[f"{name}_shapes"], file[name]
            ends = np.cumsum(shapes[:, 1] * shapes[:, 2])
            pieces = np.split(flat, ends[:-1])
            latents = [
                piece.reshape(h, w, -1) for piece, (_, h, w) in zip(pieces, shapes, strict=True)
            ]
            parts.append((latents, shapes[:, 0].tolist()))
    order = channel_order(parts[0][0])
    training, held_out = (
        Sites.of([y[..., order] for y in latents], numbers) for latents, numbers in parts
    )
    return training, held_out, order, spreads(training, levels)


def _save_latents(coder: PhotoCoder, photos: Photos, path: Path) -> None:
    """Rounded latents of the photographs: of each training one at some levels, of some held-out ones at all."""
    levels, out = coder.config.levels, {}
    train_on, held_out = split(photos)
    stride = levels / min(LEVELS_A_PHOTO, levels)
    some = [
        sorted({int(i + k * stride) % levels for k in range(LEVELS_A_PHOTO)})
        for i in range(len(train_on))
    ]
    every = [list(range(levels))] * min(HELD_OUT, len(held_out))
    for name, indices, chosen, side in (
        ("training", train_on, some, SIDE),
        ("held_out", held_out[:HELD_OUT], every, HELD_OUT_SIDE),
    ):
        rows, shapes = [], []
        for i, numbers in zip(indices, chosen, strict=True):
            image = photos.image(i)[:side, :side]
            for level in numbers:
                y_hat = coder.latents(image, level)
                shapes.append((level, *y_hat.shape[:2]))
                rows.append(y_hat.reshape(-1, y_hat.shape[2]).astype(np.int16))
        out |= {name: np.concatenate(rows), f"{name}_shapes": np.array(shapes)}
    part = path.with_suffix(f".{os.getpid()}.part.npz")
    np.savez(part, **out)
    os.replace(part, path)
