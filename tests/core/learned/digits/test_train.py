"""Training the digit models: it learns, a killed run ends where an unbroken one does, and what is
stored is proved.
"""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import mnist as data
from core.errors import DataError, ModelError, SettingError
from core.learned.digits import figures as digit_figures
from core.learned.digits import model as mnist
from core.learned.digits import train as mnist_training
from core.learned.digits import vae
from core.learned.digits import vae_train as vae_training
from core.learned.digits.coder import DigitCoder
from core.learned.training import loop as training
from core.store import zoo

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def few(monkeypatch):
    """A training set of 192 and a test set of 64 digits in place of MNIST: the sample
    that ships.
    """
    monkeypatch.setattr(
        data, "load", lambda split: data.sample()[:192] if split == "train" else data.sample()[192:]
    )


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.mark.slow
def test_an_eighth_of_an_epoch_on_mnist_halves_the_loss(tfds_dir, monkeypatch, tmp_path):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tfds_dir))
    train_set, test_set = data.load("train"), data.load("test")
    assert train_set.shape == (60_000, 28, 28, 1) and np.array_equal(test_set[:256], data.sample())
    config = mnist_training.DigitTraining(lmbda=500, epochs=0.125, lr=8e-3)
    assert replace(config, epochs=1).plan(len(train_set)).steps == 468
    task = mnist_training.DigitTask(config, train_set, test_set[:500])
    before = task.validate()["loss"]
    result = training.train(task, config.plan(len(train_set)), tmp_path)
    after = digit_figures.evaluate(
        mnist.DigitTransforms(result.averaged), test_set[:500], "mae", 500
    )["loss"]
    assert result.event == "done" and result.step == 58
    assert after < before / 2, (before, after)


_SCRIPT = """
import sys
from pathlib import Path
from tests.core.learned.digits.test_train import train_some
train_some(Path(sys.argv[1]))
"""


def train_some(folder: Path) -> None:
    """Begins or resumes fifteen steps on digits of the sample."""
    config = mnist_training.DigitTraining(lmbda=500, epochs=5, batch=64, hard=0.4, seed=5)
    plan = replace(config.plan(192), checkpoint_s=0.0, report_every=1)
    task = mnist_training.DigitTask(config, data.sample()[:192], data.sample()[192:])
    training.train(task, plan, folder, resume=True)


@pytest.mark.slow
def test_a_killed_run_resumed_ends_with_the_weights_of_an_unbroken_one(tmp_path):
    """Killed (SIGKILL) in a process of its own after some steps, in the middle of an epoch."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    victim = subprocess.Popen([sys.executable, "-c", _SCRIPT, str(broken)], cwd=ROOT)
    deadline = time.monotonic() + 120
    while _steps(broken) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    killed_at = training.read_checkpoint(broken)[1]
    assert 0 < killed_at < 15
    train_some(broken)
    train_some(whole)
    (resumed, last), (unbroken, _) = (
        training.read_checkpoint(broken),
        training.read_checkpoint(whole),
    )
    assert last == 15
    for name, value in unbroken.items():
        np.testing.assert_array_equal(resumed[name], value, err_msg=name)


def _steps(folder: Path) -> int:
    path = folder / training.PROGRESS
    return path.read_text().count('"event": "progress"') if path.exists() else 0


def test_a_finished_model_is_stored_proved_and_can_be_the_start_of_another(few, store, tmp_path):
    config = mnist_training.DigitTraining(lmbda=300, epochs=2, batch=64, latent_dims=6)
    result, card = mnist_training.run(config, "tiny", tmp_path / "run")
    assert result.event == "done" and card["proof"] == {
        "digits": 64,
        "same_bytes_after_reload": True,
    }
    assert card["lmbda"] == 300 and card["seed"] == 0 and card["epochs"] == 2 and card["steps"] == 6
    assert (store / "tiny" / "weights.safetensors").stat().st_size < 6_000_000
    coder = DigitCoder(zoo.load("tiny", "mnist").tensors)
    figures = digit_figures.evaluate(coder.model, data.load("test"), "mae", 300)
    assert figures["loss"] == pytest.approx(card["figures"]["loss"], rel=1e-6)
    y_hat, x = coder.quantised(data.load("test")), data.load("test")
    assert figures["rate"] == pytest.approx(coder.bits(y_hat).sum(1).mean(), rel=1e-5)
    assert figures["mae"] == pytest.approx(
        np.abs(coder.pictures(y_hat) / 255 - x / 255).mean(), rel=1e-5
    )
    with pytest.raises(ModelError, match="already has"):
        mnist_training.run(config, "tiny", tmp_path / "again")
    next_task = mnist_training.DigitTask(
        replace(config, init="tiny"), data.load("train"), data.load("test")
    )
    np.testing.assert_array_equal(
        next_task.variables["analysis/conv1/bias"], coder.model.parameters["analysis/conv1/bias"]
    )
    with pytest.raises(ModelError, match="latent dimensions"):
        mnist_training.DigitTask(
            replace(config, init="tiny", latent_dims=7), data.load("train"), data.load("test")
        )


@pytest.mark.parametrize(
    "metric, by_hand",
    [
        ("mae", lambda a, b: np.abs(a - b).mean()),
        ("mse", lambda a, b: ((a - b) ** 2).mean()),
        ("ssim", lambda a, b: 1 - _scikit_ssim(a, b)),
    ],
)
def test_distortions_are_what_they_say(metric, by_hand):
    a, b = data.sample()[0, :, :, 0] / 255, data.sample()[1, :, :, 0] / 255
    measured = mnist.distortion(
        metric, a[None, ..., None].astype("f"), b[None, ..., None].astype("f")
    )
    assert float(measured[0]) == pytest.approx(by_hand(a, b), rel=1e-4)


def _scikit_ssim(a, b):
    from skimage.metrics import structural_similarity

    _, full = structural_similarity(
        a, b, data_range=1.0, gaussian_weights=True, use_sample_covariance=False, full=True
    )
    return full[5:-5, 5:-5].mean()  # TensorFlow averages where the 11 × 11 window fits


def test_settings_out_of_range_are_refused():
    for wrong in (
        {"lmbda": 0},
        {"lmbda": float("nan")},
        {"lmbda": 1, "metric": "psnr"},
        {"lmbda": 1, "hard": 2},
        {"lmbda": 1, "epochs": -1},
        {"lmbda": 1, "latent_dims": 0},
    ):
        with pytest.raises(SettingError):
            mnist_training.DigitTraining(**wrong)


@pytest.mark.slow
def test_a_loss_that_is_no_number_ends_the_run_and_stores_nothing(few, store, tmp_path):
    result, card = mnist_training.run(
        mnist_training.DigitTraining(lmbda=1e6, lr=1.0, epochs=200, batch=64), "bad", tmp_path
    )
    assert result.event == "failed" and "finite" in result.message and card is None
    assert zoo.names() == []


@pytest.mark.slow
def test_the_vae_learns_and_is_stored(few, store, tmp_path):
    config = vae_training.VaeTraining(epochs=20, latent_dims=4, batch=64, lr=3e-3)
    before = vae_training.evaluate(
        vae_training.VaeTask(config, data.load("train"), data.load("test")).model, data.load("test")
    )
    _, card = vae_training.run(config, "tiny-vae", tmp_path)
    assert card["figures"]["elbo_bits"] < before["elbo_bits"] / 2
    assert card["proof"]["same_pictures_after_reload"] is True
    model = vae.Vae(zoo.load("tiny-vae", "vae").tensors)
    assert model.pictures(np.zeros((3, 4))).shape == (3, 28, 28, 1)
    assert vae_training.evaluate(model, data.load("test"))["kl_bits"] == pytest.approx(
        card["figures"]["kl_bits"], rel=1e-6
    )


@pytest.mark.parametrize("mean, deviation", [(0, 1), (0.7, 0.3), (-2, 1.5)])
def test_kl_is_the_integral_it_stands_for(mean, deviation):
    from scipy import integrate, stats

    q, p = stats.norm(mean, deviation), stats.norm()
    nats, _ = integrate.quad(
        lambda z: q.pdf(z) * (q.logpdf(z) - p.logpdf(z)), mean - 9 * deviation, mean + 9 * deviation
    )
    bits = float(vae.kl_bits(np.float32(mean), np.float32(2 * np.log(deviation))))
    assert bits == pytest.approx(nats / np.log(2), rel=1e-4, abs=1e-6)


def test_without_mnist_the_message_says_what_to_do(tmp_path, monkeypatch):
    import tensorflow_datasets as tfds

    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(tfds.core.DatasetBuilder, "download_and_prepare", _no_network)
    data.load.cache_clear()
    with pytest.raises(DataError, match="TFDS_DATA_DIR"):
        data.load("test")


def _no_network(self, **options):
    raise OSError("no route to host")
