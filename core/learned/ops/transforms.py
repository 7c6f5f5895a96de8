"""Building blocks of nonlinear transform coding in plain TensorFlow ops: convolutions and divisive
normalisation.

All functions take and return NHWC float32 tensors and are differentiable; parameters are passed in,
never held.
"""

from collections.abc import Callable

import tensorflow as tf

Gradients = Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def conv_down(
    x: tf.Tensor,
    kernel: tf.Tensor,
    stride: int,
    bias: tf.Tensor | None = None,
) -> tf.Tensor:
    """Correlate `x` with `kernel` (k, k, a, b) and keep every `stride`-th position.

    (B, H, W, a) → (B, ⌈H/stride⌉, ⌈W/stride⌉, b), with zero padding ('SAME').
    """
    y = tf.nn.conv2d(x, kernel, stride, "SAME")
    return _biased(y, bias)


def conv_up(
    y: tf.Tensor,
    kernel: tf.Tensor,
    stride: int,
    bias: tf.Tensor | None = None,
) -> tf.Tensor:
    """The transpose of `conv_down`, with the same `kernel` (k, k, a, b).

    (B, h, w, b) → (B, h·stride, w·stride, a).
    """
    shape = tf.shape(y)
    out = (
        shape[0],
        shape[1] * stride,
        shape[2] * stride,
        kernel.shape[2],
    )
    x = tf.nn.conv2d_transpose(y, kernel, out, stride, "SAME")
    return _biased(x, bias)


def conv_up_exactly(
    y: tf.Tensor,
    kernel: tf.Tensor,
    stride: int,
    bias: tf.Tensor | None = None,
) -> tf.Tensor:
    """`conv_up` as a correlation at the low resolution, whose output channels are the pixels of a
    stride × stride square.

    Its sums run in one order whatever the number of threads. Those of `tf.nn.conv2d_transpose` do
    not (with oneDNN, TensorFlow's default on x86): the last bits, and so now and then a rounded
    pixel, would depend on the machine's load. The gradient with respect to `y` is as repeatable.
    Needs stride < k ≤ 2·stride + 1.
    """

    @tf.custom_gradient
    def up(y: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Gradients]:
        # One channel for each pixel of the square, (B, h, w, stride²·a), then spread them out.
        phases = tf.nn.conv2d(y, _phase_kernel(kernel, stride), 1, "SAME")
        x = tf.nn.depth_to_space(phases, stride)

        def gradients(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            # Those of a transposed convolution: towards y it is the convolution itself.
            to_y = conv_down(upstream, kernel, stride)
            strides = [1, stride, stride, 1]
            to_kernel = tf.compat.v1.nn.conv2d_backprop_filter(
                upstream, kernel.shape, y, strides, "SAME"
            )
            return to_y, to_kernel

        return x, gradients

    x = up(tf.convert_to_tensor(y), tf.convert_to_tensor(kernel))
    return _biased(x, bias)


def _phase_kernel(kernel: tf.Tensor, stride: int) -> tf.Tensor:
    """The kernel (3, 3, b, stride²·a) of `conv_up_exactly` from that of `conv_up`, (k, k, a, b).

    Each output pixel sees at most three latents a direction: the kernel, padded with zeros to
    3·stride taps, falls apart into 3 × 3 squares of stride × stride taps.
    """
    k = kernel.shape[0]
    a = kernel.shape[2]
    b = kernel.shape[3]
    # So much goes before the first tap that 'SAME' padding of the transpose is met.
    before = stride - (k - stride) // 2
    after = 3 * stride - k - before
    around = [before, after]
    padded = tf.pad(kernel, [around, around, [0, 0], [0, 0]])
    # (latent row, pixel row, latent column, pixel column, a, b)
    taps = tf.reshape(padded, (3, stride, 3, stride, a, b))
    # A transpose spreads, a correlation gathers: the latents come in the opposite order.
    taps = tf.reverse(taps, [0, 2])
    taps = tf.transpose(taps, (0, 2, 5, 1, 3, 4))
    return tf.reshape(taps, (3, 3, b, stride * stride * a))


def gdn(x: tf.Tensor, beta: tf.Tensor, gamma: tf.Tensor) -> tf.Tensor:
    """Generalised divisive normalisation, x_i / √(β_i + Σ_j γ_ij x_j²) (Ballé et al. 2017, eq. 2).

    `beta` (C,) is positive; `gamma` (C, C), indexed [j, i], is not negative.
    """
    return x * tf.math.rsqrt(_pool(x, beta, gamma))


def igdn(x: tf.Tensor, beta: tf.Tensor, gamma: tf.Tensor) -> tf.Tensor:
    """Its approximate inverse, x_i · √(β_i + Σ_j γ_ij x_j²) (Ballé et al. 2017, eq. 3).

    Parameters as for `gdn`.
    """
    return x * tf.sqrt(_pool(x, beta, gamma))


def _pool(x: tf.Tensor, beta: tf.Tensor, gamma: tf.Tensor) -> tf.Tensor:
    """β_i + Σ_j γ_ij x_j² at each position; a sum over channels is a 1 × 1 convolution."""
    one_by_one = gamma[None, None]
    energy = tf.nn.conv2d(tf.square(x), one_by_one, 1, "VALID")
    return tf.nn.bias_add(energy, beta)


def _biased(x: tf.Tensor, bias: tf.Tensor | None) -> tf.Tensor:
    if bias is None:
        return x
    return tf.nn.bias_add(x, bias)
