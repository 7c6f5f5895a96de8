"""The neural entropy model as a task of the training loop: latents of photographs, bits,
validation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from core.learned.photos.entropy.neural_layout import FAR_CHANNELS, MATRICES, NEAR, visits
from core.learned.photos.neural.net import Network, logistic_bits, start_parameters
from core.learned.training.optim import Adam

# Positions a step by first layer (none, coarse, diagonal, straight), in about the proportions of a
# picture: the loss is its rate.
COUNTS = (32, 480, 512, 1024)
LAYER = np.array([0 if i is None else i + 1 for i in MATRICES])  # of a visit, into COUNTS
SMALLEST_SIGMA = 0.4
SAMPLE = 100_000  # positions of a level, for what is known of it beforehand
CHUNK = 2048  # positions at once in a validation


@dataclass(frozen=True)
class Sites:
    """Latents of many pictures, position by position.

    `values` (n + 1, C) int16 in the coder's order of channels, the last row 0; `around` (n, 12)
    int32: the rows of a position's neighbours; `visit`, `level` (n,). `shapes` (pictures, 3):
    level, height and width of each.
    """

    values: np.ndarray
    around: np.ndarray
    visit: np.ndarray
    level: np.ndarray
    shapes: np.ndarray

    @classmethod
    def of(cls, latents: list[np.ndarray], levels: list[int]) -> "Sites":
        """Of latents (h, w, C), channels in the coder's order, each of its level."""
        count = latents[0].shape[2]
        rows = [y.reshape(-1, count) for y in latents] + [np.zeros((1, count))]
        shapes = np.array([(n, *y.shape[:2]) for y, n in zip(latents, levels, strict=True)])
        return cls.over(np.concatenate(rows).astype(np.int16), shapes)

    @classmethod
    def over(cls, values: np.ndarray, shapes: np.ndarray) -> "Sites":
        """Of `values`, which hold pictures one after the other; `shapes` (pictures, 3): level,
        height, width.
        """
        total, first = len(values) - 1, 0
        around = np.full((total, 12), total, np.int32)
        visit, level = np.zeros(total, np.int8), np.zeros(total, np.int8)
        for number, height, width in shapes.tolist():
            size = height * width
            level[first : first + size] = number
            for one in visits(height, width):
                visit[first + one.rows] = one.number
                if len(one.around):
                    inside = one.around < size
                    around[first + one.rows] = np.where(inside, first + one.around, total).T
            first += size
        return cls(values, around, visit, level, shapes)

    def batch(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """What the network needs to know of the positions `rows` (N,)."""
        around = self.around[rows].T
        return {
            "y": self.values[rows],
            "near": self.values[around[:NEAR]],
            "far": self.values[:, :FAR_CHANNELS][around[NEAR:]],
            "levels": self.level[rows].astype(np.int32),
            "visit": self.visit[rows].astype(np.int32),
        }


def channel_order(latents: list[np.ndarray]) -> np.ndarray:
    """The channels (C,) of latents (h, w, C) of all levels, those with the largest spread first."""
    power = sum(np.square(y, dtype=np.float64).mean((0, 1)) / y.std() ** 2 for y in latents)
    return np.argsort(-power, kind="stable")


def spreads(sites: Sites, levels: int) -> np.ndarray:
    """(levels, C) float32: each level's units."""
    rows = [np.flatnonzero(sites.level == level)[:SAMPLE] for level in range(levels)]
    spread = np.stack([sites.values[some].std(0) for some in rows])
    return np.maximum(spread, SMALLEST_SIGMA).astype(np.float32)


class NeuralTask:
    """A `training.Task`. A level's bits count by what they are on average, so that equal shares
    weigh alike.
    """

    def __init__(self, training: Sites, held_out: Sites, sigma: np.ndarray, seed: int = 0):
        self.training, self.held_out, self.seed = training, held_out, seed
        self.levels = len(sigma)
        start = start_parameters(sigma, seed)
        self.variables = {name: tf.Variable(value, name=name) for name, value in start.items()}
        self.network = Network(self.variables, sigma)
        layer = LAYER[training.visit]
        self._rows = [np.flatnonzero(layer == i) for i in range(len(COUNTS))]
        self.weights = (1 / self._mean_bits(training)).astype(np.float32)
        self._bits = tf.function(self.bits, reduce_retracing=True, autograph=False)

    def _mean_bits(self, sites: Sites) -> np.ndarray:
        """(levels,): about what a position costs, from the entropy of each channel by itself."""
        out = np.zeros(self.levels)
        for level in range(self.levels):
            rows = sites.values[np.flatnonzero(sites.level == level)[:SAMPLE]]
            for channel in rows.T:
                share = np.unique(channel, return_counts=True)[1] / len(channel)
                out[level] -= (share * np.log2(share)).sum()
        return out

    def optimisers(self) -> list:
        return [Adam(self.variables)]

    def batch(self, step: int) -> dict[str, np.ndarray]:
        """Random positions, sorted by the first layer of their visits."""
        rng = np.random.default_rng([self.seed, step])
        rows = [rng.choice(some, n) for some, n in zip(self._rows, COUNTS, strict=True)]
        return self.training.batch(np.concatenate(rows))

    def bits(self, batch: dict, counts: Sequence[int] | tf.Tensor) -> tf.Tensor:
        """(N, C): what each latent costs."""
        mean, scale = self.network.distributions(
            batch["y"], batch["near"], batch["far"], batch["levels"], batch["visit"], counts
        )
        return logistic_bits(batch["y"], mean, scale)

    def loss(self, batch: dict, seed: tf.Tensor) -> tuple[tf.Tensor, dict]:
        """Mean over positions of their bits as a share of their level's; reports the bits, too."""
        bits = tf.reduce_sum(self.bits(batch, COUNTS), 1)
        share = bits * tf.gather(self.weights, batch["levels"])
        return tf.reduce_mean(share), {"bits": tf.reduce_mean(bits)}

    def validate(self) -> dict:
        """Per level the bits of a position of the held-out photographs, and the loss."""
        layer, total = LAYER[self.held_out.visit], np.zeros(self.levels)
        for i in range(len(COUNTS)):
            rows = np.flatnonzero(layer == i)
            for start in range(0, len(rows), CHUNK):
                some = rows[start : start + CHUNK]
                counts = np.zeros(len(COUNTS), np.int32)
                counts[i] = len(some)
                bits = self._bits(self.held_out.batch(some), tf.constant(counts)).numpy().sum(1)
                total += np.bincount(self.held_out.level[some], bits, self.levels)
        mean = total / np.bincount(self.held_out.level, minlength=self.levels)
        return {
            "loss": float((mean * self.weights).mean()),
            "bits": [round(float(b), 2) for b in mean],
        }
