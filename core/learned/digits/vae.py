"""A variational autoencoder of MNIST digits (Kingma & Welling 2014), to generate, and to compare a
KL divergence with a bit rate.

    x ─ conv 32 3×3 ↓2 ─ conv 64 3×3 ↓2 ─ dense ─ mean μ, log variance
    z = μ + σ · ε,  ε ~ N(0, 1)
    z ─ dense 7·7·32 ─ conv 64 3×3 ↑2 ─ conv 32 3×3 ↑2 ─ conv 1 3×3 ─ logits of the pixels

Trained on the evidence lower bound: KL(N(μ, σ²) ‖ N(0, 1)) plus the binary cross-entropy of the
grey values in 0..1.
"""

from collections.abc import Mapping
from typing import cast

import numpy as np
import tensorflow as tf

from core.errors import ModelError
from core.learned.digits.card import VaeCard
from core.learned.digits.dense import Dense
from core.store.families import Card, Tensors, check_shapes

# Of the decoder's transposed convolutions: name, side of the output, its channels, stride.
UPWARDS = (
    ("decoder/conv1", 14, 64, 2),
    ("decoder/conv2", 28, 32, 2),
    ("decoder/conv3", 28, 1, 1),
)


def parameter_shapes(latent_dims: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the trained parameters by name; transposed kernels are (height, width, out,
    in).
    """
    return {
        "encoder/conv1/kernel": (3, 3, 1, 32),
        "encoder/conv1/bias": (32,),
        "encoder/conv2/kernel": (3, 3, 32, 64),
        "encoder/conv2/bias": (64,),
        "encoder/dense/kernel": (3136, 2 * latent_dims),
        "encoder/dense/bias": (2 * latent_dims,),
        "decoder/dense/kernel": (latent_dims, 1568),
        "decoder/dense/bias": (1568,),
        "decoder/conv1/kernel": (3, 3, 64, 32),
        "decoder/conv1/bias": (64,),
        "decoder/conv2/kernel": (3, 3, 32, 64),
        "decoder/conv2/bias": (32,),
        "decoder/conv3/kernel": (3, 3, 1, 32),
        "decoder/conv3/bias": (1,),
    }


def check(
    card: Card,
    tensors: Tensors,
) -> None:
    """Raise ModelError unless `tensors` are the weights of a model like this, and `card` says what
    the pages show.
    """
    first = tensors.get("decoder/dense/kernel")
    dims = 0 if first is None else first.shape[0]
    check_shapes(card, tensors, parameter_shapes(dims))
    try:
        complete = _is_complete(cast(VaeCard, card), dims)
    except (KeyError, TypeError):
        complete = False
    if not complete:
        raise ModelError(f"Model {card['name']!r} has an incomplete card: figures are missing.")


def _is_complete(
    card: VaeCard,
    dims: int,
) -> bool:
    """Whether the card has all figures; or KeyError or TypeError."""
    figures = card["figures"]
    numbers = (
        figures["kl_bits"],
        figures["mae"],
        card["data"]["validation"],
    )
    if not all(isinstance(number, int | float) for number in numbers):
        return False
    return isinstance(card["created"], str) and card["latent_dims"] == dims


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
