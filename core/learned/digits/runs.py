"""What the trainings of all models of digits share: shuffled batches, first weights, checks of
settings, and the way from MNIST to a stored model.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.datasets import mnist
from core.errors import SettingError
from core.learned.training.task import Plan, Task
from core.store import zoo
from core.store.families import Card, Tensors
from core.store.modelfile import StoredModel
from core.store.provenance import provenance

if TYPE_CHECKING:
    from core.learned.training.loop import Result

DATA = {"name": "MNIST 3.0.1 (TensorFlow Datasets)", "training": 60_000, "validation": 10_000}


class Epochs:
    """What the settings of every training have that counts in passes over the digits."""

    epochs: float
    batch: int
    lr: float
    seed: int

    def plan(self, digits: int) -> Plan:
        """The loop's plan for a training set of `digits`."""
        steps = max(1, round(self.epochs * (digits // self.batch)))
        return Plan(
            steps=steps,
            lr=self.lr,
            seed=self.seed,
            warmup=min(100, steps // 4),
            decay=round(0.8 * steps),
            clip=0.0,
            average=0.998,
            report_every=20,
            validate_every=max(1, digits // self.batch),
            checkpoint_s=30.0,
        )


class Shuffled:
    """Batches of `size` digits as a function of the step: every epoch is one permutation, seeded by
    its number.
    """

    def __init__(self, digits: np.ndarray, size: int, seed: int) -> None:
        self.digits = digits
        self.size = size
        self.seed = seed
        self.epoch = -1

    def __call__(self, step: int) -> np.ndarray:
        batches = len(self.digits) // self.size
        epoch, place = divmod(step, batches)
        if epoch != self.epoch:
            rng = np.random.default_rng([self.seed, epoch])
            self.order = rng.permutation(len(self.digits))
            self.epoch = epoch
        first = place * self.size
        chosen = self.order[first : first + self.size]
        return self.digits[chosen]


def first_weights(shapes: dict[str, tuple[int, ...]], seed: int) -> dict[str, np.ndarray]:
    """Untrained float32 parameters by name: Glorot-uniform for those that end in "kernel", zeros
    for all others.
    """
    rng = np.random.default_rng(seed)
    parameters: dict[str, np.ndarray] = {}
    for name, shape in shapes.items():
        if name.endswith("kernel"):
            area = int(np.prod(shape[:-2]))
            fans = area * (shape[-2] + shape[-1])
            bound = np.sqrt(6 / fans)
            drawn = rng.uniform(-bound, bound, shape)
            parameters[name] = drawn.astype(np.float32)
        else:
            parameters[name] = np.zeros(shape, np.float32)
    return parameters


def check_ranges(config: object, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Raise SettingError unless every named field of `config` lies in its range (inclusive)."""
    for name, (low, high) in ranges.items():
        value = getattr(config, name)
        if not low <= value <= high:
            raise SettingError(f"{name} must be between {low:g} and {high:g}, not {value:g}.")


@dataclass(frozen=True)
class Finished:
    """A trained model, ready for the store.

    `proof` gets it as read back, and returns what the card says about that, or raises ModelError.
    `figures` are further fields of the card.
    """

    title: str
    tensors: Tensors
    proof: Callable[[StoredModel], dict[str, Any]]
    figures: dict[str, Any]


@dataclass(frozen=True)
class Recipe:
    """How the models of a family are made.

    `task` gets the digits for training and for validation, uint8 (N, 28, 28, 1); `finish` gets the
    trained weights, float16, and the digits for validation.
    """

    family: str
    task: Callable[[np.ndarray, np.ndarray], Task]
    finish: Callable[[Tensors, np.ndarray], Finished]


def train_and_store(
    config: Epochs,
    recipe: Recipe,
    name: str,
    folder: Path,
    resume: bool,
    replace_model: bool,
) -> tuple["Result", Card | None]:
    """Train in run folder `folder` and store the model as `name`.

    Returns how it ended, and the card of a finished model. Raises DataError without MNIST,
    ModelError when `name` is taken.
    """
    from core.learned.training.loop import train

    zoo.check_free(name, replace_model)
    train_set = mnist.load("train")
    test_set = mnist.load("test")
    started = time.time()
    task = recipe.task(train_set, test_set)
    plan = config.plan(len(train_set))
    result = train(task, plan, folder, resume=resume)
    if result.event != "done":
        return result, None
    made = _session(started)
    weights = {key: value.astype(np.float16) for key, value in result.averaged.items()}
    finished = recipe.finish(weights, test_set)
    facts = {
        "title": finished.title,
        **vars(config),
        "steps": result.step,
        **made,
        "data": DATA,
        **finished.figures,
    }
    card = zoo.store(
        name, recipe.family, finished.tensors, facts, proof=finished.proof, replace=replace_model
    )
    return result, card


def _session(started: float) -> dict[str, Any]:
    """When, where and with what a model was made, for its card.

    `started`: time.time() when training began, or went on.
    """
    # Two options that do not change the result.
    made = provenance(omitted=("--resume", "--replace"))
    seconds = round(time.time() - started)
    return {"created": made.pop("date"), "session_seconds": seconds, **made}
