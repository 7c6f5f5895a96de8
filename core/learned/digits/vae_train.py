"""Training of the variational autoencoder of digits, as a task of the common loop, up to the stored model."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from core.datasets import mnist as data
from core.errors import ModelError
from core.learned.digits import vae
from core.learned.digits.runs import DATA, Epochs, Shuffled, check_ranges, first_weights, session
from core.learned.training.loop import Result, train
from core.learned.training.optim import Adam
from core.store import zoo
from core.store.modelfile import StoredModel


@dataclass(frozen=True)
class VaeTraining(Epochs):
    """What is trained."""

    epochs: float = 15
    latent_dims: int = 10
    batch: int = 128
    lr: float = 1e-3
    seed: int = 0

    def __post_init__(self):
        check_ranges(
            self,
            {"epochs": (1e-3, 1000), "latent_dims": (1, 256), "batch": (1, 4096), "lr": (1e-7, 1)},
        )


class VaeTask:
    """The variational autoencoder for `training.train`."""

    def __init__(self, config: VaeTraining, train_set: np.ndarray, test_set: np.ndarray):
        self.test_set = test_set
        self.batches = Shuffled(train_set, config.batch, config.seed)
        start = first_weights(vae.parameter_shapes(config.latent_dims), config.seed)
        self.variables = {name: tf.Variable(value) for name, value in start.items()}
        self.model = vae.Vae(self.variables)

    def optimisers(self) -> list:
        return [Adam(self.variables)]

    def batch(self, step: int) -> dict[str, np.ndarray]:
        return {"digits": self.batches(step)}

    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        x = tf.cast(batch["digits"], tf.float32) / 255
        mean, log_variance = self.model.encode(x)
        z = mean + tf.exp(log_variance / 2) * tf.random.stateless_normal(tf.shape(mean), seed)
        rate = tf.reduce_mean(tf.reduce_sum(vae.kl_bits(mean, log_variance), 1))
        distortion = tf.reduce_mean(vae.cross_entropy_bits(x, self.model.decode(z)))
        return rate + distortion, {"rate": rate, "distortion": distortion}

    def validate(self) -> dict[str, float]:
        figures = evaluate(self.model, self.test_set)
        return {
            "loss": figures["elbo_bits"],
            "rate": figures["kl_bits"],
            "distortion": figures["cross_entropy_bits"],
        }


def evaluate(model: vae.Vae, digits: np.ndarray) -> dict:
    """Figures over `digits`, uint8 (N, 28, 28, 1), with one z sampled per digit (seeded) and 8-bit reconstructions.

    kl_bits, cross_entropy_bits and their sum, the negative evidence lower bound elbo_bits; mae and mse (0..1) of the
    reconstructions from sampled z; kl_per_dim: (latent_dims,) means in bits.
    """
    kl, sums = 0.0, np.zeros(3)
    for at in range(0, len(digits), 500):
        x = tf.cast(digits[at : at + 500], tf.float32) / 255
        mean, log_variance = model.encode(x)
        z = mean + tf.exp(log_variance / 2) * tf.random.stateless_normal(tf.shape(mean), (0, at))
        logits = model.decode(z)
        x_hat = tf.round(tf.sigmoid(logits) * 255) / 255
        kl += tf.reduce_sum(vae.kl_bits(mean, log_variance), 0).numpy().astype(np.float64)
        sums += [
            float(tf.reduce_sum(vae.cross_entropy_bits(x, logits))),
            float(tf.reduce_sum(tf.reduce_mean(tf.abs(x - x_hat), (1, 2, 3)))),
            float(tf.reduce_sum(tf.reduce_mean(tf.square(x - x_hat), (1, 2, 3)))),
        ]
    kl, (cross_entropy, mae, mse) = kl / len(digits), sums / len(digits)
    return {
        "kl_bits": float(kl.sum()),
        "cross_entropy_bits": float(cross_entropy),
        "mae": float(mae),
        "mse": float(mse),
        "elbo_bits": float(kl.sum() + cross_entropy),
        "kl_per_dim": [round(float(b), 4) for b in kl],
    }


def run(
    config: VaeTraining, name: str, folder: Path, resume: bool = False, replace_model: bool = False
) -> tuple[Result, dict | None]:
    """Train in run folder `folder` and store the model as `name`. Returns how it ended, and the card of a finished model.

    Raises DataError without MNIST, ModelError when `name` is taken.
    """
    zoo.check_free(name, replace_model)
    train_set, test_set = data.load("train"), data.load("test")
    started = time.time()
    result = train(
        VaeTask(config, train_set, test_set), config.plan(len(train_set)), folder, resume=resume
    )
    if result.event != "done":
        return result, None
    tensors = {key: value.astype(np.float16) for key, value in result.averaged.items()}
    model = vae.Vae(tensors)
    probe = np.random.default_rng(0).normal(size=(16, config.latent_dims)).astype(np.float32)

    def same_pictures(stored: StoredModel) -> dict:
        if not np.array_equal(vae.Vae(stored.tensors).pictures(probe), model.pictures(probe)):
            raise ModelError(
                f"Model {name!r} does not draw the same digits after reloading; it was not stored."
            )
        return {"digits": len(probe), "same_pictures_after_reload": True}

    card = {
        "title": "Digits, variational autoencoder",
        **asdict(config),
        "steps": result.step,
        **session(started),
        "data": DATA,
        "figures": evaluate(model, test_set),
    }
    return result, zoo.store(name, "vae", tensors, card, proof=same_pictures, replace=replace_model)
