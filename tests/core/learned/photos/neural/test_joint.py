"""Joint training: it prices latents as the coder does, resumes exactly, and its model codes."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from core.datasets.photos import load_photos
from core.errors import ModelError
from core.learned.photos.card import commands
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.config import PhotoConfig, parameter_shapes
from core.learned.photos.neural import export
from core.learned.photos.neural.joint import ENTROPY, JointTask
from core.learned.photos.neural.joint_run import JointOptions, is_joint_run, train_joint
from core.learned.photos.neural.publish import store_joint_run
from core.learned.photos.neural.restore import restored
from core.learned.training.loop import PROGRESS
from core.learned.training.step import TrainingStep
from core.learned.training.task import Plan
from core.store import zoo
from tests.conftest import synthetic

BASE = "bls2017-neural"


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """Small ones, and as small a validation: nothing here depends on their size."""
    monkeypatch.setattr("core.learned.photos.training.task.VALIDATION_SIDE", 96)
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(3):
        Image.fromarray(synthetic(96, 128, seed)).save(folder / f"{seed}.png")
    return folder


def coder_of(stored):
    return PhotoCoder(PhotoConfig.from_json(stored.card["config"]), stored.tensors)


@pytest.mark.slow
def test_the_network_in_training_prices_latents_as_the_coder_does(photos, tmp_path):
    """And its step can be compiled."""
    stored = zoo.load(BASE, "bls2017")
    coder = coder_of(stored)
    network, order, sigma = restored(stored.tensors)
    weights = {name: stored.tensors[name] for name in parameter_shapes(coder.config)}
    weights |= {ENTROPY + name: value for name, value in network.items()}
    task = JointTask(
        coder.config, load_photos(photos, tmp_path), weights, order, sigma, patch=64, batch=2
    )
    pictures, levels = [synthetic(256, 320, 7), synthetic(256, 320, 8)], [2, 9]
    latents = [coder.latents(x, level) for x, level in zip(pictures, levels, strict=True)]
    found = task.rate(tf.constant(np.stack(latents), tf.float32), tf.constant(levels)).numpy()
    for bits, y_hat, level in zip(found, latents, levels, strict=True):
        # The rest: scales in quarter octaves, means in sixteenths, one flag per channel.
        assert bits == pytest.approx(coder.symbol_bits(y_hat, level, "neural").sum(), rel=0.02)
    compiled = TrainingStep(task, Plan(steps=2, lr=1e-4))  # the other test takes them as they stand
    assert np.isfinite([compiled(step)["loss"] for step in range(2)]).all()


@pytest.mark.slow
def test_a_run_resumes_exactly_and_its_model_codes(photos, tmp_path, monkeypatch, eagerly):
    monkeypatch.setattr(export, "SAMPLE", 1)  # of so few photographs

    def options(name: str, steps: int) -> JointOptions:
        return JointOptions(photos, tmp_path / name, BASE, steps, 0, 1e-4, patch=64, batch=2)

    whole = train_joint(options("whole", 3))
    train_joint(options("parts", 2))
    branch = train_joint(options("branch", 3), branch=tmp_path / "parts")
    assert whole.step == branch.step == 3
    for name, value in whole.averaged.items():
        assert np.array_equal(value, branch.averaged[name]), name
    again = train_joint(options("branch", 3), resume=True)
    assert again.step == 3
    for name, value in whole.averaged.items():
        assert np.array_equal(value, again.averaged[name]), name
    assert is_joint_run(tmp_path / "parts")
    assert not is_joint_run(photos)
    history = [(tmp_path / name / PROGRESS).read_text() for name in ("parts", "branch")]
    assert history[1].startswith(history[0]) and len(history[1]) > len(history[0])
    before = zoo.load(BASE, "bls2017")

    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    card = store_joint_run(tmp_path / "whole", "mine", photos, None, ["a note"])
    assert card["proof"]["same_bytes_and_pixels_after_reload"]
    assert card["steps"] == before.card["steps"] + 3
    assert card["entropy_model"]["before"] == before.card["entropy_model"]
    assert card["entropy_model"]["from_step"] == before.card["steps"]
    assert len(commands(card)) == len(commands(before.card)) + 1
    stored = zoo.load("mine", "bls2017")
    coder = coder_of(stored)
    assert coder.codings[-1] == "neural"
    assert not np.array_equal(
        stored.tensors["analysis/0/spectrum"], before.tensors["analysis/0/spectrum"]
    )
    y_hat = coder.latents(synthetic(40, 50), 3)
    payload = coder.encode(y_hat, 3, "neural")
    assert np.array_equal(coder.decode(payload, 3, *y_hat.shape[:2], "neural"), y_hat)


def test_a_model_without_a_network_says_so(photos, tmp_path):
    options = JointOptions(photos, tmp_path / "run", "bls2017-multirate", 1, 0, 1e-4)
    with pytest.raises(ModelError, match="no neural entropy coder"):
        train_joint(options)


def test_a_branch_of_another_kind_of_run_is_refused(photos, tmp_path):
    options = JointOptions(photos, tmp_path / "run", BASE, 1, 0, 1e-4)
    with pytest.raises(ModelError, match="no run folder of joint training"):
        train_joint(options, branch=tmp_path / "elsewhere")
