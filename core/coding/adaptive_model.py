"""Adaptive models: what both directions of the range coder know about the next symbol.

A model is integer counts, one row a context. It learns from each symbol after it was coded, so that
an encoder and a decoder always hold the same counts; old ones fade.
"""

import numpy as np

TOTAL = 1 << 16  # what each row of a table sums to
_STEP = 32  # what one observation adds to a count; priors are in the same unit
_LIMIT = 1 << 17  # the counts of a context are halved above this sum, so that old statistics fade
_FEW = 32  # symbols: their rows are soon made, each for itself
_MAX_BITS = 20  # of an escaped number: no decoded number reaches 2²¹


class AdaptiveModel:
    """Probabilities of the symbols 0 … n−1 in each of several contexts, learnt as symbols pass.

    They are kept as integer counts (contexts, n), each at least 1.
    """

    def __init__(self, counts: np.ndarray):
        self.counts = np.maximum(np.asarray(counts, dtype=np.int64), 1)
        self._flat = self.counts.reshape(-1)
        self._most = int(self.counts.sum(axis=1).max())  # no context's counts sum to more

    @classmethod
    def flat(cls, contexts: int, symbols: int) -> "AdaptiveModel":
        """Every symbol is equally likely; the prior weighs as much as one observation."""
        return cls(np.full((contexts, symbols), _STEP // symbols))

    @classmethod
    def geometric(cls, means: np.ndarray, symbols: int, weight: int = 8) -> "AdaptiveModel":
        """P(k) ∝ θᵏ, worth `weight` observations.

        `means` are the mean symbols of the contexts, in 1/256.
        """
        means = np.asarray(means, dtype=np.int64)
        # With mean m, θ = m / (1 + m), and P(0) = 1 / (1 + m). All in units of 2⁻¹⁶ counts.
        mass = (weight * _STEP << 16) * 256 // (256 + means)
        columns = []
        for _ in range(symbols):
            columns.append(mass >> 16)
            mass = mass * means // (256 + means)
        return cls(np.stack(columns, axis=1))

    def table(self) -> np.ndarray:
        """float32 (contexts, n): whole numbers ≥ 1, each row summing to 2¹⁶."""
        return _table(self.counts)

    def tables(self, contexts: np.ndarray) -> np.ndarray:
        """The rows of `table()` for `contexts` (N,), at least one."""
        if len(contexts) <= _FEW:
            return _table(self.counts[contexts])
        # They lie near each other: a band and a phase have a few of all contexts.
        first = int(contexts.min())
        return _table(self.counts[first : int(contexts.max()) + 1])[contexts - first]

    def update(self, symbols: np.ndarray, contexts: np.ndarray) -> None:
        """Learn that `symbols` occurred in `contexts` (both flat), at least one."""
        np.add.at(self._flat, contexts * self.counts.shape[1] + symbols, _STEP)
        self._most += len(symbols) * _STEP
        while self._most > _LIMIT:
            sums = self.counts.sum(axis=1)
            full = sums > _LIMIT
            self.counts[full] = (self.counts[full] + 1) // 2
            self._most = int(sums.max())

    def costs(self) -> np.ndarray:
        """float64 (contexts, n): bits that each symbol costs now.

        It uses a logarithm, so it is for an encoder's decisions only.
        """
        return -np.log2(self.table().astype(np.float64) / TOTAL)


def _table(counts: np.ndarray) -> np.ndarray:
    """See `AdaptiveModel.table`; `counts` (N, n) are those of any contexts."""
    symbols = counts.shape[1]
    total = counts.sum(axis=1, keepdims=True)
    # Each symbol gets 1, so that all stay possible, and the rest is shared out by counts.
    table = counts * (TOTAL - symbols) // total + 1
    # What rounding down has left over goes to the likeliest symbol, where it matters least.
    likeliest = table.argmax(axis=1)
    table[np.arange(len(table)), likeliest] += TOTAL - table.sum(axis=1)
    return table.astype(np.float32)


def escape_model() -> AdaptiveModel:
    """The model of the length in bits of escaped numbers, for `RangeCoder.magnitudes`."""
    return AdaptiveModel.geometric(np.array([400]), _MAX_BITS, weight=2)
