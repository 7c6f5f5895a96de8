"""Transforms and neural entropy model trained together, as a task of the training loop.

The rate is that of the network, whose contexts are truly rounded latents. Its own parameters learn
from what the rounded latents cost; a latent's gradient comes from what the same latent costs with
uniform noise in place of rounding, from what it does to the predictions of others, and from the
distortion, the last two straight through the rounding (Minnen & Singh, "Channel-wise autoregressive
entropy models for learned image compression", 2020, section 3.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import tensorflow as tf

from core.datasets.photos import Photos
from core.learned.photos.config import PhotoConfig
from core.learned.photos.entropy.neural_layout import CHANNELS, FAR_CHANNELS, NEAR
from core.learned.photos.neural.net import Network, logistic_bits
from core.learned.photos.neural.task import COUNTS, LAYER, Sites
from core.learned.photos.training.loss import distortion
from core.learned.photos.training.task import PhotoTask

T = TypeVar("T")
ENTROPY = "entropy/"  # in front of the names of the network's parameters


def of_network(parameters: Mapping[str, T]) -> dict[str, T]:
    """Those of the network, by the names that it has for them."""
    return {
        name.removeprefix(ENTROPY): value
        for name, value in parameters.items()
        if name.startswith(ENTROPY)
    }


@dataclass(frozen=True)
class Positions:
    """The positions of a batch of latents of one size, in the order in which the network takes
    them.

    `rows` (n,): where in the batch, picture by picture, row by row, sorted by the first layer of
    their visits; `counts` says how many have each. `around` (12, n): their neighbours, n where
    there is none. `visit` (n,); `sample` (n,): the picture.
    """

    rows: np.ndarray
    counts: list[int]
    around: np.ndarray
    visit: np.ndarray
    sample: np.ndarray

    @classmethod
    def of(cls, pictures: int, height: int, width: int) -> "Positions":
        size = height * width
        shapes = np.tile([0, height, width], (pictures, 1))
        sites = Sites.over(np.zeros((pictures * size + 1, 1), np.int16), shapes)
        layer = LAYER[sites.visit]
        rows = np.argsort(layer, kind="stable")
        return cls(
            rows,
            np.bincount(layer, minlength=len(COUNTS)).tolist(),
            sites.around[rows].T,
            sites.visit[rows].astype(np.int32),
            (rows // size).astype(np.int32),
        )


class JointTask(PhotoTask):
    """A `training.Task`: batches and weights of the levels are those of `PhotoTask`.

    `weights`: of the transforms and, behind `ENTROPY`, of the network, to start from; `order` (C,)
    and `sigma` (levels, C): the network's channels and units.
    """

    def __init__(
        self,
        config: PhotoConfig,
        photos: Photos,
        weights: Mapping[str, np.ndarray],
        order: np.ndarray,
        sigma: np.ndarray,
        patch: int = 128,
        batch: int = 8,
        seed: int = 0,
    ):
        super().__init__(config, photos, patch, batch, seed, first_hard=0, weights=weights)
        self.network = Network(of_network(self.variables), sigma)
        self._order = tf.constant(order, tf.int32)

    def loss(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor]]:
        """Weighted mean of bpp + λ D; reports the unweighted means of bpp and D.

        The priors of single channels, of which the static tables are made, learn beside it: what
        they say changes no latent.
        """
        x, levels = batch["x"], batch["levels"]
        y = self.model.analysis(x, levels)
        noisy = y + tf.random.stateless_uniform(tf.shape(y), seed, -0.5, 0.5)
        rounded = y + tf.stop_gradient(tf.round(y) - y)
        pixels = x.shape[1] * x.shape[2]
        bpp = self.bits(rounded, noisy, levels) / pixels
        error = distortion(self.config.metric, x, self.model.synthesis(rounded, levels))
        static = self.model.bits(tf.stop_gradient(noisy), levels) / pixels
        weights = tf.gather(self.weights, levels)
        lmbda = tf.gather(tf.constant(self.config.lmbda, tf.float32), levels)
        loss = tf.reduce_mean((bpp + lmbda * error) * weights)
        beside = tf.reduce_mean(static * weights)
        # Adds nothing to the loss, but its gradient.
        loss += beside - tf.stop_gradient(beside)
        return loss, {"bpp": tf.reduce_mean(bpp), "distortion": tf.reduce_mean(error)}

    def bits(self, rounded: tf.Tensor, noisy: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """(B,): what the network says that `rounded` latents (B, h, w, C) cost.

        Gradients by the latents come from `noisy` ones, and through the contexts from `rounded`.
        """
        at = Positions.of(*(int(side) for side in rounded.shape[:3]))
        flat = self._flat(rounded)
        own = tf.gather(flat, at.rows)
        known = tf.pad(flat, ((0, 1), (0, 0)))
        near = tf.gather(known, at.around[:NEAR])
        far = tf.gather(known[:, :FAR_CHANNELS], at.around[NEAR:])
        mean, scale = self.network.distributions(
            own, near, far, tf.gather(levels, at.sample), at.visit, at.counts
        )
        cost = logistic_bits(tf.stop_gradient(own), mean, scale)
        drawn = tf.gather(self._flat(noisy), at.rows)
        smooth = logistic_bits(drawn, tf.stop_gradient(mean), tf.stop_gradient(scale))
        cost += smooth - tf.stop_gradient(smooth)
        of_position = tf.reduce_sum(cost, 1)
        return tf.math.unsorted_segment_sum(of_position, at.sample, int(rounded.shape[0]))

    def _flat(self, y: tf.Tensor) -> tf.Tensor:
        """(B · h · w, C): latents (B, h, w, C), channels in the coder's order."""
        return tf.reshape(tf.gather(y, self._order, axis=3), (-1, CHANNELS))

    def rate(self, y: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Bits (B,) of rounded latents (B, h, w, C), as the network prices them."""
        return self.bits(y, y, levels)
