"""Training of the variational autoencoder of digits, as a task of the common loop, up to the stored
model.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from core.errors import ModelError
from core.learned.digits import vae
from core.learned.digits.runs import (
    Epochs,
    Finished,
    Recipe,
    Shuffled,
    check_ranges,
    first_weights,
    train_and_store,
)
from core.learned.digits.shapes import vae_shapes
from core.learned.training.loop import Result
from core.learned.training.optim import Adam
from core.store.families import Card, Tensors
from core.store.modelfile import StoredModel

AT_ONCE = 500  # digits in memory while evaluating


@dataclass(frozen=True)
class VaeTraining(Epochs):
    """What is trained."""

    epochs: float = 15
    latent_dims: int = 10
    batch: int = 128
    lr: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        ranges = {
            "epochs": (1e-3, 1000),
            "latent_dims": (1, 256),
            "batch": (1, 4096),
            "lr": (1e-7, 1),
        }
        check_ranges(self, ranges)


class VaeTask:
    """The variational autoencoder for the training loop."""

    def __init__(
        self,
        config: VaeTraining,
        train_set: np.ndarray,
        test_set: np.ndarray,
    ) -> None:
        self.test_set = test_set
        self.batches = Shuffled(train_set, config.batch, config.seed)
        shapes = vae_shapes(config.latent_dims)
        start = first_weights(shapes, config.seed)
        self.variables = {name: tf.Variable(value) for name, value in start.items()}
        self.model = vae.Vae(self.variables)

    def optimisers(self) -> list[Adam]:
        return [Adam(self.variables)]

    def batch(self, step: int) -> dict[str, np.ndarray]:
        return {"digits": self.batches(step)}

    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        x = tf.cast(batch["digits"], tf.float32) / 255
        mean, log_variance = self.model.encode(x)
        z = vae.sample(mean, log_variance, seed)
        kl = tf.reduce_sum(vae.kl_bits(mean, log_variance), 1)
        rate = tf.reduce_mean(kl)
        logits = self.model.decode(z)
        distortion = tf.reduce_mean(vae.cross_entropy_bits(x, logits))
        return rate + distortion, {"rate": rate, "distortion": distortion}

    def validate(self) -> dict[str, float]:
        figures = evaluate(self.model, self.test_set)
        return {
            "loss": figures["elbo_bits"],
            "rate": figures["kl_bits"],
            "distortion": figures["cross_entropy_bits"],
        }


def evaluate(model: vae.Vae, digits: np.ndarray) -> dict[str, Any]:
    """Figures over `digits`, uint8 (N, 28, 28, 1), with one z sampled per digit (seeded) and 8-bit
    reconstructions.

    kl_bits, cross_entropy_bits and their sum, the negative evidence lower bound elbo_bits; mae and
    mse (0..1) of the reconstructions from sampled z; kl_per_dim: (latent_dims,) means in bits.
    """
    kl = np.zeros(model.latent_dims)
    sums = np.zeros(3)
    for first in range(0, len(digits), AT_ONCE):
        x = tf.cast(digits[first : first + AT_ONCE], tf.float32) / 255
        part, others = _sums(model, x, first)
        kl += part
        sums += others
    kl /= len(digits)
    cross_entropy, mae, mse = sums / len(digits)
    total = float(kl.sum())
    return {
        "kl_bits": total,
        "cross_entropy_bits": float(cross_entropy),
        "mae": float(mae),
        "mse": float(mse),
        "elbo_bits": float(total + cross_entropy),
        "kl_per_dim": [round(float(bits), 4) for bits in kl],
    }


def _sums(model: vae.Vae, x: tf.Tensor, seed: int) -> tuple[np.ndarray, list[float]]:
    """Over some digits `x` (B, 28, 28, 1) in 0..1, the sums of the KL (latent_dims,), and of
    cross-entropy, absolute and squared error.
    """
    mean, log_variance = model.encode(x)
    z = vae.sample(mean, log_variance, (0, seed))
    logits = model.decode(z)
    x_hat = tf.round(tf.sigmoid(logits) * 255) / 255
    kl = tf.reduce_sum(vae.kl_bits(mean, log_variance), 0)
    pixels = (1, 2, 3)
    each = (
        vae.cross_entropy_bits(x, logits),
        tf.reduce_mean(tf.abs(x - x_hat), pixels),
        tf.reduce_mean(tf.square(x - x_hat), pixels),
    )
    sums = [float(tf.reduce_sum(values)) for values in each]
    return kl.numpy().astype(np.float64), sums


def run(
    config: VaeTraining,
    name: str,
    folder: Path,
    resume: bool = False,
    replace_model: bool = False,
) -> tuple[Result, Card | None]:
    """`runs.train_and_store` for the variational autoencoder."""
    recipe = Recipe("vae", partial(VaeTask, config), partial(_finish, config))
    return train_and_store(config, recipe, name, folder, resume, replace_model)


def _finish(config: VaeTraining, weights: Tensors, test_set: np.ndarray) -> Finished:
    """The model with its figures; it is proved by drawing the same digits."""
    model = vae.Vae(weights)
    rng = np.random.default_rng(0)
    probe = rng.normal(size=(16, config.latent_dims)).astype(np.float32)
    drawn = model.pictures(probe)

    def same_pictures(stored: StoredModel) -> dict[str, Any]:
        again = vae.Vae(stored.tensors)
        if not np.array_equal(again.pictures(probe), drawn):
            raise ModelError(
                f"Model {stored.name!r} does not draw the same digits after reloading; it was not "
                "stored."
            )
        return {"digits": len(probe), "same_pictures_after_reload": True}

    figures = {"figures": evaluate(model, test_set)}
    return Finished("Digits, variational autoencoder", weights, same_pictures, figures)
