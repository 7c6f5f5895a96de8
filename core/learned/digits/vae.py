"""A variational autoencoder of MNIST digits (Kingma & Welling 2014), to generate, and to compare a KL with a bit rate.

    x ─ conv 32 3×3 ↓2 ─ conv 64 3×3 ↓2 ─ dense ─ mean μ, log variance     z = μ + σ · ε,  ε ~ N(0, 1)
    z ─ dense 7·7·32 ─ conv 64 3×3 ↑2 ─ conv 32 3×3 ↑2 ─ conv 1 3×3 ─ logits of the pixels

Trained on the evidence lower bound: KL(N(μ, σ²) ‖ N(0, 1)) plus the binary cross-entropy of the grey values in 0..1.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from core.errors import ModelError
from core.store.families import check_shapes


def parameter_shapes(latent_dims: int) -> dict[str, tuple[int, ...]]:
    """The trained parameters of a model by name. Transposed kernels are (height, width, out, in)."""
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


def check(card: Any, tensors: dict[str, np.ndarray]) -> None:
    """Raise ModelError unless `tensors` are the weights of a model like this, and `card` tells what pages show."""
    dims = tensors["decoder/dense/kernel"].shape[0] if "decoder/dense/kernel" in tensors else 0
    check_shapes(card, tensors, parameter_shapes(dims))
    try:
        numbers = [card["figures"]["kl_bits"], card["figures"]["mae"], card["data"]["validation"]]
        complete = (
            all(isinstance(number, int | float) for number in numbers)
            and isinstance(card["created"], str)
            and card["latent_dims"] == dims
        )
    except (KeyError, TypeError):
        complete = False
    if not complete:
        raise ModelError(f"Model {card['name']!r} has an incomplete card: figures are missing.")


class Vae:
    """Encoder and decoder over named parameters: variables while training, arrays afterwards."""

    def __init__(self, parameters: dict):
        self.parameters = {
            name: tf.cast(value, tf.float32) if isinstance(value, np.ndarray) else value
            for name, value in parameters.items()
        }
        self.latent_dims = parameters["decoder/dense/kernel"].shape[0]

    def encode(self, x: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Digits (B, 28, 28, 1) in 0..1 -> mean and log variance of z, each (B, latent_dims)."""
        for name in ("encoder/conv1", "encoder/conv2"):
            x = tf.nn.relu(tf.nn.conv2d(x, self._kernel(name), 2, "SAME") + self._bias(name))
        x = tf.matmul(tf.reshape(x, (-1, 3136)), self._kernel("encoder/dense")) + self._bias(
            "encoder/dense"
        )
        return x[:, : self.latent_dims], x[:, self.latent_dims :]

    def decode(self, z: tf.Tensor) -> tf.Tensor:
        """Latents (B, latent_dims) -> logits (B, 28, 28, 1); their sigmoid is the digit in 0..1."""
        x = tf.nn.relu(tf.matmul(z, self._kernel("decoder/dense")) + self._bias("decoder/dense"))
        x = tf.reshape(x, (-1, 7, 7, 32))
        for name, side, channels, stride in (
            ("conv1", 14, 64, 2),
            ("conv2", 28, 32, 2),
            ("conv3", 28, 1, 1),
        ):
            shape = (tf.shape(z)[0], side, side, channels)
            x = tf.nn.conv2d_transpose(x, self._kernel(f"decoder/{name}"), shape, stride, "SAME")
            x += self._bias(f"decoder/{name}")
            x = x if name == "conv3" else tf.nn.relu(x)
        return x

    def pictures(self, z: np.ndarray) -> np.ndarray:
        """Latents (B, latent_dims) -> digits uint8 (B, 28, 28, 1)."""
        return np.round(tf.sigmoid(self.decode(tf.constant(z, tf.float32))).numpy() * 255).astype(
            np.uint8
        )

    def _kernel(self, name: str):
        return self.parameters[f"{name}/kernel"]

    def _bias(self, name: str):
        return self.parameters[f"{name}/bias"]


def kl_bits(mean: tf.Tensor, log_variance: tf.Tensor) -> tf.Tensor:
    """KL(N(μ, σ²) ‖ N(0, 1)) per dimension in bits, shaped like `mean` (Kingma & Welling 2014, appendix B)."""
    return 0.5 * (tf.square(mean) + tf.exp(log_variance) - 1 - log_variance) / np.log(2)


def cross_entropy_bits(x: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy (B,) in bits of grey values in 0..1 under the decoder's logits, summed over pixels."""
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(x, logits), (1, 2, 3)) / np.log(2)
