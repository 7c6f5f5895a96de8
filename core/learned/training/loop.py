"""The training loop that every model family shares: checkpoints, exact resume, averaging, progress on disk, cancel, NaN stop.

A family describes itself as a `Task`; the loop owns everything else. Another family uses it so:

    class Digits:                                       # satisfies Task
        def __init__(self):
            self.variables = {"analysis/0/kernel": tf.Variable(...), ...}     # by name; all are trained
        def optimisers(self):                           # who moves which variables
            return [Adam(self.variables)]
        def batch(self, step):                          # arrays, from the step number alone (np.random.default_rng([seed, step]))
            return {"x": images, "lmbda": lmbdas}
        def loss(self, batch, seed):                    # inside tf.function; noise only from tf.random.stateless_*(shape, seed)
            return loss, {"bits": bits, "mae": mae}     # scalar, and scalars to report
        def validate(self):                             # with the averaged weights in `variables`; plain floats out
            return {"loss": 1.2}

    result = train(Digits(), Plan(steps=20_000, lr=1e-3, seed=1), run_folder, resume=True)

The run folder then holds
    progress.jsonl            one JSON object a line: event (start, progress, validation, done, cancelled, failed), time, step, …;
                              a progress line has steps, loss, the task's own figures, lr, step_s and eta_s (seconds)
    checkpoint.safetensors    variables, optimiser state, average and step, replaced atomically; `read_checkpoint` opens it
    cancel                    create this file to stop the run after the step in flight; it is removed when seen
Batches and noise are functions of (seed, step): a run killed anywhere and resumed ends, on a CPU, with the weights of an
unbroken one.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import tensorflow as tf
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import ModelError
from core.learned.training.optim import schedule

CHECKPOINT, PROGRESS, CANCEL = "checkpoint.safetensors", "progress.jsonl", "cancel"


class Task(Protocol):
    """What a model family tells the loop; see the module's example."""

    variables: dict[str, tf.Variable]

    def optimisers(self) -> list: ...
    def batch(self, step: int) -> dict[str, np.ndarray]: ...
    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]: ...
    def validate(self) -> dict[str, float]: ...


@dataclass(frozen=True)
class Plan:
    """How long and how fast. Steps count from 0 over all resumes; `decay` is the number of last steps with a falling rate."""

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
    """How a run ended: `event` is done, cancelled or failed; `averaged` are the weights to keep, of the good step `step`."""

    event: str
    step: int
    averaged: dict[str, np.ndarray]
    message: str = ""


def train(
    task: Task, plan: Plan, run: Path, resume: bool = False, branch: Path | None = None
) -> Result:
    """Train until `plan.steps`, cancel or a non-finite loss.

    `resume` goes on from the run's checkpoint if there is one; `branch` starts a new run from a copy of another run's
    checkpoint (to end it with a decay, say). Raises ModelError for a checkpoint of a different model.
    """
    run.mkdir(parents=True, exist_ok=True)
    (run / CANCEL).unlink(missing_ok=True)
    loop, first = _Loop(task, plan), 0
    if resume and (run / CHECKPOINT).exists():
        first = loop.restore(run / CHECKPOINT)
    elif branch:
        first = loop.restore(branch / CHECKPOINT)
    progress = _Progress(run / PROGRESS, plan, first)
    progress.write("start", step=first, steps=plan.steps, lr=plan.lr, seed=plan.seed)
    saved = time.monotonic()
    for step in range(first, plan.steps):
        figures, done = loop.step(step), step + 1
        cancelled, last = (run / CANCEL).exists(), done == plan.steps
        report = done % plan.report_every == 0 or last
        save = cancelled or last or time.monotonic() - saved > plan.checkpoint_s
        if report or save:
            figures = {name: float(value) for name, value in figures.items()}
            if not np.all(np.isfinite(list(figures.values()))):
                return _failed(progress, run, done)
        if report:
            progress.report(done, figures, loop.lr(step))
        if done % plan.validate_every == 0 or last:
            progress.write("validation", step=done, **loop.validate())
        if save:
            loop.save(run / CHECKPOINT, done)
            saved = time.monotonic()
        if cancelled:
            (run / CANCEL).unlink()
            progress.write("cancelled", step=done)
            return Result("cancelled", done, loop.averaged())
    progress.write("done", step=max(first, plan.steps))
    return Result("done", max(first, plan.steps), loop.averaged())


def _failed(progress: "_Progress", run: Path, step: int) -> Result:
    """Nothing non-finite is ever saved: what the last checkpoint holds is good."""
    averaged, good = read_checkpoint(run) if (run / CHECKPOINT).exists() else ({}, 0)
    message = f"The loss is no longer finite at step {step}: lower the learning rate. "
    message += f"The checkpoint of step {good} is kept." if good else "There is no checkpoint yet."
    progress.write("failed", step=step, message=message)
    return Result("failed", good, averaged, message)


def read_checkpoint(run: Path) -> tuple[dict[str, np.ndarray], int]:
    """Averaged weights and step of a run folder's checkpoint. Raises ModelError where there is none or it is damaged."""
    tensors, step = _read(run / CHECKPOINT)
    return {name[8:]: value for name, value in tensors.items() if name.startswith("average/")}, step


class _Loop:
    """The compiled step and all its state, by name."""

    def __init__(self, task: Task, plan: Plan):
        self.task, self.plan = task, plan
        self.optimisers = task.optimisers()
        self.average = {name: tf.Variable(v) for name, v in task.variables.items()}
        self.compiled = tf.function(self._step)

    def lr(self, step: int) -> float:
        return self.plan.lr * schedule(step, self.plan.steps, self.plan.warmup, self.plan.decay)

    def step(self, step: int) -> dict[str, tf.Tensor]:
        batch = {name: tf.convert_to_tensor(value) for name, value in self.task.batch(step).items()}
        return self.compiled(batch, tf.constant(step), tf.constant(self.lr(step), tf.float32))

    def _step(self, batch, step, lr):
        names, variables = zip(*self.task.variables.items(), strict=True)
        with tf.GradientTape() as tape:
            loss, figures = self.task.loss(batch, tf.stack([self.plan.seed, step]))
        gradients = [
            tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)
        ]  # of a gather they come in pieces
        norm = tf.linalg.global_norm(gradients)
        if self.plan.clip:
            gradients, _ = tf.clip_by_global_norm(gradients, self.plan.clip, norm)
        gradients = dict(zip(names, gradients, strict=True))
        for optimiser in self.optimisers:
            optimiser.apply(gradients, lr, step)
        t = tf.cast(step, tf.float32)
        keep = tf.minimum(self.plan.average, (1 + t) / (10 + t))
        for name, variable in self.task.variables.items():
            self.average[name].assign_add((1 - keep) * (variable - self.average[name]))
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
        state = {f"model/{n}": v for n, v in self.task.variables.items()} | {
            f"average/{n}": v for n, v in self.average.items()
        }
        for optimiser in self.optimisers:
            state |= optimiser.state
        return state

    def save(self, path: Path, step: int) -> None:
        part = path.with_suffix(".part")
        save_file(
            {n: v.numpy() for n, v in self._named().items()}, part, metadata={"step": str(step)}
        )
        os.replace(part, path)

    def restore(self, path: Path) -> int:
        tensors, step = _read(path)
        state = self._named()
        if set(state) != set(tensors) or any(state[n].shape != tensors[n].shape for n in state):
            raise ModelError(
                f"{path}: this checkpoint is of another model or optimiser; start a new run folder."
            )
        for name, variable in state.items():
            variable.assign(tensors[name])
        return step


def _read(path: Path) -> tuple[dict[str, np.ndarray], int]:
    try:
        with safe_open(path, "np") as file:
            names = file.keys()
            return {name: file.get_tensor(name) for name in names}, int(file.metadata()["step"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: no readable checkpoint ({error}).") from error


class _Progress:
    """Appends to progress.jsonl and keeps the speed for the ETA."""

    def __init__(self, path: Path, plan: Plan, first: int):
        self.path, self.plan, self.at, self.seen = path, plan, time.monotonic(), first

    def write(self, event: str, **fields) -> None:
        rounded = {
            name: round(value, 6) if isinstance(value, float) else value
            for name, value in fields.items()
        }
        line = {"event": event, "time": round(time.time(), 1)} | rounded
        with open(self.path, "a") as out:
            out.write(json.dumps(line) + "\n")

    def report(self, step: int, figures: dict[str, float], lr: float) -> None:
        now = time.monotonic()
        step_s = (now - self.at) / max(step - self.seen, 1)
        self.at, self.seen = now, step
        eta_s = step_s * (self.plan.steps - step)
        self.write(
            "progress",
            step=step,
            steps=self.plan.steps,
            **figures,
            lr=lr,
            step_s=step_s,
            eta_s=eta_s,
        )
