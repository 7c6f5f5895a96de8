"""Entropy coding for our own codecs: a range coder (library `constriction`) with adaptive integer models.

One description serves both directions. A codec is written once against `coder.code(…)`: an `Encoder` takes the values and
returns them, a `Decoder` returns the values that it reads; both adapt their models alike, so they cannot drift apart.

Why a file decodes to the same numbers on every machine: models are counts, kept and scaled in integers; a table handed to
the range coder holds whole numbers that sum to 2¹⁶, exact as float32, from which the library builds its 24-bit integer
intervals by IEEE additions and multiplications alone (`perfect=False`: no logarithm, no call to a mathematics library).
A model adapts between calls, never within one, so a call is one vectorised step whatever its length.
"""

import constriction
import numpy as np

from core.errors import BitstreamError

_CATEGORICAL = constriction.stream.model.Categorical(perfect=False)
_UNIFORM = constriction.stream.model.Uniform()
_SCALE = 1 << 16
_STEP = 32  # what one observation adds to a count; priors are in the same unit
_LIMIT = 1 << 17  # the counts of a context are halved above this sum, so that old statistics fade
_MAX_BITS = 20  # of an escaped number: no decoded number reaches 2²¹


class Model:
    """Adaptive probabilities of the symbols 0 … n−1 in each of several contexts: integer counts (contexts, n), at least 1."""

    def __init__(self, counts: np.ndarray):
        self.counts = np.maximum(np.asarray(counts, dtype=np.int64), 1)

    @classmethod
    def flat(cls, contexts: int, symbols: int) -> "Model":
        """Every symbol alike, worth one observation in all."""
        return cls(np.full((contexts, symbols), _STEP // symbols))

    @classmethod
    def geometric(cls, means: np.ndarray, symbols: int, weight: int = 8) -> "Model":
        """P(k) ∝ θᵏ with mean `means`/256 (integers, one a context), worth `weight` observations."""
        means = np.asarray(means, dtype=np.int64)
        mass = (weight * _STEP << 16) * 256 // (256 + means)
        columns = []
        for _ in range(symbols):
            columns.append(mass >> 16)
            mass = mass * means // (256 + means)
        return cls(np.stack(columns, axis=1))

    def table(self) -> np.ndarray:
        """float32 (contexts, n): whole numbers ≥ 1, each row summing to 2¹⁶."""
        total = self.counts.sum(axis=1, keepdims=True)
        table = self.counts * (_SCALE - self.counts.shape[1]) // total + 1
        table[np.arange(len(table)), table.argmax(axis=1)] += _SCALE - table.sum(axis=1)
        return table.astype(np.float32)

    def update(self, symbols: np.ndarray, contexts: np.ndarray) -> None:
        """Learn that `symbols` occurred in `contexts` (both flat)."""
        size = self.counts.shape
        seen = np.bincount(
            contexts.astype(np.int64) * size[1] + symbols, minlength=size[0] * size[1]
        )
        self.counts += seen.reshape(size) * _STEP
        while (old := self.counts.sum(axis=1) > _LIMIT).any():
            self.counts[old] = (self.counts[old] + 1) // 2

    def costs(self) -> np.ndarray:
        """float64 (contexts, n): bits that each symbol costs now. For an encoder's decisions only."""
        return -np.log2(self.table().astype(np.float64) / _SCALE)


class _Coder:
    """What both directions share; see `Encoder` and `Decoder` for `code` and `uniform`."""

    def magnitudes(
        self, model: Model, escape: Model, contexts: np.ndarray, values: np.ndarray | None
    ) -> np.ndarray:
        """Numbers ≥ 0: the model's last symbol means "this or more" and is followed by the rest in Exp-Golomb form."""
        last = model.counts.shape[1] - 1
        numbers = self.code(model, contexts, None if values is None else np.minimum(values, last))
        large = np.flatnonzero(numbers == last)
        if len(large):
            rest = None if values is None else values[large] - last + 1
            numbers[large] += self._exp_golomb(escape, len(large), rest) - 1
        return numbers

    def signed(self, numbers: np.ndarray, values: np.ndarray | None) -> np.ndarray:
        """`numbers` ≥ 0 with their signs, one bit for each that is not 0."""
        where = np.flatnonzero(numbers)
        negative = self.uniform(
            np.full(len(where), 2), None if values is None else values[where] < 0
        )
        numbers = numbers.copy()
        numbers[where[negative.astype(bool)]] *= -1
        return numbers

    def tabled(
        self, tables: np.ndarray, which: np.ndarray, values: np.ndarray | None
    ) -> np.ndarray:
        """Symbols 0 … n−1, the i-th under row `which[i]` of `tables` (T, n): whole numbers ≥ 1, each row with the sum 2¹⁶."""
        order = np.argsort(which, kind="stable")
        found, start = np.empty(len(which), np.int64), 0
        for table, end in zip(
            tables, np.searchsorted(which[order], np.arange(len(tables)), "right"), strict=True
        ):
            if end > start:
                place = order[start:end]
                model = constriction.stream.model.Categorical(
                    table.astype(np.float32), perfect=False
                )
                found[place] = self._alike(
                    model, len(place), None if values is None else values[place]
                )
            start = end
        return found

    def beyond(
        self, escape: Model, numbers: np.ndarray, reach: int, values: np.ndarray | None
    ) -> np.ndarray:
        """`numbers` in −reach … reach, of which the outer two stand for anything beyond; that is coded in Exp-Golomb form."""
        outer = np.flatnonzero(np.abs(numbers) == reach)
        if len(outer):
            rest = None if values is None else np.abs(values[outer]) - reach + 1
            numbers = numbers.copy()
            numbers[outer] += np.sign(numbers[outer]) * (
                self._exp_golomb(escape, len(outer), rest) - 1
            )
        return numbers

    def _exp_golomb(self, model: Model, count: int, values: np.ndarray | None) -> np.ndarray:
        bits = None if values is None else np.frexp(values.astype(np.float64))[1] - 1
        bits = self.code(model, np.zeros(count, np.int64), bits)
        numbers = 1 << bits
        more = np.flatnonzero(bits)
        numbers[more] += self.uniform(
            numbers[more], None if values is None else values[more] - numbers[more]
        )
        return numbers


def escape_model() -> Model:
    """The model of the length of escaped numbers, for `magnitudes`."""
    return Model.geometric(np.array([400]), _MAX_BITS, weight=2)


class Encoder(_Coder):
    """Collects symbols; `data()` is the payload."""

    def __init__(self) -> None:
        self._coder = constriction.stream.queue.RangeEncoder()

    def code(self, model: Model, contexts: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Code `values` (flat, 0 … n−1), each in its context, then let the model learn them. Returns int64 `values`."""
        if len(contexts):
            self._coder.encode(values.astype(np.int32), _CATEGORICAL, model.table()[contexts])
            model.update(values, contexts)
        return values.astype(np.int64)

    def uniform(self, sizes: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Code each of `values` as one of `sizes` ≥ 2 equally likely numbers from 0 up."""
        if len(sizes):
            self._coder.encode(values.astype(np.int32), _UNIFORM, sizes.astype(np.int32))
        return values.astype(np.int64)

    def _alike(self, model: object, count: int, values: np.ndarray) -> np.ndarray:
        self._coder.encode(values.astype(np.int32), model)
        return values

    def data(self) -> bytes:
        """The payload: little-endian 32-bit words less the zero bytes at the end, which a decoder supplies."""
        return self._coder.get_compressed().astype("<u4").tobytes().rstrip(b"\0")


class Decoder(_Coder):
    """Reads what an `Encoder` wrote. Any bytes decode to some numbers in the models' ranges, or raise BitstreamError."""

    def __init__(self, data: bytes):
        words = np.frombuffer(data + bytes(-len(data) % 4), dtype="<u4")
        self._coder = constriction.stream.queue.RangeDecoder(words.astype(np.uint32))

    def code(self, model: Model, contexts: np.ndarray, values: None = None) -> np.ndarray:
        """The next len(contexts) symbols, int64, after which the model has learnt them."""
        if not len(contexts):
            return np.zeros(0, np.int64)
        symbols = self._read(_CATEGORICAL, model.table()[contexts])
        model.update(symbols, contexts)
        return symbols

    def uniform(self, sizes: np.ndarray, values: None = None) -> np.ndarray:
        """The next len(sizes) numbers, each below its size."""
        return self._read(_UNIFORM, sizes.astype(np.int32)) if len(sizes) else np.zeros(0, np.int64)

    def _alike(self, model: object, count: int, values: None = None) -> np.ndarray:
        return self._read(model, count)

    def _read(self, family: object, parameters: np.ndarray | int) -> np.ndarray:
        try:
            return self._coder.decode(family, parameters).astype(np.int64)
        except AssertionError:
            raise BitstreamError(
                "This file's payload is not what the codec writes. Get the file again."
            ) from None
