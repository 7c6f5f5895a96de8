"""The common loop on a task that costs nothing: exact resume after a real kill, cancel, NaN,
averaging, schedule.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from core.errors import ModelError
from core.learned.training.checkpoint import CHECKPOINT, read_checkpoint
from core.learned.training.loop import CANCEL, PROGRESS, train
from core.learned.training.optim import Adam, schedule
from core.learned.training.task import Plan

TARGET = np.arange(4, dtype=np.float32)


class Fit:
    """Find TARGET from noisy sightings; can kill its own process, or turn to NaN, at a step."""

    def __init__(self, kill_at: int = -1, nan_at: int = -1, size: int = 4):
        self.variables = {"w": tf.Variable(tf.zeros(size))}
        self.kill_at, self.nan_at = kill_at, nan_at

    def optimisers(self):
        return [Adam(self.variables)]

    def batch(self, step):
        if step == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        noise = np.random.default_rng([7, step]).normal(0, 0.1, 4).astype(np.float32)
        return {"x": TARGET + noise + (np.nan if step == self.nan_at else 0)}

    def loss(self, batch, seed):
        noise = tf.random.stateless_normal((4,), seed) * 0.01
        error = tf.reduce_sum(tf.square(self.variables["w"][:4] + noise - batch["x"]))
        return error, {"error": error}

    def validate(self):
        return {"distance": float(tf.norm(self.variables["w"][:4] - TARGET))}


def plan(steps=60, **changes) -> Plan:
    return Plan(
        **{
            "steps": steps,
            "lr": 0.1,
            "seed": 3,
            "warmup": 5,
            "decay": 20,
            "average": 0.9,
            "report_every": 10,
            "validate_every": 30,
            "checkpoint_s": 0.0,
        }
        | changes
    )


def events(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / PROGRESS).read_text().splitlines()]


def test_learns_and_reports(tmp_path):
    result = train(Fit(), plan(steps=200, decay=100), tmp_path)
    assert result.event == "done" and result.step == 200
    np.testing.assert_allclose(result.averaged["w"], TARGET, atol=0.15)
    lines = events(tmp_path)
    assert [e["event"] for e in lines].count("progress") == 20 and lines[-1]["event"] == "done"
    progress = [e for e in lines if e["event"] == "progress"]
    assert progress[-1]["loss"] < progress[0]["loss"] / 10 and progress[-1]["eta_s"] == 0
    assert {"step", "steps", "loss", "error", "lr", "step_s", "eta_s"} <= set(progress[0])
    distances = [e["distance"] for e in lines if e["event"] == "validation"]
    assert distances[-1] == pytest.approx(
        np.linalg.norm(result.averaged["w"] - TARGET), abs=1e-5
    )  # of the average


@pytest.mark.slow
def test_killed_and_resumed_is_unbroken(tmp_path):
    unbroken = train(Fit(), plan(), tmp_path / "whole")
    script = (
        "import sys; from pathlib import Path; "
        "from tests.core.learned.training.test_loop import *; "
        f"train(Fit(kill_at=37), plan(), Path({str(tmp_path / 'cut')!r}))"
    )
    root = Path(__file__).parents[4]
    killed = subprocess.run(
        [sys.executable, "-c", script], cwd=root, env=os.environ | {"PYTHONPATH": str(root)}
    )
    assert killed.returncode == -signal.SIGKILL
    assert read_checkpoint(tmp_path / "cut")[1] == 37
    resumed = train(Fit(), plan(), tmp_path / "cut", resume=True)
    assert np.array_equal(resumed.averaged["w"], unbroken.averaged["w"])
    whole, cut = (tmp_path / name / CHECKPOINT for name in ("whole", "cut"))
    assert whole.read_bytes() == cut.read_bytes()


def test_cancel_saves_and_resumes(tmp_path):
    class Cancelling(Fit):
        def batch(self, step):
            if step == 11:
                (tmp_path / CANCEL).touch()
            return super().batch(step)

    stopped = train(Cancelling(), plan(checkpoint_s=1e9), tmp_path)
    assert (stopped.event, stopped.step) == ("cancelled", 12) and not (tmp_path / CANCEL).exists()
    assert read_checkpoint(tmp_path)[1] == 12
    assert train(Fit(), plan(), tmp_path, resume=True).event == "done"


def test_a_cancel_that_comes_before_the_first_step_is_obeyed(tmp_path):
    (tmp_path / CANCEL).touch()
    stopped = train(Fit(), plan(checkpoint_s=1e9), tmp_path)
    assert (stopped.event, stopped.step) == ("cancelled", 1) and not (tmp_path / CANCEL).exists()


def test_nan_keeps_the_last_good_checkpoint(tmp_path):
    result = train(Fit(nan_at=42), plan(), tmp_path)
    assert (
        result.event == "failed"
        and "no longer finite" in result.message
        and "step 42 is kept" in result.message
    )
    assert events(tmp_path)[-1]["event"] == "failed"
    weights, step = read_checkpoint(tmp_path)
    good = train(
        Fit(), plan(), tmp_path / "good", branch=tmp_path
    )  # what was kept can be trained on
    assert step == 42 and np.all(np.isfinite(weights["w"])) and good.event == "done"


def test_nan_before_any_checkpoint(tmp_path):
    result = train(Fit(nan_at=2), plan(checkpoint_s=1e9), tmp_path)
    assert result.event == "failed" and "no checkpoint yet" in result.message


def test_branch_decays_from_another_run(tmp_path):
    train(Fit(), plan(steps=40, decay=0), tmp_path / "trunk")
    branch = train(Fit(), plan(steps=60, decay=20), tmp_path / "branch", branch=tmp_path / "trunk")
    lines = events(tmp_path / "branch")
    assert lines[0]["step"] == 40 and branch.step == 60 and lines[-3]["lr"] < 0.01
    assert read_checkpoint(tmp_path / "trunk")[1] == 40


def test_foreign_and_damaged_checkpoints_are_refused(tmp_path):
    train(Fit(), plan(steps=5), tmp_path)
    with pytest.raises(ModelError, match="another model"):
        train(Fit(size=5), plan(), tmp_path, resume=True)
    (tmp_path / CHECKPOINT).write_bytes((tmp_path / CHECKPOINT).read_bytes()[:40])
    with pytest.raises(ModelError, match="no readable checkpoint"):
        train(Fit(), plan(), tmp_path, resume=True)


def test_schedule():
    shares = [schedule(step, steps=100, warmup=10, decay=20) for step in range(100)]
    assert (
        shares[0] == 0.1 and shares[9:81] == [1.0] * 72 and shares[90] == 0.5 and shares[99] == 0.05
    )
    assert min(shares[1:]) > 0


def test_adam_is_keras_adam():
    ours, theirs = tf.Variable([1.0, -2.0, 3.0]), tf.Variable([1.0, -2.0, 3.0])
    adam = Adam({"w": ours})
    keras = tf.keras.optimizers.legacy.Adam(0.05, beta_1=0.9, beta_2=0.99, epsilon=1e-8)
    for step in range(10):
        gradient = tf.cos(ours * (step + 1))
        adam.apply({"w": gradient}, tf.constant(0.05), tf.constant(step))
        keras.apply_gradients([(gradient, theirs)])
        np.testing.assert_allclose(ours, theirs, rtol=1e-5)
