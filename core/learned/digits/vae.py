"""A variational autoencoder of MNIST digits (Kingma & Welling 2014), to generate, and to compare a
KL divergence with a bit rate.

    x ─ conv 32 3×3 ↓2 ─ conv 64 3×3 ↓2 ─ dense ─ mean μ, log variance
    z = μ + σ · ε,  ε ~ N(0, 1)
    z ─ dense 7·7·32 ─ conv 64 3×3 ↑2 ─ conv 32 3×3 ↑2 ─ conv 1 3×3 ─ logits of the pixels

Trained on the evidence lower bound: KL(N(μ, σ²) ‖ N(0, 1)) plus the binary cross-entropy of the
grey values in 0..1.
"""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from core.learned.digits.dense import Dense

# Of the decoder's transposed convolutions: name, side of the output, its channels, stride.
UPWARDS = (
    ("decoder/conv1", 14, 64, 2),
    ("decoder/conv2", 28, 32, 2),
    ("decoder/conv3", 28, 1, 1),
)


class Vae(Dense):
    """Encoder and decoder over named parameters: variables while training, arrays afterwards."""

    def __init__(self, parameters: Mapping[str, tf.Variable | np.ndarray]) -> None:
        self.parameters = {
            name: tf.cast(value, tf.float32) if isinstance(value, np.ndarray) else value
            for name, value in parameters.items()
        }
        self.latent_dims = parameters["decoder/dense/kernel"].shape[0]

    def encode(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Digits (B, 28, 28, 1) in 0..1 -> mean and log variance of z, each (B, latent_dims)."""
        for name in ("encoder/conv1", "encoder/conv2"):
            kernel, bias = self._pair(name)
            x = tf.nn.conv2d(x, kernel, 2, "SAME")
            x = tf.nn.relu(x + bias)
        flat = tf.reshape(x, (-1, 3136))  # 7 · 7 · 64
        both = self._dense("encoder/dense", flat)
        mean = both[:, : self.latent_dims]
        log_variance = both[:, self.latent_dims :]
        return mean, log_variance

    def decode(self, z: tf.Tensor) -> tf.Tensor:
        """Latents (B, latent_dims) -> logits (B, 28, 28, 1); their sigmoid is the digit in 0..1."""
        x = tf.nn.relu(self._dense("decoder/dense", z))
        x = tf.reshape(x, (-1, 7, 7, 32))
        count = tf.shape(z)[0]
        for name, side, channels, stride in UPWARDS:
            kernel, bias = self._pair(name)
            shape = (count, side, side, channels)
            x = tf.nn.conv2d_transpose(x, kernel, shape, stride, "SAME")
            x += bias
            if name != "decoder/conv3":
                x = tf.nn.relu(x)
        return x

    def pictures(self, z: np.ndarray) -> np.ndarray:
        """Latents (B, latent_dims) -> digits uint8 (B, 28, 28, 1)."""
        logits = self.decode(tf.constant(z, tf.float32))
        grey = tf.sigmoid(logits).numpy() * 255
        return np.round(grey).astype(np.uint8)


def sample(
    mean: tf.Tensor,
    log_variance: tf.Tensor,
    seed: tf.Tensor,
) -> tf.Tensor:
    """z = μ + σ · ε, shaped like `mean`; ε from `seed`, two whole numbers."""
    epsilon = tf.random.stateless_normal(tf.shape(mean), seed)
    return mean + tf.exp(log_variance / 2) * epsilon


def kl_bits(
    mean: tf.Tensor,
    log_variance: tf.Tensor,
) -> tf.Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) per dimension in bits, shaped like `mean` (Kingma & Welling 2014,
    appendix B).
    """
    variance = tf.exp(log_variance)
    nats = 0.5 * (tf.square(mean) + variance - 1 - log_variance)
    return nats / np.log(2)


def cross_entropy_bits(
    x: tf.Tensor,
    logits: tf.Tensor,
) -> tf.Tensor:
    """Binary cross-entropy (B,) in bits of grey values in 0..1 under the decoder's logits, summed
    over pixels.
    """
    nats = tf.nn.sigmoid_cross_entropy_with_logits(x, logits)
    return tf.reduce_sum(nats, (1, 2, 3)) / np.log(2)
