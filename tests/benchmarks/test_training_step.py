"""A training step of the photo coder against the same step built of TFC's default layers: batch 8 ×
128², N = 128.
"""

import time

import numpy as np
import tensorflow as tf
import tensorflow_compression as tfc

from core.learned.photos.config import PhotoConfig
from core.learned.photos.model import PhotoTransforms
from core.learned.photos.training.klt_start import start_parameters
from core.learned.photos.training.loss import rate_distortion
from core.learned.training.optim import Adam
from tests.conftest import synthetic

N, LMBDA, REPEATS = 128, 0.01, 7


def ours(x: tf.Tensor):
    config = PhotoConfig((LMBDA,), filters=N, latents=N)
    variables = {
        name: tf.Variable(value)
        for name, value in start_parameters(config, x[:2].numpy(), 0).items()
    }
    model, adam, levels = PhotoTransforms(config, variables), Adam(variables), tf.zeros(8, tf.int32)

    @tf.function
    def step(number):
        with tf.GradientTape() as tape:
            bpp, mse = rate_distortion(model, x, levels, tf.stack([0, number]))
            loss = tf.reduce_mean(bpp + LMBDA * mse)
        gradients = tape.gradient(loss, list(variables.values()))
        adam.apply(
            dict(zip(variables, map(tf.convert_to_tensor, gradients), strict=True)),
            tf.constant(1e-4),
            number,
        )
        return loss

    return step


def layers(x: tf.Tensor):
    """The same network and loss, as in TFC's own `bls2017.py`: SignalConv2D with its default kernel
    parameter, and GDN.
    """

    def conv(filters, k, **stride):
        corr = "strides_down" in stride
        return tfc.SignalConv2D(
            filters, k, corr=corr, padding="same_zeros", use_bias=True, **stride
        )

    network = tf.keras.Sequential(
        [
            conv(N, 9, strides_down=4),
            tfc.GDN(),
            conv(N, 5, strides_down=2),
            tfc.GDN(),
            conv(N, 5, strides_down=2),
        ]
    )
    back = tf.keras.Sequential(
        [
            conv(N, 5, strides_up=2),
            tfc.GDN(inverse=True),
            conv(N, 5, strides_up=2),
            tfc.GDN(inverse=True),
            conv(3, 9, strides_up=4),
        ]
    )
    prior = tfc.NoisyDeepFactorized(batch_shape=(N,))
    entropy_model = tfc.ContinuousBatchedEntropyModel(prior, coding_rank=3, compression=False)
    back(network(tf.cast(x, tf.float32) / 255))
    adam = tf.keras.optimizers.legacy.Adam(1e-4)
    variables = (
        network.trainable_variables + back.trainable_variables + list(prior.trainable_variables)
    )

    @tf.function
    def step(number):
        with tf.GradientTape() as tape:
            y_hat, bits = entropy_model(network(tf.cast(x, tf.float32) / 255), training=True)
            mse = tf.reduce_mean(
                tf.math.squared_difference(tf.cast(x, tf.float32), back(y_hat) * 255)
            )
            loss = tf.reduce_sum(bits) / (8 * 128**2) + LMBDA * mse
        adam.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    return step


def test_our_step_costs_at_most_two_fifths(timed):
    """Both steps take turns, so that a busy machine slows both; the ratio of the fastest counts."""
    x = tf.constant(np.stack([synthetic(128, 128, seed) for seed in range(8)]))
    steps = {"ours": ours(x), "layers": layers(x)}
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(REPEATS + 1):
        for name, step in steps.items():
            start = time.perf_counter()
            assert np.isfinite(step(tf.constant(turn)))
            if turn:
                seconds[name].append(time.perf_counter() - start)
    best = {name: min(values) for name, values in seconds.items()}
    timed.extra_info.update(
        best, ratio=best["ours"] / best["layers"], size="batch 8 × 128², N = 128"
    )
    timed.pedantic(lambda: steps["ours"](tf.constant(99)), rounds=3)
    print(
        {name: round(value, 3) for name, value in best.items()},
        round(best["ours"] / best["layers"], 3),
    )
    assert best["ours"] <= 0.4 * best["layers"]
