"""The photo coder's model: shapes, gradients, tables, and what is no model of it."""

import json

import numpy as np
import pytest
import tensorflow as tf

from core.errors import ModelError
from core.learned.ops.tables import PRECISION, build_tables, frequencies, sound_tables, split_tables
from core.learned.photos.checks import check
from core.learned.photos.config import PhotoConfig, parameter_shapes
from core.learned.photos.entropy import context_model
from core.learned.photos.entropy.context_fit import fit_context_model
from core.learned.photos.entropy.static_coder import StaticCoder
from core.learned.photos.model import PhotoTransforms
from core.learned.photos.training.loss import quantised, rate_distortion
from tests.conftest import synthetic
from tests.core.learned.photos.tiny import TINY, model, start


def test_every_parameter_has_a_gradient_that_agrees_with_finite_differences():
    variables = {name: tf.Variable(value) for name, value in start().items()}
    trained, x = PhotoTransforms(TINY, variables), synthetic(64, 64, 3)[None].repeat(2, 0)

    def loss():
        bpp, mse = rate_distortion(trained, x, tf.constant([0, 1]), tf.constant([1, 2]))
        return tf.reduce_sum(bpp + tf.constant(TINY.lmbda) * mse)

    with tf.GradientTape() as tape:
        value = loss()
    rng = np.random.default_rng(0)
    for name, gradient in zip(
        variables, tape.gradient(value, list(variables.values())), strict=True
    ):
        gradient = tf.convert_to_tensor(gradient).numpy()
        assert np.all(np.isfinite(gradient)) and np.abs(gradient).max() > 0, name
        direction = (
            gradient / np.linalg.norm(gradient)
            + 0.1 * rng.normal(size=gradient.shape) / gradient.size**0.5
        )
        size = min(1e-3, 0.002 * float(value) / float(np.sum(gradient * direction)))
        saved = variables[name].numpy()
        ends = []
        for sign in (1, -1):
            variables[name].assign((saved + sign * size * direction).astype(np.float32))
            ends.append(float(loss()))
        variables[name].assign(saved)
        slope = (ends[0] - ends[1]) / (2 * size)
        assert slope == pytest.approx(
            float(np.sum(gradient * direction)), rel=0.05, abs=2e-3 * float(value)
        ), name


@pytest.mark.parametrize(
    "changes", [{"activation": "relu"}, {"colours": 1}, {"metric": "ms-ssim"}, {"lmbda": (0.01,)}]
)
def test_variants_have_their_shapes_and_finite_figures(changes):
    config = PhotoConfig(**({"lmbda": (0.003, 0.03), "filters": 24, "latents": 32} | changes))
    assert {name: value.shape for name, value in start(config).items()} == parameter_shapes(config)
    x = synthetic(96, 112)[None, ..., : config.colours]
    bpp, distortion = rate_distortion(model(config), x, tf.constant([0]), tf.constant([0, 0]))
    rate, x_hat = quantised(model(config), x, tf.constant([config.levels - 1]))
    assert np.isfinite(bpp[0]) and distortion[0] > 0 and rate[0] > 0 and x_hat.shape == x.shape
    assert np.array_equal(x_hat, np.clip(np.round(x_hat), 0, 255))
    assert PhotoConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_tables_cost_what_the_prior_says():
    prior = {name[6:]: value for name, value in start().items() if name.startswith("prior/")}
    tables = build_tables(prior)
    cdf, offset = tables["tables/cdf"], tables["tables/offset"]
    assert sound_tables(cdf, offset) and offset.shape == (2, 32)
    level, rng = 1, np.random.default_rng(0)
    y, real = np.zeros((1, 16, 16, 32), np.float32), 0.0
    for channel, table in enumerate(split_tables(cdf)[32 * level :]):
        count = np.diff(table[1:])[:-1]  # without the escape
        symbols = rng.choice(len(count), (16, 16), p=count / count.sum())
        y[0, ..., channel] = symbols + offset[level, channel]
        real += np.sum(PRECISION - np.log2(count[symbols]))
    assert real == pytest.approx(float(model().bits(y, tf.constant([level]))[0]), rel=0.002)


def test_strings_decode_exactly_and_are_as_long_as_estimated():
    """Also with numbers far outside the tables, which the coder escapes."""
    prior = {name[6:]: value for name, value in start().items() if name.startswith("prior/")}
    tables, x = build_tables(prior), synthetic(256, 256)[None]
    for level in (0, 1):
        coder = StaticCoder(tables["tables/cdf"], tables["tables/offset"], level)
        y_hat = np.round(model().analysis(x, tf.constant([level])))
        string = coder.encode(y_hat[0])
        assert np.array_equal(coder.decode(string, 16, 16), y_hat[0])
        estimate = float(model().bits(tf.constant(y_hat), tf.constant([level]))[0]) / 8
        assert estimate - 1 < len(string) < 1.015 * estimate + 4
        y_hat[0, 3, 4, 5], y_hat[0, 0, 0, 31] = 5000, -70000
        assert np.array_equal(coder.decode(coder.encode(y_hat[0]), 16, 16), y_hat[0])


@pytest.mark.parametrize("seed", range(5))
def test_frequencies(seed):
    rng = np.random.default_rng(seed)
    mass = rng.exponential(size=int(rng.integers(2, 800))) ** 4
    counts = frequencies(mass)
    assert counts.sum() == 2**PRECISION and counts.min() >= 1
    big = mass / mass.sum() > 0.01
    np.testing.assert_allclose(counts[big] / 2**PRECISION, mass[big] / mass.sum(), rtol=0.05)


def test_check_refuses_what_is_no_model():
    tensors = start() | build_tables(
        {k[6:]: v for k, v in start().items() if k.startswith("prior/")}
    )
    rng = np.random.default_rng(0)
    tensors |= fit_context_model(
        [[rng.integers(-3, 4, (20, 20, 32), np.int32)] for _ in TINY.lmbda]
    )
    card = {"name": "m", "family": "bls2017", "config": TINY.to_json()}
    check(card, tensors)
    broken = tensors["tables/cdf"].copy()
    broken[3] = 0
    cases = [
        ({"config": {}}, {}),
        ({"config": {"lmbda": 3}}, {}),
        ({}, {"log_gain": tensors["log_gain"][:, :5]}),
        ({}, {"tables/cdf": broken}),
        ({}, {"tables/cdf": tensors["tables/cdf"][1:]}),
        *(
            ({}, {f"context/{name}": np.full_like(tensors[f"context/{name}"], -(10**6))})
            for name in context_model.NAMES
        ),
    ]
    for other_card, other_tensors in cases:
        with pytest.raises(ModelError):
            check(card | other_card, tensors | other_tensors)
