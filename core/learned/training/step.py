"""One step of training, compiled, with all its state by name: variables, optimisers, averages."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from core.errors import ModelError
from core.learned.training import checkpoint
from core.learned.training.optim import schedule
from core.learned.training.task import Plan, Task


class TrainingStep:
    """A call learns from one batch."""

    def __init__(self, task: Task, plan: Plan) -> None:
        self.task = task
        self.plan = plan
        self.optimisers = task.optimisers()
        self.average = {name: tf.Variable(v) for name, v in task.variables.items()}
        # No branch depends on a tensor: AutoGraph would take seconds to find nothing to convert.
        self.compiled = tf.function(self._step, autograph=False)

    def lr(self, step: int) -> float:
        plan = self.plan
        share = schedule(step, plan.steps, plan.warmup, plan.decay)
        return plan.lr * share

    def __call__(self, step: int) -> dict[str, tf.Tensor]:
        """Take step `step`; returns the loss, the norm of its gradient, and the task's figures."""
        batch = {}
        for name, value in self.task.batch(step).items():
            batch[name] = tf.convert_to_tensor(value)
        # Tensors, as a plain number would be compiled in, once for each of its values.
        lr = tf.constant(self.lr(step), tf.float32)
        return self.compiled(batch, tf.constant(step), lr)

    def _step(
        self,
        batch: dict[str, tf.Tensor],
        step: tf.Tensor,
        lr: tf.Tensor,
    ) -> dict[str, tf.Tensor]:
        names, variables = zip(*self.task.variables.items(), strict=True)
        seed = tf.stack([self.plan.seed, step])
        with tf.GradientTape() as tape:
            loss, figures = self.task.loss(batch, seed)
        # The gradient of a gather comes in pieces: put them together.
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]
        norm = tf.linalg.global_norm(gradients)
        if self.plan.clip:
            gradients, _ = tf.clip_by_global_norm(gradients, self.plan.clip, norm)
        named = dict(zip(names, gradients, strict=True))
        for optimiser in self.optimisers:
            optimiser.apply(named, lr, step)
        # A shorter memory at the start, so that the first weights are soon forgotten.
        t = tf.cast(step, tf.float32)
        keep = tf.minimum(self.plan.average, (1 + t) / (10 + t))
        for name, variable in self.task.variables.items():
            average = self.average[name]
            average.assign_add((1 - keep) * (variable - average))
        return figures | {"loss": loss, "gradient_norm": norm}

    def averaged(self) -> dict[str, np.ndarray]:
        return {name: v.numpy() for name, v in self.average.items()}

    def validate(self) -> dict[str, float]:
        """The task's validation with the averaged weights in place of the live ones."""
        live = {name: v.numpy() for name, v in self.task.variables.items()}
        for name, v in self.task.variables.items():
            v.assign(self.average[name])
        figures = self.task.validate()
        for name, v in self.task.variables.items():
            v.assign(live[name])
        return figures

    def _named(self) -> dict[str, tf.Variable]:
        """All that a checkpoint holds, by name."""
        state: dict[str, tf.Variable] = {}
        for name, variable in self.task.variables.items():
            state[f"model/{name}"] = variable
        for name, variable in self.average.items():
            state[f"average/{name}"] = variable
        for optimiser in self.optimisers:
            state |= optimiser.state
        return state

    def save(self, path: Path, step: int) -> None:
        tensors = {name: v.numpy() for name, v in self._named().items()}
        checkpoint.write(path, tensors, step)

    def restore(self, path: Path) -> int:
        tensors, step = checkpoint.read(path)
        state = self._named()
        wanted = {name: tuple(v.shape) for name, v in state.items()}
        found = {name: value.shape for name, value in tensors.items()}
        if wanted != found:
            raise ModelError(
                f"{path}: this checkpoint is of another model or optimiser; start a new run folder."
            )
        for name, variable in state.items():
            variable.assign(tensors[name])
        return step
