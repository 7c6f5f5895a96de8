"""The plain TensorFlow blocks against TensorFlow Compression's own layers and distribution, given
the same parameters.
"""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_compression as tfc

from core.learned.ops import priors, spectral, transforms

STAGES = [(9, 4, 3, 6), (5, 2, 6, 4)]


def random(*shape: int, seed: int = 0) -> tf.Tensor:
    return tf.constant(np.random.default_rng(seed).normal(size=shape), tf.float32)


def value_and_gradients(function, *inputs):
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        out = function(*inputs)
        loss = tf.reduce_sum(
            out * tf.cos(tf.reshape(tf.range(tf.size(out), dtype=tf.float32), tf.shape(out)))
        )
    return [out, *tape.gradient(loss, inputs)]


def assert_same(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4 * float(tf.reduce_max(tf.abs(b))))


@pytest.mark.parametrize("k, stride, a, b", STAGES)
def test_conv_down_is_signal_conv(k, stride, a, b):
    """'SAME' for a stride puts (k − stride) // 2 zeros before the picture and the
    others behind it.
    """
    x, kernel, bias = random(2, 32, 48, a), random(k, k, a, b, seed=1), random(b, seed=2)
    before = (k - stride) // 2
    rim = [[0, 0], *[[before, k - stride - before]] * 2, [0, 0]]

    def theirs(x, kernel, bias):
        layer = tfc.SignalConv2D(
            b,
            k,
            corr=True,
            strides_down=stride,
            padding="valid",
            use_bias=True,
            kernel_parameter=kernel,
            bias_parameter=bias,
        )
        return layer(tf.pad(x, rim))

    def ours(x, kernel, bias):
        return transforms.conv_down(x, kernel, stride, bias)

    assert_same(
        value_and_gradients(ours, x, kernel, bias), value_and_gradients(theirs, x, kernel, bias)
    )


@pytest.mark.parametrize("k, stride, a, b", [*STAGES, (3, 2, 2, 3), (4, 2, 1, 2), (5, 4, 3, 2)])
@pytest.mark.parametrize("height, width", [(1, 1), (6, 7)])
def test_the_exact_conv_up_is_conv_up(k, stride, a, b, height, width):
    y, kernel, bias = random(2, height, width, b), random(k, k, a, b, seed=1), random(a, seed=2)
    assert_same(
        *(
            value_and_gradients(lambda *of, up=up: up(of[0], of[1], stride, of[2]), y, kernel, bias)
            for up in (transforms.conv_up, transforms.conv_up_exactly)
        )
    )


@pytest.mark.parametrize("k, stride, a, b", STAGES)
def test_conv_up_is_signal_conv(k, stride, a, b):
    """TFC centres the kernel on the first pixel of a block, ours on the block: the same picture,
    moved.
    """
    y, kernel, bias = random(2, 6, 7, b), random(k, k, a, b, seed=1), random(a, seed=2)
    move = k // 2 - (k - stride) // 2

    def theirs(y, kernel, bias):
        layer = tfc.SignalConv2D(
            a,
            k,
            corr=False,
            strides_up=stride,
            padding="same_zeros",
            use_bias=True,
            kernel_parameter=tf.transpose(kernel, (0, 1, 3, 2)),
            bias_parameter=bias,
        )
        return layer(y)[:, :-move, :-move]

    def ours(y, kernel, bias):
        return transforms.conv_up(y, kernel, stride, bias)[:, move:, move:]

    assert_same(
        value_and_gradients(ours, y, kernel, bias), value_and_gradients(theirs, y, kernel, bias)
    )


@pytest.mark.parametrize("k, stride, a, b", STAGES)
def test_conv_up_is_the_transpose_of_conv_down(k, stride, a, b):
    x, y, kernel = (
        random(1, 32, 16, a),
        random(1, 32 // stride, 16 // stride, b, seed=1),
        random(k, k, a, b, seed=2),
    )
    forward = tf.reduce_sum(transforms.conv_down(x, kernel, stride) * y)
    assert np.isclose(forward, tf.reduce_sum(x * transforms.conv_up(y, kernel, stride)), rtol=1e-4)


@pytest.mark.parametrize("inverse", [False, True])
def test_gdn_is_tfc_gdn(inverse):
    x, beta, gamma = (
        random(2, 5, 4, 6),
        tf.abs(random(6, seed=1)) + 0.1,
        tf.abs(random(6, 6, seed=2)),
    )

    def theirs(x, beta, gamma):
        return tfc.GDN(
            inverse=inverse,
            rectify=False,
            alpha_parameter=2,
            epsilon_parameter=0.5,
            beta_parameter=beta,
            gamma_parameter=gamma,
        )(x)

    ours = transforms.igdn if inverse else transforms.gdn
    assert_same(
        value_and_gradients(ours, x, beta, gamma), value_and_gradients(theirs, x, beta, gamma)
    )


def test_gdn_in_closed_form():
    x = tf.constant([[[[3.0, 4.0]]]])
    beta, gamma = tf.constant([1.0, 2.0]), tf.constant([[0.0, 1.0], [0.5, 0.0]])  # [j, i]
    np.testing.assert_allclose(
        transforms.gdn(x, beta, gamma)[0, 0, 0], [3 / 9**0.5, 4 / 11**0.5], rtol=1e-6
    )
    np.testing.assert_allclose(
        transforms.igdn(x, beta, gamma)[0, 0, 0], [3 * 9**0.5, 4 * 11**0.5], rtol=1e-6
    )


@pytest.mark.parametrize("k", [1, 2, 5, 9])
def test_real_dft(k):
    matrix = spectral.real_dft(k)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(k * k), atol=1e-5)
    kernel = np.random.default_rng(0).normal(size=(k, k, 3, 2)).astype(np.float32)
    spectrum = spectral.to_spectrum(kernel)
    np.testing.assert_allclose(spectral.to_kernel(tf.constant(spectrum), k), kernel, atol=1e-5)
    power = (
        np.abs(np.fft.fft2(kernel, axes=(0, 1), norm="ortho")) ** 2
    )  # the transform neither loses nor adds energy
    np.testing.assert_allclose((spectrum**2).sum(0), power.sum((0, 1)), rtol=1e-4)
    np.testing.assert_allclose(spectrum[0] ** 2, power[0, 0], rtol=1e-3, atol=1e-6)


def same_prior(channels: int):
    """TFC's distribution, and the parameters of ours taken from it; one level."""
    tf.random.set_seed(3)
    theirs = tfc.NoisyDeepFactorized(batch_shape=(channels,), init_scale=4.0, num_filters=(3, 3))
    parts = {
        "matrix": theirs.base._matrices,
        "bias": theirs.base._biases,
        "factor": theirs.base._factors,
    }
    rng = np.random.default_rng(1)
    for variables in parts.values():
        for variable in variables:
            variable.assign_add(rng.normal(0, 0.3, variable.shape).astype(np.float32))
    return theirs, {
        f"{kind}{i}": v.value()[None] for kind, vs in parts.items() for i, v in enumerate(vs)
    }


def test_prior_is_noisy_deep_factorized():
    theirs, ours = same_prior(5)
    y = random(3, 4, 2, 5) * 6
    levels = tf.zeros(3, tf.int32)

    def their_bits(y):
        return -tf.reduce_sum(theirs.log_prob(y), (1, 2, 3)) / np.log(2)

    assert_same(
        value_and_gradients(lambda y: priors.bits(ours, levels, y), y),
        value_and_gradients(their_bits, y),
    )


def test_prior_mass_sums_to_one_and_gradients_reach_every_parameter():
    start = priors.prior_parameters(np.array([[0.3, 2.0], [5.0, 40.0]]), seed=0)
    variables = {name: tf.Variable(value) for name, value in start.items()}
    grid = tf.broadcast_to(tf.range(-2000, 2001, dtype=tf.float32), (2, 2, 1, 4001))
    np.testing.assert_allclose(tf.reduce_sum(priors.likelihood(variables, grid), -1), 1, atol=1e-4)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(priors.bits(variables, tf.constant([0, 1, 1]), random(3, 4, 4, 2) * 5))
    for gradient in map(tf.convert_to_tensor, tape.gradient(loss, list(variables.values()))):
        assert np.all(np.isfinite(gradient)) and np.abs(gradient).max() > 0


def test_each_sample_has_its_level():
    start = priors.prior_parameters(np.array([[1.0, 1.0], [9.0, 9.0]]), seed=0)
    y = random(2, 3, 3, 2)
    both = priors.bits(start, tf.constant([0, 1]), y)
    for level in (0, 1):
        one = {name: value[level : level + 1] for name, value in start.items()}
        np.testing.assert_allclose(
            both[level], priors.bits(one, tf.constant([0]), y[level : level + 1])[0], rtol=1e-5
        )
    assert both[1] > both[0]  # the wide prior spends more on small latents
