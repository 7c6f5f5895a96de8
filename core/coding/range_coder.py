"""Entropy coding for our own codecs: a range coder (library `constriction`) with adaptive models.

One description serves both directions. A codec is written once against a `RangeCoder`: an
`Encoder` takes the values and returns them, a `Decoder` ignores what it is given and returns the
values that it reads. Both adapt their models alike, so they cannot drift apart.

Why a file decodes to the same numbers on every machine: models are counts, kept and scaled in
integers; a table handed to the range coder holds whole numbers that sum to 2¹⁶, exact as float32,
from which the library builds its 24-bit integer intervals by IEEE additions and multiplications
alone (`perfect=False`: no logarithm, no call to a mathematics library). A model adapts between
calls, never within one, so a call is one vectorised step whatever its length.
"""

from abc import ABC, abstractmethod

import constriction
import numpy as np

from core.coding.adaptive_model import AdaptiveModel
from core.errors import BitstreamError

_CATEGORICAL = constriction.stream.model.Categorical(perfect=False)
_UNIFORM = constriction.stream.model.Uniform()


class RangeCoder(ABC):
    """What both directions share. An encoder is given `values`; a decoder is given None."""

    @abstractmethod
    def code(
        self, model: AdaptiveModel, contexts: np.ndarray, values: np.ndarray | None = None
    ) -> np.ndarray:
        """Code symbols 0 … n−1 (flat), each in its context; then the model learns them.

        Returns them as int64.
        """

    @abstractmethod
    def uniform(self, sizes: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        """Code numbers, each as one of `sizes` ≥ 2 equally likely ones from 0 up, as int64."""

    @abstractmethod
    def _code_alike(
        self,
        distribution: constriction.stream.model.Categorical,
        count: int,
        values: np.ndarray | None,
    ) -> np.ndarray:
        """Code `count` symbols that all have one distribution, as int64."""

    def magnitudes(
        self,
        model: AdaptiveModel,
        escape: AdaptiveModel,
        contexts: np.ndarray,
        values: np.ndarray | None,
    ) -> np.ndarray:
        """Code numbers ≥ 0, each in its context.

        The model's last symbol means "this or more" and is followed by the excess in Exp-Golomb
        form, whose lengths `escape` models.
        """
        last = model.counts.shape[1] - 1
        symbols = None if values is None else np.minimum(values, last)
        numbers = self.code(model, contexts, symbols)
        large = np.flatnonzero(numbers == last)
        if len(large):
            excess = None if values is None else values[large] - last + 1
            numbers[large] += self._exp_golomb(escape, len(large), excess) - 1
        return numbers

    def signed(self, magnitudes: np.ndarray, values: np.ndarray | None) -> np.ndarray:
        """`magnitudes` ≥ 0 with their signs, one bit for each that is not 0."""
        where = np.flatnonzero(magnitudes)
        signs = None if values is None else values[where] < 0
        negative = self.uniform(np.full(len(where), 2), signs)
        if values is not None:
            return values
        numbers = magnitudes.copy()
        numbers[where[negative == 1]] *= -1
        return numbers

    def tabled(
        self, tables: np.ndarray, which: np.ndarray, values: np.ndarray | None
    ) -> np.ndarray:
        """Code symbols 0 … n−1, the i-th with the frequencies in row `which[i]` of `tables`.

        `tables` (T, n) holds whole numbers ≥ 1, each row summing to 2¹⁶. They do not adapt.
        """
        # Symbols of one table are coded together, table after table: few calls to the library.
        order = np.argsort(which, kind="stable")
        ends = np.searchsorted(which[order], np.arange(len(tables)), side="right")
        symbols = np.empty(len(which), np.int64)
        start = 0
        for table, end in zip(tables, ends, strict=True):
            places = order[start:end]
            start = end
            if len(places) == 0:
                continue
            frequencies = table.astype(np.float32)
            distribution = constriction.stream.model.Categorical(frequencies, perfect=False)
            given = None if values is None else values[places]
            symbols[places] = self._code_alike(distribution, len(places), given)
        return symbols

    def beyond(
        self,
        escape: AdaptiveModel,
        numbers: np.ndarray,
        reach: int,
        values: np.ndarray | None,
    ) -> np.ndarray:
        """`numbers` in −reach … reach, with the excess of those that were clipped.

        −reach and reach stand for anything beyond; how far beyond is coded in Exp-Golomb form.
        """
        clipped = np.flatnonzero(np.abs(numbers) == reach)
        if len(clipped) == 0:
            return numbers
        excess = None if values is None else np.abs(values[clipped]) - reach + 1
        further = self._exp_golomb(escape, len(clipped), excess) - 1
        numbers = numbers.copy()
        numbers[clipped] += np.sign(numbers[clipped]) * further
        return numbers

    def _exp_golomb(
        self, escape: AdaptiveModel, count: int, values: np.ndarray | None
    ) -> np.ndarray:
        """Code `count` numbers ≥ 1: the position of the leading bit, then the bits below it."""
        below = None
        if values is not None:
            below = np.frexp(values.astype(np.float64))[1] - 1  # ⌊log₂⌋
        below = self.code(escape, np.zeros(count, np.int64), below)
        numbers = 1 << below
        longer = np.flatnonzero(below)
        rest = None if values is None else values[longer] - numbers[longer]
        numbers[longer] += self.uniform(numbers[longer], rest)
        return numbers


class Encoder(RangeCoder):
    """Collects symbols; `data()` is the payload. All methods need their `values`."""

    def __init__(self) -> None:
        self._stream = constriction.stream.queue.RangeEncoder()

    def code(
        self, model: AdaptiveModel, contexts: np.ndarray, values: np.ndarray | None = None
    ) -> np.ndarray:
        """Code `values`, each in its context, then let the model learn them; returns them."""
        assert values is not None
        if len(contexts):
            self._stream.encode(values.astype(np.int32), _CATEGORICAL, model.tables(contexts))
            model.update(values, contexts)
        return values.astype(np.int64)

    def uniform(self, sizes: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        """Code each of `values` as one of `sizes` ≥ 2 equally likely numbers; returns them."""
        assert values is not None
        if len(sizes):
            self._stream.encode(values.astype(np.int32), _UNIFORM, sizes.astype(np.int32))
        return values.astype(np.int64)

    def _code_alike(
        self,
        distribution: constriction.stream.model.Categorical,
        count: int,
        values: np.ndarray | None,
    ) -> np.ndarray:
        assert values is not None
        self._stream.encode(values.astype(np.int32), distribution)
        return values

    def data(self) -> bytes:
        """The payload: little-endian 32-bit words.

        Zero bytes at the end are left out; a decoder supplies them.
        """
        words = self._stream.get_compressed().astype("<u4")
        return words.tobytes().rstrip(b"\0")


class Trial(RangeCoder):
    """Codes nothing, but the models learn what an `Encoder` would have them learn.

    For encoders that want to know what symbols will cost before they decide on them.
    """

    def code(
        self, model: AdaptiveModel, contexts: np.ndarray, values: np.ndarray | None = None
    ) -> np.ndarray:
        """Lets the model learn `values`, each in its context; returns them."""
        assert values is not None
        if len(contexts):
            model.update(values, contexts)
        return values.astype(np.int64)

    def magnitudes(
        self,
        model: AdaptiveModel,
        escape: AdaptiveModel,
        contexts: np.ndarray,
        values: np.ndarray | None,
    ) -> np.ndarray:
        """Lets the model learn `values`, but not `escape` their excess; returns them."""
        assert values is not None
        if len(contexts):
            model.update(np.minimum(values, model.counts.shape[1] - 1), contexts)
        return values

    def signed(self, magnitudes: np.ndarray, values: np.ndarray | None) -> np.ndarray:
        """`values`."""
        assert values is not None
        return values

    def uniform(self, sizes: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        """`values`."""
        assert values is not None
        return values.astype(np.int64)

    def _code_alike(
        self,
        distribution: constriction.stream.model.Categorical,
        count: int,
        values: np.ndarray | None,
    ) -> np.ndarray:
        assert values is not None
        return values


class Decoder(RangeCoder):
    """Reads what an `Encoder` wrote; `values` are ignored.

    Any bytes decode to some numbers in the models' ranges, or raise BitstreamError.
    """

    def __init__(self, data: bytes):
        padding = bytes(-len(data) % 4)
        words = np.frombuffer(data + padding, dtype="<u4")
        self._stream = constriction.stream.queue.RangeDecoder(words.astype(np.uint32))

    def code(
        self, model: AdaptiveModel, contexts: np.ndarray, values: np.ndarray | None = None
    ) -> np.ndarray:
        """The next len(contexts) symbols, int64; the model has then learnt them."""
        if len(contexts) == 0:
            return np.zeros(0, np.int64)
        symbols = self._read(_CATEGORICAL, model.tables(contexts))
        model.update(symbols, contexts)
        return symbols

    def uniform(self, sizes: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        """The next len(sizes) numbers, each below its size, int64."""
        if len(sizes) == 0:
            return np.zeros(0, np.int64)
        return self._read(_UNIFORM, sizes.astype(np.int32))

    def _code_alike(
        self,
        distribution: constriction.stream.model.Categorical,
        count: int,
        values: np.ndarray | None,
    ) -> np.ndarray:
        return self._read(distribution, count)

    def _read(
        self, distribution: constriction.stream.model.Model, parameters: np.ndarray | int
    ) -> np.ndarray:
        """Symbols of one distribution (a count of them) or of one each (their parameters)."""
        try:
            return self._stream.decode(distribution, parameters).astype(np.int64)
        except AssertionError:  # how the library says that no symbol fits the bits
            raise BitstreamError(
                "This file's payload is not what the codec writes. Get the file again."
            ) from None
