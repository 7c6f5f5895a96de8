"""The photo coder as a task of the training loop: patches, loss over the levels, validation."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from core.datasets.photos import Patches, Photos, centre_crops, split
from core.images.resize import grey
from core.learned.photos.config import PhotoConfig, of_one_level
from core.learned.photos.model import PhotoTransforms
from core.learned.photos.training.klt_start import start_parameters
from core.learned.photos.training.loss import quantised, rate_distortion
from core.learned.training.optim import Adam

# The loss of a level is divided by λ to this power: a compromise between equal absolute (0) and
# equal relative (1) gains of all levels.
LEVEL_BALANCE = 0.35
# The parameters of a single level see few of the samples: they learn so much faster than the rest.
LEVEL_SPEED = 4.0
VALIDATION_SIDE = 256
START_PATCHES = 512


class PhotoTask:
    """A `training.Task`. Every batch holds levels spread evenly over the range, one per sample.

    It starts from `weights`; None: from the best linear transform. From the step `first_hard` on
    the distortion is that of truly rounded latents; None: never.
    """

    def __init__(
        self,
        config: PhotoConfig,
        photos: Photos,
        patch: int = 128,
        batch: int = 8,
        seed: int = 0,
        first_hard: int | None = None,
        weights: Mapping[str, np.ndarray] | None = None,
    ):
        self.config = config
        self.seed = seed
        self.count = batch
        self.first_hard = first_hard
        train, held_out = split(photos)
        self.patches = Patches(photos, train, patch, batch, seed)
        if weights is None:
            # The start is fitted to patches of its own, not to those of the first step.
            sample = Patches(photos, train, patch, START_PATCHES, seed + 1).batch(0)
            weights = start_parameters(config, _colours(sample, config), seed)
        self.variables = {}
        for name, value in weights.items():
            self.variables[name] = tf.Variable(value, name=name, dtype=tf.float32)
        self.model = PhotoTransforms(config, self.variables)
        crops = centre_crops(photos, held_out, VALIDATION_SIDE, VALIDATION_SIDE)
        self.held_out = _colours(crops, config)
        relative = np.array(config.lmbda) / np.median(config.lmbda)
        self.weights = relative.astype(np.float32) ** -LEVEL_BALANCE
        self._quantised = tf.function(
            lambda x, level: quantised(self.model, x, level, self.rate), autograph=False
        )

    def optimisers(self) -> list[Adam]:
        """One for the parameters of single levels, one for those that all levels share."""
        own: dict[str, tf.Variable] = {}
        shared: dict[str, tf.Variable] = {}
        for name, variable in self.variables.items():
            group = own if of_one_level(name) else shared
            group[name] = variable
        return [Adam(own, LEVEL_SPEED), Adam(shared)]

    def batch(self, step: int) -> dict[str, np.ndarray]:
        """What step `step` learns from.

        `x` (B, patch, patch, colours) uint8, `levels` (B,) int32, and `hard`: whether the
        distortion is that of rounded latents.
        """
        levels = self.config.levels
        # Evenly spread from a random start, so that each level is as frequent as any other.
        first = np.random.default_rng([self.seed, step, 1]).uniform(0, levels)
        spread = first + np.arange(self.count) * levels / self.count
        hard = self.first_hard is not None and step >= self.first_hard
        return {
            "x": _colours(self.patches.batch(step), self.config),
            "levels": (np.floor(spread) % levels).astype(np.int32),
            "hard": np.array(hard),
        }

    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """Weighted mean of bpp + λ D; reports the unweighted means of bpp and D."""
        levels = batch["levels"]
        bpp, distortion = rate_distortion(self.model, batch["x"], levels, seed, batch["hard"])
        lmbda = tf.gather(tf.constant(self.config.lmbda, tf.float32), levels)
        loss = bpp + lmbda * distortion  # (B,)
        weighted = tf.reduce_mean(loss * tf.gather(self.weights, levels))
        means = {
            "bpp": tf.reduce_mean(bpp),
            "distortion": tf.reduce_mean(distortion),
        }
        return weighted, means

    def rate(self, y: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Bits (B,) of rounded latents (B, h, w, latents), by which a validation prices them."""
        return self.model.bits(y, levels)

    def validate(self) -> dict:
        """Of rounded latents, over the held-out crops.

        `loss`: the mean weighted loss; `bpp` and `psnr`: per level, mean bpp and mean PSNR in dB.
        """
        bpp = []
        psnr = []
        loss = 0.0
        x = tf.constant(self.held_out)
        for level, lmbda in enumerate(self.config.lmbda):
            levels = tf.fill([len(self.held_out)], level)
            rate, x_hat = self._quantised(x, levels)
            mse = np.mean((x_hat.numpy() - self.held_out) ** 2, (1, 2, 3))
            decibels = 10 * np.log10(255**2 / np.maximum(mse, 1e-9))
            bpp.append(round(float(np.mean(rate)), 4))
            psnr.append(round(float(np.mean(decibels)), 3))
            of_level = float(np.mean(rate) + lmbda * np.mean(mse))
            loss += self.weights[level] * of_level / self.config.levels
        return {"loss": float(loss), "bpp": bpp, "psnr": psnr}


def _colours(x: np.ndarray, config: PhotoConfig) -> np.ndarray:
    """RGB patches as they are, or their luma (BT.601) for a grey model."""
    if config.colours == 3:
        return x
    return grey(x)[..., None]
