"""The transform coder of TensorFlow's tutorial "Learned data compression", for MNIST digits.

    x ─ conv 20 5×5 ↓2 ─ conv 50 5×5 ↓2 ─ dense 500 ─ dense D ─ y ─ round ─ ŷ         (analysis)
                              bits under a logistic prior per dimension ─────┘
    ŷ ─ dense 500 ─ dense 2450 ─ conv 20 5×5 ↑2 ─ conv 1 5×5 ↑2 ─ x̂                   (synthesis)

All activations are leaky ReLU; x is in 0..1. Each latent has a zero-mean logistic prior with a
trained scale (`tfc.NoisyLogistic`, the density of latent plus uniform noise, whose value at an
integer is that integer's probability). Coding uses stored integer tables, so that a string decodes
on any machine.
"""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf
import tensorflow_compression as tfc

from core.learned.digits.dense import Dense
from core.learned.digits.shapes import PRECISION
from core.store.families import Tensors

# Probability left to the escape code, which then costs 50 dimensions 0.02 bits per digit.
TAIL_MASS = 2.0**-12

# The synthesis's transposed convolutions: name, side of the output, its channels.
UPWARDS = (
    ("synthesis/conv1", 14, 20),
    ("synthesis/conv2", 28, 1),
)


class DigitTransforms(Dense):
    """The transforms and the prior over named parameters: variables while training, arrays
    afterwards.
    """

    def __init__(self, parameters: Mapping[str, tf.Tensor | tf.Variable]) -> None:
        self.parameters = parameters

    def analysis(self, x: tf.Tensor) -> tf.Tensor:
        """Digits (B, 28, 28, 1) in 0..1 -> latents y (B, latent_dims)."""
        for name in ("analysis/conv1", "analysis/conv2"):
            kernel, bias = self._pair(name)
            x = tf.nn.conv2d(x, kernel, 2, "SAME")
            x = tf.nn.leaky_relu(x + bias)
        flat = tf.reshape(x, (-1, 2450))  # 7 · 7 · 50
        hidden = self._dense("analysis/dense1", flat)
        hidden = tf.nn.leaky_relu(hidden)
        return self._dense("analysis/dense2", hidden)

    def synthesis(self, y: tf.Tensor) -> tf.Tensor:
        """Latents (B, latent_dims) -> digits (B, 28, 28, 1) around 0..1, not clipped."""
        hidden = tf.nn.leaky_relu(self._dense("synthesis/dense1", y))
        hidden = tf.nn.leaky_relu(self._dense("synthesis/dense2", hidden))
        x = tf.reshape(hidden, (-1, 7, 7, 50))
        for name, side, channels in UPWARDS:
            kernel, bias = self._pair(name)
            shape = (tf.shape(x)[0], side, side, channels)
            x = tf.nn.conv2d_transpose(x, kernel, shape, 2, "SAME")
            x = tf.nn.leaky_relu(x + bias)
        return x

    def prior(self) -> tfc.NoisyLogistic:
        """The densities of the latents plus uniform noise, one per dimension."""
        scale = tf.exp(self.parameters["prior/log_scale"])
        return tfc.NoisyLogistic(loc=0.0, scale=scale)

    def bits(self, y: tf.Tensor) -> tf.Tensor:
        """Bits (B, latent_dims) of latents: of integers their information content, of noisy ones
        its differentiable proxy.
        """
        return self.prior().log_prob(y) / -np.log(2)


def distortion(
    metric: str,
    x: tf.Tensor,
    x_hat: tf.Tensor,
) -> tf.Tensor:
    """Distortion (B,) of digits in 0..1 by `metric`: mean absolute error, mean squared error, or
    1 − SSIM.
    """
    if metric == "ssim":
        clipped = tf.clip_by_value(x_hat, 0, 1)
        return 1 - tf.image.ssim(x, clipped, 1.0)
    error = tf.abs(x - x_hat)
    if metric != "mae":
        error = tf.square(error)
    return tf.reduce_mean(error, (1, 2, 3))


def build_tables(parameters: Mapping[str, np.ndarray]) -> Tensors:
    """The range coder's integer tables for the prior, in TFC's layout: `cdf` and `cdf_offset`, both
    int32.

    Per dimension `cdf` holds −PRECISION, then the cumulative frequencies 0 … 2^PRECISION of the
    symbols from `cdf_offset` upwards; the last symbol is the escape.
    """
    log_scale = tf.cast(parameters["prior/log_scale"], tf.float32)
    transforms = DigitTransforms({"prior/log_scale": log_scale})
    coder = tfc.ContinuousBatchedEntropyModel(
        transforms.prior(),
        coding_rank=1,
        compression=True,
        stateless=True,
        tail_mass=TAIL_MASS,
        range_coder_precision=PRECISION,
        offset_heuristic=False,
    )
    return {"cdf": coder.cdf.numpy(), "cdf_offset": coder.cdf_offset.numpy()}
