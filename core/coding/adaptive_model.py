"""Adaptive models: what both directions of the range coder know about the next symbol.

A model is integer counts, one row a context. It learns from each symbol after it was coded, so that
an encoder and a decoder always hold the same counts; old ones fade.
"""

import numpy as np

TOTAL = 1 << 16  # what each row of a table sums to
_STEP = 32  # what one observation adds to a count; priors are in the same unit
_LIMIT = 1 << 17  # the counts of a context are halved above this sum, so that old statistics fade
_MAX_BITS = 20  # of an escaped number: no decoded number reaches 2²¹


class AdaptiveModel:
    """Probabilities of the symbols 0 … n−1 in each of several contexts, learnt as symbols pass.

    They are kept as integer counts (contexts, n), each at least 1.
    """

    def __init__(self, counts: np.ndarray):
        self.counts = np.maximum(np.asarray(counts, dtype=np.int64), 1)

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

    def table(self, part: slice = slice(None)) -> np.ndarray:
        """float32 (contexts, n): whole numbers ≥ 1, each row summing to 2¹⁶; or a part of it."""
        counts = self.counts[part]
        contexts, symbols = counts.shape
        total = counts.sum(axis=1, keepdims=True)
        # Each symbol gets 1, so that all stay possible, and the rest is shared out by counts.
        table = counts * (TOTAL - symbols) // total + 1
        # What rounding down has left over goes to the likeliest symbol, where it matters least.
        likeliest = table.argmax(axis=1)
        table[np.arange(contexts), likeliest] += TOTAL - table.sum(axis=1)
        return table.astype(np.float32)

    def tables(self, contexts: np.ndarray) -> np.ndarray:
        """The rows of `table()` for `contexts` (N,), at least one."""
        # They lie near each other: a band and a phase have a few of all contexts.
        part = _span(contexts)
        return self.table(part)[contexts - part.start]

    def update(self, symbols: np.ndarray, contexts: np.ndarray) -> None:
        """Learn that `symbols` occurred in `contexts` (both flat), at least one."""
        part = _span(contexts)
        counts = self.counts[part]
        cells = (contexts - part.start).astype(np.int64) * counts.shape[1] + symbols
        seen = np.bincount(cells, minlength=counts.size)
        counts += seen.reshape(counts.shape) * _STEP
        while True:
            full = counts.sum(axis=1) > _LIMIT
            if not full.any():
                return
            counts[full] = (counts[full] + 1) // 2

    def costs(self) -> np.ndarray:
        """float64 (contexts, n): bits that each symbol costs now.

        It uses a logarithm, so it is for an encoder's decisions only.
        """
        return -np.log2(self.table().astype(np.float64) / TOTAL)


def _span(contexts: np.ndarray) -> slice:
    """From the first to the last of `contexts`."""
    return slice(int(contexts.min()), int(contexts.max()) + 1)


def escape_model() -> AdaptiveModel:
    """The model of the length in bits of escaped numbers, for `RangeCoder.magnitudes`."""
    return AdaptiveModel.geometric(np.array([400]), _MAX_BITS, weight=2)
