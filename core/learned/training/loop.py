"""The training loop that every model family shares: checkpoints, exact resumption, averaging,
progress on disk, cancelling, and a stop where the loss is no longer finite.

A family describes itself as a `task.Task`; the loop owns everything else. The run folder holds

progress.jsonl
    one JSON object a line: event (start, progress, validation, done, cancelled, failed), time,
    step, …; a progress line has steps, loss, the task's own figures, lr, step_s and eta_s (seconds)
checkpoint.safetensors
    variables, optimiser state, average and step, replaced atomically; `checkpoint` opens it
cancel
    create this file to stop the run after the step in flight, or after its first step if it has
    not begun; it is removed when seen

Batches and noise are functions of (seed, step): a run that was killed anywhere and resumed ends, on
a CPU, with the weights of an unbroken one.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.learned.training.checkpoint import CHECKPOINT, read_checkpoint
from core.learned.training.progress import Progress
from core.learned.training.step import TrainingStep
from core.learned.training.task import Plan, Task

PROGRESS = "progress.jsonl"
CANCEL = "cancel"


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
    training = TrainingStep(task, plan)
    first = 0
    if resume and (run / CHECKPOINT).exists():
        first = training.restore(run / CHECKPOINT)
    elif branch:
        first = training.restore(branch / CHECKPOINT)
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
        tensors = training(step)
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
            progress.report(done, figures, training.lr(step))
        if last or done % plan.validate_every == 0:
            progress.write("validation", step=done, **training.validate())
        if save:
            training.save(run / CHECKPOINT, done)
            saved = time.monotonic()
        if cancelled:
            (run / CANCEL).unlink()
            progress.write("cancelled", step=done)
            return Result("cancelled", done, training.averaged())
    end = max(first, plan.steps)
    progress.write("done", step=end)
    return Result("done", end, training.averaged())


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
