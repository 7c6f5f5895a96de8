"""What a model family tells the training loop: a `Task`, and a `Plan`.

class Digits:  # satisfies Task
    def __init__(self):
        # by name; all of them are trained
        self.variables = {"analysis/0/kernel": tf.Variable(...), ...}

    def optimisers(self):
        # who moves which variables
        return [Adam(self.variables)]

    def batch(self, step):
        # arrays, from the step number alone: np.random.default_rng([seed, step])
        return {"x": images, "lmbda": lmbdas}

    def loss(self, batch, seed):
        # inside tf.function; noise only from tf.random.stateless_*(shape, seed);
        # a scalar, and scalars to report
        return loss, {"bits": bits, "mae": mae}

    def validate(self):
        # with the averaged weights in `variables`; plain floats
        return {"loss": 1.2}

plan = Plan(steps=20_000, lr=1e-3, seed=1)
result = train(Digits(), plan, run_folder, resume=True)
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf

    from core.learned.training.optim import Adam


class Task(Protocol):
    """What a model family tells the loop; see the module's example."""

    variables: dict[str, "tf.Variable"]

    def optimisers(self) -> "list[Adam]": ...
    def batch(self, step: int) -> dict[str, np.ndarray]: ...
    def loss(
        self, batch: "dict[str, tf.Tensor]", seed: "tf.Tensor"
    ) -> "tuple[tf.Tensor, dict[str, tf.Tensor]]": ...
    def validate(self) -> dict[str, float]: ...


class Schedule(Protocol):
    """What a person chooses of a plan."""

    @property
    def steps(self) -> int: ...
    @property
    def lr(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def decay(self) -> int: ...
    @property
    def average(self) -> float: ...


@dataclass(frozen=True)
class Plan:
    """How long and how fast.

    Steps count from 0 over all resumptions; over the last `decay` of them the rate falls.
    """

    steps: int
    lr: float
    seed: int = 0
    warmup: int = 200
    decay: int = 0
    clip: float = 1.0  # bound on the gradient's global norm; 0: none
    average: float = 0.999  # of the weights, per step
    report_every: int = 50
    validate_every: int = 2000
    checkpoint_s: float = 120.0

    @classmethod
    def of(cls, chosen: Schedule, **others: Any) -> "Plan":
        """The plan that a person has chosen, with `others` of its fields."""
        return cls(
            chosen.steps,
            chosen.lr,
            chosen.seed,
            decay=chosen.decay,
            average=chosen.average,
            **others,
        )
