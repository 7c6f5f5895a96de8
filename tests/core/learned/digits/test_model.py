"""The digits' transform coder: the tutorial's mathematics, tables that code, models that are
checked.
"""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_compression as tfc

from core.datasets.mnist import sample
from core.errors import ModelError
from core.learned.digits import checks
from core.learned.digits import model as mnist
from core.learned.digits.coder import DigitCoder
from core.learned.digits.runs import first_weights
from core.learned.digits.shapes import PRECISION, coder_shapes


@pytest.fixture(scope="module")
def tensors():
    """An untrained model with seven latent dimensions of very different scales."""
    parameters = first_weights(coder_shapes(7), seed=3)
    parameters["prior/log_scale"] = np.linspace(-4, 3, 7).astype(np.float32)
    parameters["analysis/dense2/kernel"] *= np.exp(parameters["prior/log_scale"]) * 8
    return parameters | mnist.build_tables(parameters)


def keras_twins(parameters):
    """The tutorial's two Keras models with our parameters."""
    layer = tf.keras.layers
    analysis = tf.keras.Sequential(
        [
            layer.Conv2D(20, 5, strides=2, padding="same", activation="leaky_relu"),
            layer.Conv2D(50, 5, strides=2, padding="same", activation="leaky_relu"),
            layer.Flatten(),
            layer.Dense(500, activation="leaky_relu"),
            layer.Dense(7),
        ]
    )
    synthesis = tf.keras.Sequential(
        [
            layer.Dense(500, activation="leaky_relu"),
            layer.Dense(2450, activation="leaky_relu"),
            layer.Reshape((7, 7, 50)),
            layer.Conv2DTranspose(20, 5, strides=2, padding="same", activation="leaky_relu"),
            layer.Conv2DTranspose(1, 5, strides=2, padding="same", activation="leaky_relu"),
        ]
    )
    for model, side, shape in (
        (analysis, "analysis", (1, 28, 28, 1)),
        (synthesis, "synthesis", (1, 7)),
    ):
        model.build(shape)
        order = (
            ("conv1", "conv2", "dense1", "dense2")
            if side == "analysis"
            else ("dense1", "dense2", "conv1", "conv2")
        )
        model.set_weights(
            [parameters[f"{side}/{name}/{part}"] for name in order for part in ("kernel", "bias")]
        )
    return analysis, synthesis


def test_transforms_are_the_tutorials(tensors):
    analysis, synthesis = keras_twins(tensors)
    x = sample()[:9].astype(np.float32) / 255
    model = DigitCoder(tensors).model
    y = model.analysis(x)
    np.testing.assert_allclose(y, analysis(x), atol=1e-4)
    np.testing.assert_allclose(model.synthesis(y), synthesis(y), atol=1e-4)


def test_bits_are_those_of_tfcs_entropy_model(tensors):
    coder = DigitCoder(tensors)
    y_hat = coder.quantised(sample()[:32])
    prior = tfc.NoisyLogistic(loc=0.0, scale=tf.exp(tensors["prior/log_scale"]))
    _, bits = tfc.ContinuousBatchedEntropyModel(prior, coding_rank=1)(y_hat, training=False)
    np.testing.assert_allclose(coder.bits(y_hat).sum(1), bits, rtol=1e-5)


def test_prior_is_a_logistic_integrated_over_the_rounding_interval(tensors):
    scale = np.exp(tensors["prior/log_scale"].astype(np.float64))
    k = np.arange(-3, 4)[:, None]
    mass = 1 / (1 + np.exp(-(k + 0.5) / scale)) - 1 / (1 + np.exp(-(k - 0.5) / scale))
    np.testing.assert_allclose(
        2.0 ** -DigitCoder(tensors).bits(np.tile(k, 7).astype(np.float32)),
        mass,
        rtol=2e-3,
        atol=1e-12,
    )


def test_strings_and_streams_give_the_latents_back(tensors):
    coder = DigitCoder(tensors)
    y_hat = coder.quantised(sample()[:40])
    assert np.ptp(y_hat) > 10  # else the test would say little
    np.testing.assert_array_equal(coder.from_strings(coder.strings(y_hat)), y_hat)
    np.testing.assert_array_equal(coder.from_stream(coder.stream(y_hat), 40), y_hat)
    far = y_hat.copy()
    far[3] = [1e5, -1e5, 300, -300, 0, 1, 5000]  # the escape code takes over outside the tables
    np.testing.assert_array_equal(coder.from_stream(coder.stream(far), 40), far)


def test_search_never_costs_more_than_rounding(tensors):
    coder = DigitCoder(tensors)
    digits = sample()[:20]
    x = digits.astype(np.float32) / 255

    def cost(y_hat):
        return coder.bits(y_hat).sum(1) + 800 * np.abs(
            coder.pictures(y_hat) / np.float32(255) - x
        ).mean((1, 2, 3))

    rounded, searched = coder.quantised(digits), coder.searched(digits, 800)
    assert (cost(searched) <= cost(rounded) + 1e-3).all() and cost(searched).sum() < cost(
        rounded
    ).sum()
    assert (searched == np.round(searched)).all() and np.abs(
        searched - coder.latents(digits)
    ).max() < 1


def test_tables_hold_the_priors_probabilities(tensors):
    starts = np.flatnonzero(tensors["cdf"] == -PRECISION)
    for dim, table in enumerate(np.split(tensors["cdf"], starts[1:])):
        share = np.diff(table[1:]) / 2.0**PRECISION
        k = tensors["cdf_offset"][dim] + np.arange(len(share) - 1)
        latents = np.zeros((len(k), 7), np.float32)
        latents[:, dim] = k
        np.testing.assert_allclose(
            share[:-1],
            2.0 ** -DigitCoder(tensors).bits(latents)[:, dim],
            rtol=0.02,
            atol=2e-4,
        )


@pytest.mark.parametrize(
    "change, words",
    [
        (lambda t: t.pop("cdf"), "lacks or has too much: cdf"),
        (lambda t: t.update(cdf=t["cdf"][1:]), "tables"),
        (lambda t: t.update(cdf=np.flip(t["cdf"])), "tables"),
        (lambda t: t.update(cdf=t["cdf"] * 0), "tables"),
        (lambda t: t.update(cdf=t["cdf"][:-1]), "tables"),
        (lambda t: t.update(cdf_offset=t["cdf_offset"].astype(np.float32)), "tables"),
        (lambda t: t.update({"prior/log_scale": t["prior/log_scale"][:3]}), "shape"),
        (lambda t: t.update({"synthesis/conv2/bias": np.zeros(2, np.float32)}), "shape"),
    ],
)
def test_what_is_no_model_of_digits_is_refused(tensors, change, words):
    card = {
        "name": "m",
        "family": "mnist",
        "lmbda": 10,
        "metric": "mae",
        "latent_dims": 7,
        "data": {"validation": 10_000},
        "figures": {"rate": 1.0, "mae": 0.1, "loss": 2.0, "bits_per_dim": [0.5] * 7},
        "real": {
            "string_bytes": 2.0,
            "string_excess_bytes": 0.3,
            "stream_digits": 9,
            "stream_bytes": 9,
            "stream_information_bytes": 8.5,
            "per_digit": {"bits": [7.0], "bytes": [1]},
        },
    }
    checks.check(card, tensors)
    damaged = dict(tensors)
    change(damaged)
    with pytest.raises(ModelError, match=words):
        checks.check(card, damaged)
    for wrong in (
        {"metric": "psnr"},
        {"lmbda": None},
        {"lmbda": "x"},
        {"lmbda": -1},
        {"lmbda": float("nan")},
        {"figures": 3},
        {"real": {}},
        {"latent_dims": 8},
        {"data": None},
    ):
        with pytest.raises(ModelError, match="incomplete card"):
            checks.check({**card, **wrong}, tensors)
