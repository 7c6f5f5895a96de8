"""Where the photo coder's training starts, and the loss that it follows."""

import numpy as np
import pytest
import tensorflow as tf

from core.learned.photos.config import PhotoConfig
from core.learned.photos.model import PhotoTransforms
from core.learned.photos.training import klt_start
from core.learned.photos.training.loss import rate_distortion
from tests.conftest import synthetic
from tests.core.learned.photos.tiny import TINY, start


@pytest.mark.slow
@pytest.mark.parametrize("activation, filters", [("gdn", 192), ("relu", 384)])
def test_the_linear_start_loses_nothing_when_no_channel_is_dropped(
    monkeypatch, activation, filters
):
    """With as many channels as pixel values the cascade is an orthonormal transform.

    The synthesis undoes the analysis.
    """
    monkeypatch.setattr(klt_start, "ROOT_GAMMA", 0.0)
    config = PhotoConfig((0.01,), filters=filters, latents=768, activation=activation)
    parameters = start(config)
    parameters |= {
        name: np.zeros_like(parameters[name]) for name in ("log_gain", "log_inverse_gain")
    }
    full, level = PhotoTransforms(config, parameters), tf.constant([0])
    x = synthetic(64, 96, seed=5)[None]
    y = full.analysis(x, level)
    assert y.shape == (1, 4, 6, 768)
    np.testing.assert_allclose(full.synthesis(y, level), x, atol=0.05)
    energy = np.sum((x / 255.0 - 0.5) ** 2) * config.input_scale**2
    assert np.isclose(np.sum(y.numpy() ** 2), energy, rtol=1e-3)


def test_gains_start_at_reverse_water_filling():
    """More λ: more channels alive, finer steps.

    At high rate Δ² = 18 / (λ ln 2) grey levels² (dR/dΔ = −λ dD/dΔ).
    """
    config = PhotoConfig((0.001, 0.1, 10.0), latents=32)
    gains = np.exp(klt_start._gains_and_priors(config, np.full(32, 400.0), 0)["log_gain"])
    step = 255 / config.input_scale / gains[2]
    np.testing.assert_allclose(step**2, 18 / (10 * np.log(2)), rtol=0.01)
    assert np.all(np.diff(gains, axis=0) > 0)


def test_hard_steps_decode_rounded_latents_and_keep_the_noisy_rate():
    variables = {name: tf.Variable(value) for name, value in start().items()}
    trained, x, level, seed = (
        PhotoTransforms(TINY, variables),
        synthetic(64, 64, 3)[None],
        tf.constant([1]),
        tf.constant([1, 2]),
    )
    soft, _ = rate_distortion(trained, x, level, seed)
    with tf.GradientTape() as tape:
        bpp, mse = rate_distortion(trained, x, level, seed, hard=True)
    wanted = tf.reduce_mean(
        (trained.synthesis(tf.round(trained.analysis(x, level)), level) - x.astype(np.float32)) ** 2
    )
    assert float(bpp[0]) == float(soft[0]) and float(mse[0]) == pytest.approx(
        float(wanted), rel=1e-5
    )
    assert (
        np.abs(tape.gradient(mse, variables["analysis/0/spectrum"]).numpy()).max() > 0
    )  # straight through the rounding
