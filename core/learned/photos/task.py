"""The photo coder as a task of the training loop: patches, loss over the levels, validation on held-out photographs."""

import numpy as np
import tensorflow as tf

from core.datasets.photos import Patches, Photos, centre_crops, split
from core.images.resize import grey
from core.learned.photos.model import (
    PhotoConfig,
    PhotoTransforms,
    of_one_level,
    quantised,
    rate_distortion,
)
from core.learned.photos.start import start_parameters
from core.learned.training.optim import Adam

LEVEL_BALANCE = (
    0.35  # loss of a level ÷ λ^this: between equal absolute and equal relative gains of the levels
)
LEVEL_SPEED = 4.0  # learning rate of a level's own parameters, which see few of the samples, over that of the others
VALIDATION_SIDE = 256
START_PATCHES = 512


class PhotoTask:
    """A `training.Task`. Every batch holds levels spread evenly over the range, one per sample.

    From the step `first_hard` on the distortion is that of truly rounded latents; None: never.
    """

    def __init__(
        self,
        config: PhotoConfig,
        photos: Photos,
        patch: int = 128,
        batch: int = 8,
        seed: int = 0,
        first_hard: int | None = None,
    ):
        train, held_out = split(photos)
        self.config, self.seed, self.count, self.first_hard = config, seed, batch, first_hard
        self.patches = Patches(photos, train, patch, batch, seed)
        sample = Patches(photos, train, patch, START_PATCHES, seed + 1).batch(0)
        start = start_parameters(config, _colours(sample, config), seed)
        self.variables = {name: tf.Variable(value, name=name) for name, value in start.items()}
        self.model = PhotoTransforms(config, self.variables)
        self.held_out = _colours(
            centre_crops(photos, held_out, VALIDATION_SIDE, VALIDATION_SIDE), config
        )
        self.weights = (np.array(config.lmbda) / np.median(config.lmbda)).astype(
            np.float32
        ) ** -LEVEL_BALANCE
        self._quantised = tf.function(lambda x, level: quantised(self.model, x, level))

    def optimisers(self) -> list:
        own = {n: v for n, v in self.variables.items() if of_one_level(n)}
        shared = {n: v for n, v in self.variables.items() if n not in own}
        return [Adam(own, LEVEL_SPEED), Adam(shared)]

    def batch(self, step: int) -> dict[str, np.ndarray]:
        """`x` (B, patch, patch, colours) uint8, `levels` (B,) int32, and whether the latents are rounded: `hard`."""
        first = np.random.default_rng([self.seed, step, 1]).uniform(0, self.config.levels)
        levels = (
            np.floor(first + np.arange(self.count) * self.config.levels / self.count)
            % self.config.levels
        )
        return {
            "x": _colours(self.patches.batch(step), self.config),
            "levels": levels.astype(np.int32),
            "hard": np.bool_(self.first_hard is not None and step >= self.first_hard),
        }

    def loss(self, batch: dict, seed: tf.Tensor) -> tuple[tf.Tensor, dict]:
        """Weighted mean of bpp + λ D; reports the unweighted mean, bpp and D."""
        bpp, distortion = rate_distortion(
            self.model, batch["x"], batch["levels"], seed, batch["hard"]
        )
        loss = (
            bpp
            + tf.gather(tf.constant(self.config.lmbda, tf.float32), batch["levels"]) * distortion
        )
        weighted = tf.reduce_mean(loss * tf.gather(self.weights, batch["levels"]))
        return weighted, {"bpp": tf.reduce_mean(bpp), "distortion": tf.reduce_mean(distortion)}

    def validate(self) -> dict:
        """Quantised: mean weighted loss, and per level mean bpp and mean PSNR in dB over the held-out crops."""
        bpp, psnr, loss = [], [], 0.0
        for level, lmbda in enumerate(self.config.lmbda):
            rate, x_hat = self._quantised(
                tf.constant(self.held_out), tf.fill([len(self.held_out)], level)
            )
            mse = np.mean((x_hat.numpy() - self.held_out) ** 2, (1, 2, 3))
            bpp.append(round(float(np.mean(rate)), 4))
            psnr.append(round(float(np.mean(10 * np.log10(255**2 / np.maximum(mse, 1e-9)))), 3))
            loss += (
                self.weights[level]
                * float(np.mean(rate) + lmbda * np.mean(mse))
                / self.config.levels
            )
        return {"loss": float(loss), "bpp": bpp, "psnr": psnr}


def _colours(x: np.ndarray, config: PhotoConfig) -> np.ndarray:
    """RGB patches as they are, or their luma (BT.601) for a grey model."""
    if config.colours == 3:
        return x
    return grey(x)[..., None]
