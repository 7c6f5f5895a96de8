"""What the trainings of all digit models share: shuffled batches, first weights, provenance, and storing with a proof."""

import time
from typing import TYPE_CHECKING

import numpy as np

from core.errors import SettingError
from core.store.provenance import provenance

if TYPE_CHECKING:
    from core.learned.training.loop import Plan

DATA = {"name": "MNIST 3.0.1 (TensorFlow Datasets)", "training": 60_000, "validation": 10_000}


class Epochs:
    """What configurations of trainings have in common that count in passes over the digits: `epochs`, `batch`, `lr`, `seed`."""

    epochs: float
    batch: int
    lr: float
    seed: int

    def plan(self, digits: int) -> "Plan":
        """The loop's plan for a training set of `digits`."""
        from core.learned.training.loop import Plan

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
    """Batches of `size` digits as a function of the step: every epoch is one permutation, seeded by its number."""

    def __init__(self, digits: np.ndarray, size: int, seed: int):
        self.digits, self.size, self.seed, self.epoch = digits, size, seed, -1

    def __call__(self, step: int) -> np.ndarray:
        epoch, at = divmod(step, len(self.digits) // self.size)
        if epoch != self.epoch:
            self.order, self.epoch = (
                np.random.default_rng([self.seed, epoch]).permutation(len(self.digits)),
                epoch,
            )
        return self.digits[self.order[at * self.size : (at + 1) * self.size]]


def first_weights(shapes: dict[str, tuple[int, ...]], seed: int) -> dict[str, np.ndarray]:
    """Untrained float32 parameters by name: Glorot-uniform for those that end in "kernel", zeros for all others."""
    rng = np.random.default_rng(seed)
    parameters = {}
    for name, shape in shapes.items():
        if name.endswith("kernel"):
            area = int(np.prod(shape[:-2]))
            bound = np.sqrt(6 / (area * (shape[-2] + shape[-1])))
            parameters[name] = rng.uniform(-bound, bound, shape).astype(np.float32)
        else:
            parameters[name] = np.zeros(shape, np.float32)
    return parameters


def check_ranges(config: object, ranges: dict[str, tuple[float, float]]) -> None:
    """Raise SettingError unless every named field of `config` lies in its range (inclusive)."""
    for name, (low, high) in ranges.items():
        if not low <= getattr(config, name) <= high:
            raise SettingError(
                f"{name} must be between {low:g} and {high:g}, not {getattr(config, name):g}."
            )


def session(started: float) -> dict:
    """When, where and with what a model was made, for its card. `started`: time.time() when this session began."""
    made = provenance(omitted=("--resume", "--replace"))  # they do not change the result
    return {"created": made.pop("date"), "session_seconds": round(time.time() - started), **made}
