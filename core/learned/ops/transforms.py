"""Building blocks of nonlinear transform coding in plain TensorFlow ops: convolutions and divisive normalisation.

All functions take and return NHWC float32 tensors and are differentiable; parameters are passed in, never held.
"""

import tensorflow as tf


def conv_down(
    x: tf.Tensor, kernel: tf.Tensor, stride: int, bias: tf.Tensor | None = None
) -> tf.Tensor:
    """Correlate and keep every `stride`-th position: (B, H, W, a) → (B, ⌈H/stride⌉, ⌈W/stride⌉, b), zero padding 'SAME'.

    `kernel` is (k, k, a, b).
    """
    y = tf.nn.conv2d(x, kernel, stride, "SAME")
    return y if bias is None else tf.nn.bias_add(y, bias)


def conv_up(
    y: tf.Tensor, kernel: tf.Tensor, stride: int, bias: tf.Tensor | None = None
) -> tf.Tensor:
    """The transpose of `conv_down`: (B, h, w, b) → (B, h·stride, w·stride, a). `kernel` is (k, k, a, b) here, too."""
    shape = tf.shape(y)
    out = (shape[0], shape[1] * stride, shape[2] * stride, kernel.shape[2])
    x = tf.nn.conv2d_transpose(y, kernel, out, stride, "SAME")
    return x if bias is None else tf.nn.bias_add(x, bias)


def conv_up_exactly(
    y: tf.Tensor, kernel: tf.Tensor, stride: int, bias: tf.Tensor | None = None
) -> tf.Tensor:
    """`conv_up` as a correlation at the low resolution whose output channels are the pixels of a stride × stride square.

    Its sums run in one order whatever the number of threads (with oneDNN, TensorFlow's default on x86), those of
    `tf.nn.conv2d_transpose` do not: the last bits, and so now and then a rounded pixel, would depend on the machine's load.
    So do those of its gradient with respect to `y`. Needs stride < k ≤ 2·stride + 1.
    """
    k, a, b = kernel.shape[0], kernel.shape[2], kernel.shape[3]
    before = stride - (k - stride) // 2
    around = [before, 3 * stride - k - before]

    @tf.custom_gradient
    def up(y: tf.Tensor, kernel: tf.Tensor) -> tuple:
        taps = tf.reshape(
            tf.pad(kernel, [around, around, [0, 0], [0, 0]]), (3, stride, 3, stride, a, b)
        )
        taps = tf.reshape(
            tf.transpose(tf.reverse(taps, [0, 2]), (0, 2, 5, 1, 3, 4)),
            (3, 3, b, stride * stride * a),
        )
        return tf.nn.depth_to_space(tf.nn.conv2d(y, taps, 1, "SAME"), stride), lambda upstream: (
            conv_down(upstream, kernel, stride),
            tf.compat.v1.nn.conv2d_backprop_filter(
                upstream, kernel.shape, y, [1, stride, stride, 1], "SAME"
            ),
        )

    x = up(tf.convert_to_tensor(y), tf.convert_to_tensor(kernel))
    return x if bias is None else tf.nn.bias_add(x, bias)


def gdn(x: tf.Tensor, beta: tf.Tensor, gamma: tf.Tensor) -> tf.Tensor:
    """Generalised divisive normalisation, x_i / √(β_i + Σ_j γ_ij x_j²) (Ballé et al. 2017, eq. 2).

    `beta` (C,) is positive; `gamma` (C, C), indexed [j, i], is not negative.
    """
    return x * tf.math.rsqrt(_pool(x, beta, gamma))


def igdn(x: tf.Tensor, beta: tf.Tensor, gamma: tf.Tensor) -> tf.Tensor:
    """Its approximate inverse, x_i · √(β_i + Σ_j γ_ij x_j²) (Ballé et al. 2017, eq. 3); parameters as for `gdn`."""
    return x * tf.sqrt(_pool(x, beta, gamma))


def _pool(x: tf.Tensor, beta: tf.Tensor, gamma: tf.Tensor) -> tf.Tensor:
    return tf.nn.bias_add(tf.nn.conv2d(tf.square(x), gamma[None, None], 1, "VALID"), beta)
