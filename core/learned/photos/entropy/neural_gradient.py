"""Back through the integer network: what a latent does to the bits of those that it is context for.

Only an encoder that searches needs this. The network's steps are treated as if they were none
(straight-through), a clipped unit passes nothing on. Gradients are rounded to multiples of `UNIT`
and bounded by `LARGEST_GRADIENT`; so float64 holds every sum exactly, and the search finds the same
latents with any number of threads.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.learned.photos.entropy.integer_network import IntegerNetwork
from core.learned.photos.entropy.neural_layout import (
    CHANNELS,
    FAR,
    FAR_CHANNELS,
    MATRICES,
    NEAR,
    WIDTH,
    Visit,
    in_parts,
    visits,
)
from core.learned.photos.entropy.neural_tensors import BRIGHTEST, LARGEST

FLOAT = np.float64
UNIT = 2.0**-32  # bits
LARGEST_GRADIENT = 16.0  # times 127, the largest weight, and 512 units: below 2^21 = 2^53 · UNIT


@dataclass(frozen=True)
class Part:
    """Positions of a visit after the pass forward, and what the layers made of them.

    `predicted` (N, C) in 1/PREDICT_UNIT; `hidden`, `near` (N, WIDTH); `first`, `second`
    (N, HIDDEN); `network` and `visit` that made them.
    """

    network: IntegerNetwork
    visit: Visit
    predicted: np.ndarray
    hidden: np.ndarray
    near: np.ndarray
    first: np.ndarray
    second: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        """(N,): where in the grid."""
        return self.visit.rows

    def outputs(self, channels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Accumulators (N, c) int64 of the mean and of the scale."""
        columns = np.concatenate([channels, CHANNELS + channels])
        matrix = self.network.matrix
        sums = self.second @ matrix["out"][:, columns]
        sums += self.near @ matrix["out_from_near"][:, columns]
        sums += self.network.bias["out"][self.visit.number, columns]
        mean, scale = np.split(sums.astype(np.int64), 2, 1)
        return mean, scale


class BackwardPass:
    """The gradient of the bits with respect to all latents, gathered part by part."""

    def __init__(self, network: IntegerNetwork, values: np.ndarray):
        """`values` (h · w + 1, C): the latents in the coder's order, the last row for outside."""
        every = np.arange(CHANNELS)
        self._network = network
        self._seen = network.squashed(every, values)
        self._known = np.clip(values, -LARGEST, LARGEST).astype(np.float32)
        above, below = (network.squashed(every, values + step) for step in (1, -1))
        self._slope = (above - below) / 2
        self._by_seen = np.zeros(values.shape, FLOAT)
        self._by_known = np.zeros(values.shape, FLOAT)
        self._matrix = {name: m.astype(FLOAT) for name, m in network.matrix.items()}

    def parts(self, height: int, width: int) -> Iterator[Part]:
        """The pass forward at all positions of a grid."""
        network = self._network
        for whole in visits(height, width):
            for visit in in_parts(whole):
                hidden = network.around(visit, self._seen)
                near = network.near(visit, hidden)
                sums = near @ network.matrix["from_near"] + network.bias["own"][visit.number]
                sums += self._seen[visit.rows] @ network.matrix["own"]
                first = network.activated("own", sums)
                sums = first @ network.matrix["second"] + network.bias["second"][visit.number]
                second = network.activated("second", sums)
                predicted = network.predicted(visit, self._known)
                yield Part(network, visit, predicted, hidden, near, first, second)

    def back(
        self,
        part: Part,
        channels: np.ndarray,
        by_mean: np.ndarray,
        by_scale: np.ndarray,
        by_prediction: np.ndarray,
    ) -> None:
        """Add what the latents at a part's positions mean for their contexts.

        The gradients (N, c) of their bits with respect to the accumulators of mean and scale and to
        the prediction.
        """
        matrix = self._matrix
        columns = np.concatenate([channels, CHANNELS + channels])
        by_outputs = _rounded(np.concatenate([by_mean, by_scale], 1))
        by_second = self._before("second", part.second, by_outputs @ matrix["out"][:, columns].T)
        by_first = self._before("own", part.first, by_second @ matrix["second"].T)
        self._by_seen[part.rows] += by_first @ matrix["own"].T
        if (number := MATRICES[part.visit.number]) is None:
            return
        by_near = by_first @ matrix["from_near"].T
        by_near += by_outputs @ matrix["out_from_near"][:, columns].T
        by_near = self._before("near", part.near, by_near)
        by_hidden = self._before("around", part.hidden, by_near @ matrix["near"].T)
        weights = matrix["around"][number]
        near = weights[: NEAR * CHANNELS].reshape(NEAR, CHANNELS, WIDTH)
        far = weights[NEAR * CHANNELS :].reshape(FAR, FAR_CHANNELS, WIDTH)
        predict_near, predict_far = (p[part.visit.number] for p in self._network.predict)
        prediction = np.zeros((len(part.rows), CHANNELS), FLOAT)
        prediction[:, channels] = _rounded(by_prediction)
        for direction, rows in enumerate(part.visit.around):
            if direction < NEAR:
                seen = by_hidden @ near[direction].T
                known = prediction * predict_near[direction]
            else:
                seen = by_hidden @ far[direction - NEAR].T
                known = prediction[:, :FAR_CHANNELS] * predict_far[direction - NEAR]
            _add(self._by_seen, rows, seen)
            _add(self._by_known, rows, known)

    def gradient(self) -> np.ndarray:
        """(h · w, C) float64 in bits, in the coder's order of channels."""
        return (self._by_seen * self._slope + self._by_known)[:-1]

    def _before(self, layer: str, activations: np.ndarray, gradient: np.ndarray) -> np.ndarray:
        """From activations (N, units) of a layer back to its accumulators."""
        open_ = (activations > 0) & (activations < BRIGHTEST)
        return _rounded(gradient * open_ * self._network.step[layer])


def _rounded(gradient: np.ndarray) -> np.ndarray:
    bounded = np.clip(gradient.astype(FLOAT), -LARGEST_GRADIENT, LARGEST_GRADIENT)
    return np.round(bounded / UNIT) * UNIT


def _add(total: np.ndarray, rows: np.ndarray, values: np.ndarray) -> None:
    """total[rows] += values (N, c) in the first c columns, for rows inside the picture.

    A row stands there twice where a neighbour outside is replaced by the one opposite.
    """
    rest = np.flatnonzero(rows < len(total) - 1)
    while len(rest):
        _, first = np.unique(rows[rest], return_index=True)
        total[rows[rest[first]], : values.shape[1]] += values[rest[first]]
        rest = np.delete(rest, first)
