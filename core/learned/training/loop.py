"""The training loop that every model family shares: checkpoints, exact resumption, averaging,
progress on disk, cancelling, and a stop where the loss is no longer finite.

A family describes itself as a `Task`; the loop owns everything else. Another family uses it so:

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

The run folder then holds

progress.jsonl
    one JSON object a line: event (start, progress, validation, done, cancelled, failed), time,
    step, …; a progress line has steps, loss, the task's own figures, lr, step_s and eta_s (seconds)
checkpoint.safetensors
    variables, optimiser state, average and step, replaced atomically; `checkpoint` opens it
cancel
    create this file to stop the run after the step in flight; it is removed when seen

Batches and noise are functions of (seed, step): a run that was killed anywhere and resumed ends, on
a CPU, with the weights of an unbroken one.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import tensorflow as tf

from core.errors import ModelError
from core.learned.training import checkpoint
from core.learned.training.checkpoint import CHECKPOINT, read_checkpoint
from core.learned.training.optim import Adam, schedule
from core.learned.training.progress import Progress

PROGRESS = "progress.jsonl"
CANCEL = "cancel"


class Task(Protocol):
    """What a model family tells the loop; see the module's example."""

    variables: dict[str, tf.Variable]

    def optimisers(self) -> list[Adam]: ...
    def batch(self, step: int) -> dict[str, np.ndarray]: ...
    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]: ...
    def validate(self) -> dict[str, float]: ...


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


@dataclass(frozen=True)
class Result:
    """How a run ended.

    `event` is done, cancelled or failed; `averaged` are the weights to keep, those after `step`
    steps.
    """

    event: str
    step: int
    averaged: dict[str, np.ndarray]
    message: str = ""


def train(
    task: Task, plan: Plan, run: Path, resume: bool = False, branch: Path | None = None
) -> Result:
    """Train until `plan.steps`, cancel or a non-finite loss.

    `resume` goes on from the run's checkpoint if there is one; `branch` starts a new run from that
    of another run folder (to end it with a decay, say). Raises ModelError for a checkpoint of a
    different model.
    """
    run.mkdir(parents=True, exist_ok=True)
    (run / CANCEL).unlink(missing_ok=True)
    loop = _Loop(task, plan)
    first = 0
    if resume and (run / CHECKPOINT).exists():
        first = loop.restore(run / CHECKPOINT)
    elif branch:
        first = loop.restore(branch / CHECKPOINT)
    progress = Progress(run / PROGRESS, plan.steps, first)
    progress.write(
        "start",
        step=first,
        steps=plan.steps,
        lr=plan.lr,
        seed=plan.seed,
    )
    saved = time.monotonic()
    for step in range(first, plan.steps):
        tensors = loop.step(step)
        done = step + 1
        last = done == plan.steps
        cancelled = (run / CANCEL).exists()
        due = time.monotonic() - saved > plan.checkpoint_s
        report = last or done % plan.report_every == 0
        save = last or cancelled or due
        # Only now are the figures fetched: each look at them waits for the step to end.
        if report or save:
            figures = {name: float(value) for name, value in tensors.items()}
            if not np.isfinite(list(figures.values())).all():
                return _failed(progress, run, done)
        if report:
            progress.report(done, figures, loop.lr(step))
        if last or done % plan.validate_every == 0:
            progress.write("validation", step=done, **loop.validate())
        if save:
            loop.save(run / CHECKPOINT, done)
            saved = time.monotonic()
        if cancelled:
            (run / CANCEL).unlink()
            progress.write("cancelled", step=done)
            return Result("cancelled", done, loop.averaged())
    end = max(first, plan.steps)
    progress.write("done", step=end)
    return Result("done", end, loop.averaged())


def _failed(progress: Progress, run: Path, step: int) -> Result:
    """The result of a run that diverged; what the last checkpoint holds is good, as nothing
    non-finite is ever saved.
    """
    averaged: dict[str, np.ndarray] = {}
    good = 0
    if (run / CHECKPOINT).exists():
        averaged, good = read_checkpoint(run)
    if good:
        kept = f"The checkpoint of step {good} is kept."
    else:
        kept = "There is no checkpoint yet."
    message = f"The loss is no longer finite at step {step}: lower the learning rate. {kept}"
    progress.write("failed", step=step, message=message)
    return Result("failed", good, averaged, message)


class _Loop:
    """The compiled step and all its state, by name."""

    def __init__(self, task: Task, plan: Plan) -> None:
        self.task = task
        self.plan = plan
        self.optimisers = task.optimisers()
        self.average = {name: tf.Variable(v) for name, v in task.variables.items()}
        self.compiled = tf.function(self._step)

    def lr(self, step: int) -> float:
        plan = self.plan
        share = schedule(step, plan.steps, plan.warmup, plan.decay)
        return plan.lr * share

    def step(self, step: int) -> dict[str, tf.Tensor]:
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
