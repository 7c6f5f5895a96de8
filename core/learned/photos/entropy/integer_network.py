"""The network that picks the tables of the neural entropy coder, in whole numbers.

What is computed in floating point differs between machines in its last digits, and a decoder that
picks one other table reads nonsense from there on. So activations are whole numbers from 0 to 255,
weights from −127 to 127, and every sum that a matrix product can form, in whatever order, stays
below 2²⁴ (`neural_tensors.sound_neural` checks it on load): exact in float32, so that every
machine, library and number of threads computes the same. The idea is that of Ballé, Johnston and
Minnen, "Integer networks for data compression with latent-variable models" (2019).
"""

import numpy as np

from core.learned.photos.entropy.neural_layout import (
    CHANNELS,
    FAR,
    FAR_CHANNELS,
    HIDDEN,
    MASKS,
    MATRICES,
    NEAR,
    UNITS,
    WIDTH,
    Visit,
)
from core.learned.photos.entropy.neural_tensors import (
    BRIGHTEST,
    LARGEST,
    LAYERS,
    MATRIX_SHAPES,
    SIGMA_UNIT,
    SINH_UNIT,
)


class IntegerNetwork:
    """The network at one level.

    `matrix` and `bias` hold whole numbers as float32, by layer.
    """

    def __init__(self, part: dict[str, np.ndarray], level: int):
        """`part`: a stored model's tensors `neural/…`, without this prefix."""
        self.matrix = {name: part[name].astype(np.float32) for name in MATRIX_SHAPES}
        for name, mask in MASKS.items():
            self.matrix[name] *= mask
        self.bias = {}
        for layer in LAYERS:
            bias = part[f"{layer}_bias_level"][level] + part[f"{layer}_bias_visit"]
            self.bias[layer] = bias.astype(np.float32)
        # An accumulator times this is an activation, before it is rounded down and clipped.
        self.step = {layer: np.exp2(-part[f"{layer}_shift"].astype(np.float32)) for layer in LAYERS}
        self.predict = [part[f"predict_{name}"].astype(np.float32) for name in ("near", "far")]
        self._squash = _squash_tables(part["sigma"][level], part["sinh"])

    def squashed(self, channels: np.ndarray, values: np.ndarray) -> np.ndarray:
        """(N, c) float32: whole numbers from −LOUDEST to LOUDEST."""
        largest = self._squash.shape[1] - 1
        return np.sign(values) * self._squash[channels, np.minimum(np.abs(values), largest)]

    def predicted(self, visit: Visit, known: np.ndarray) -> np.ndarray:
        """(N, C) float32, whole numbers in 1/PREDICT_UNIT: the linear prediction from the
        neighbours.
        """
        out = np.zeros((len(visit.rows), CHANNELS), np.float32)
        near, far = (weights[visit.number] for weights in self.predict)
        for weights, rows in zip(near, visit.around[:NEAR], strict=False):
            out += weights * known[rows]
        for weights, rows in zip(far, visit.around[NEAR:], strict=False):
            out[:, :FAR_CHANNELS] += weights * known[rows, :FAR_CHANNELS]
        return out

    def masked(self, visit: Visit, seen: np.ndarray) -> "MaskedLayers":
        """The layers that see the groups of channels before, at the positions of a visit.

        `seen` (h · w + 1, C) float32: latents squashed, as far as they are known.
        """
        near = self.near(visit, self.around(visit, seen))
        return MaskedLayers(self, visit.number, near)

    def around(self, visit: Visit, seen: np.ndarray) -> np.ndarray:
        """(N, WIDTH): what the layer that looks around makes of the neighbours."""
        total = np.zeros((len(visit.rows), WIDTH), np.float32)
        if (matrix := MATRICES[visit.number]) is not None:
            weights = self.matrix["around"][matrix]
            near = weights[: NEAR * CHANNELS].reshape(NEAR, CHANNELS, WIDTH)
            far = weights[NEAR * CHANNELS :].reshape(FAR, FAR_CHANNELS, WIDTH)
            for one, rows in zip(near, visit.around[:NEAR], strict=True):
                total += seen[rows] @ one
            for one, rows in zip(far, visit.around[NEAR:], strict=True):
                total += seen[rows, :FAR_CHANNELS] @ one
        return self.activated("around", total + self.bias["around"][visit.number])

    def near(self, visit: Visit, around: np.ndarray) -> np.ndarray:
        """(N, WIDTH): the second layer, which all others see."""
        sums = around @ self.matrix["near"] + self.bias["near"][visit.number]
        return self.activated("near", sums)

    def activated(self, layer: str, sums: np.ndarray, units: slice = slice(None)) -> np.ndarray:
        """Accumulators → activations, whole numbers from 0 to BRIGHTEST."""
        return np.clip(np.floor(sums * self.step[layer][units]), 0, BRIGHTEST)


class MaskedLayers:
    """The masked layers at the positions of one visit, computed as the groups of channels become
    known.
    """

    def __init__(self, network: IntegerNetwork, visit: int, near: np.ndarray):
        """`near` (N, WIDTH): what the network makes of the neighbours."""
        self._network, self._visit, self._near = network, visit, near
        self._matrix = network.matrix
        self._ends = np.cumsum(UNITS)
        self._first_sums = near @ self._matrix["from_near"] + network.bias["own"][visit]
        self._first = np.zeros((len(near), HIDDEN), np.float32)
        self._second = np.zeros((len(near), HIDDEN), np.float32)

    def advance(self, group: int, own: np.ndarray) -> None:
        """Compute the group's units from the channels (N, c) of all groups before, squashed."""
        end = self._ends[group]
        units = slice(end - UNITS[group], end)
        sums = self._first_sums[:, units] + own @ self._matrix["own"][: own.shape[1], units]
        self._first[:, units] = self._network.activated("own", sums, units)
        sums = self._first[:, :end] @ self._matrix["second"][:end, units]
        sums += self._network.bias["second"][self._visit, units]
        self._second[:, units] = self._network.activated("second", sums, units)

    def outputs(self, group: int, channels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Accumulators (N, c) int64 of the mean and of the scale."""
        columns, end = np.concatenate([channels, CHANNELS + channels]), self._ends[group]
        sums = self._second[:, :end] @ self._matrix["out"][:end, columns]
        sums += self._near @ self._matrix["out_from_near"][:, columns]
        sums += self._network.bias["out"][self._visit, columns]
        mean, scale = np.split(sums.astype(np.int64), 2, 1)
        return mean, scale


def _squash_tables(sigma: np.ndarray, sinh: np.ndarray) -> np.ndarray:
    """(C, n) float32: sizes of latents 0, 1, … squashed: how many of the thresholds σ · sinh they
    reach.
    """
    # |y| ≥ σ sinh, with both sides in whole numbers
    thresholds = -(-sigma.astype(np.int64)[:, None] * sinh // (SIGMA_UNIT * SINH_UNIT))
    length = int(min(thresholds.max(), LARGEST)) + 1
    size = np.arange(length)
    return np.stack([np.searchsorted(row, size, "right") for row in thresholds]).astype(np.float32)
