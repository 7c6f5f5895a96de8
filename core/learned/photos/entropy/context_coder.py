"""The context coder of the photo coder's latents: a latent's neighbours choose its table.

For each latent, from what has been decoded before it (`context_walk`):

* its value is predicted from the mean of its neighbours in the same channel, in channels where that
  helps;
* the magnitude of what remains is predicted from the magnitudes of these neighbours, of all
  channels around it, and of the earlier groups at its own position, with weights fitted once per
  level, channel and kind of visit (`context_fit`);
* the predicted magnitude picks one of a few dozen stored integer tables (`context_model`), in which
  the remainder is coded.

All of this is arithmetic on whole numbers, so a decoder on any machine picks the same tables.
"""

from collections.abc import Iterator

import numpy as np

from core.coding.adaptive_model import AdaptiveModel, escape_model
from core.coding.range_coder import Decoder, Encoder
from core.learned.photos.entropy.context_model import FLAG, REACH, ContextModel
from core.learned.photos.entropy.context_walk import BORDER, Site, follow, inside, walk
from core.learned.photos.entropy.prices import Prices


class ContextCoder:
    """The context coder of one level."""

    def __init__(self, rules: ContextModel):
        self._rules = rules
        tables = rules.tables
        self._costs = -np.log2(tables / tables.sum(1, keepdims=True))
        # One table per channel: is it unused, or used?
        self._flags = np.stack([FLAG - rules.used, rules.used], 1)

    def encode(self, y_hat: np.ndarray) -> bytes:
        """The string of latents (h, w, C), whole numbers."""
        return self.encode_and_count(y_hat)[0]

    def encode_and_count(self, y_hat: np.ndarray) -> tuple[bytes, float]:
        """The string of latents (h, w, C), and the sum of their `bits`, in one pass."""
        coder = Encoder()
        escape = escape_model()
        coder.tabled(self._flags, np.arange(len(self._flags)), self._live(y_hat))
        bits = self._flag_costs(y_hat).sum()
        for site, predicted, values in self._sites(y_hat):
            which = self._tables_of(site)
            self._code(coder, escape, site, which, values - predicted)
            bits += self._cost(site, which, values - predicted).sum()
        return coder.data(), float(bits)

    def decode(self, string: bytes, height: int, width: int) -> np.ndarray:
        """Latents (height, width, C) int32.

        Any bytes give some latents, or raise BitstreamError.
        """
        coder = Decoder(string)
        escape = escape_model()
        live = coder.tabled(self._flags, np.arange(len(self._flags)), None)
        sites = walk(self._rules, np.flatnonzero(live), height, width)
        try:
            site, predicted = next(sites)
            while True:
                which = self._tables_of(site)
                values = predicted + self._code(coder, escape, site, which, None)
                site, predicted = sites.send(values)
        except StopIteration as end:
            return end.value

    def bits(self, y_hat: np.ndarray) -> np.ndarray:
        """What each of the latents (h, w, C) costs in bits, float32.

        The flags of used channels are charged to the first position.
        """
        height, width, count = y_hat.shape
        rows = np.zeros(((height + 2 * BORDER) * (width + 2 * BORDER), count), np.float32)
        for site, predicted, values in self._sites(y_hat):
            cost = self._cost(site, self._tables_of(site), values - predicted)
            rows[site.visit.rows[:, None], self._rules.order[site.channels]] = cost
        out = inside(rows, height, width)
        out[0, 0, self._rules.order] += self._flag_costs(y_hat)
        return out

    def around(self, y_hat: np.ndarray) -> Iterator[Prices]:
        """What latents (h, w, C) would cost if one of them were another, part by part.

        Channels that are 0 everywhere are left out.
        """
        for site, predicted, values in self._sites(y_hat):
            y, x = site.visit.positions(y_hat.shape[1])
            which = self._tables_of(site)
            rest = values - predicted
            yield Prices(
                y,
                x,
                self._rules.order[site.channels],
                less=self._cost(site, which, rest - 1),
                now=self._cost(site, which, rest),
                more=self._cost(site, which, rest + 1),
            )

    def count(self, y_hat: np.ndarray, counts: np.ndarray) -> None:
        """Add to `counts` (T, 2·REACH + 1) how often each symbol of each table occurs in `y_hat`.

        `y_hat` are latents (h, w, C).
        """
        for site, predicted, values in self._sites(y_hat):
            high = self._high(site, values - predicted)
            np.add.at(counts, (self._tables_of(site), _symbols(high)), 1)

    def _sites(self, y_hat: np.ndarray) -> Iterator[tuple[Site, np.ndarray, np.ndarray]]:
        """The walk over latents (h, w, C), without the channels that are 0 everywhere."""
        return follow(self._rules, np.flatnonzero(self._live(y_hat)), y_hat)

    def _live(self, y_hat: np.ndarray) -> np.ndarray:
        """(C,) 0 or 1 by place: whether any latent of the channel is not 0."""
        return y_hat.any((0, 1))[self._rules.order].astype(np.int64)

    def _flag_costs(self, y_hat: np.ndarray) -> np.ndarray:
        """Bits (C,) by place of the flags that tell which channels are used."""
        return -np.log2(self._flags[np.arange(len(self._flags)), self._live(y_hat)] / FLAG)

    def _tables_of(self, site: Site) -> np.ndarray:
        """(N, c): the table of each latent of a site."""
        weights = self._rules.weights[site.visit.kind, site.channels]
        magnitude = (
            weights[:, 0]
            + weights[:, 1] * site.near
            + weights[:, 2] * site.surroundings
            + weights[:, 3] * site.earlier
        )
        # Tables code what is left above the low bits, which is smaller by that power of two.
        magnitude >>= self._rules.shift[site.channels]
        return np.searchsorted(self._rules.thresholds, magnitude, side="right")

    def _high(self, site: Site, rest: np.ndarray) -> np.ndarray:
        """(N, c): what a table codes of `rest` (N, c): the multiple of 2^shift nearest to it."""
        shift = self._rules.shift[site.channels]
        return rest + (1 << shift >> 1) >> shift

    def _cost(self, site: Site, which: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """Bits (N, c) of the remainders `rest` (N, c) of a site, in the tables `which` (N, c)."""
        high = self._high(site, rest)
        cost = self._costs[which, _symbols(high)] + self._rules.shift[site.channels]
        size = np.abs(high)
        escaped = size >= REACH
        if escaped.any():
            # About 1 + 2 ⌊log₂ n⌋ bits for an excess of n: the length of its Exp-Golomb code.
            excess = np.maximum(size - REACH + 1, 1)
            cost += escaped * (1 + 2 * np.floor(np.log2(excess)))
        return cost

    def _code(
        self,
        coder: Encoder | Decoder,
        escape: AdaptiveModel,
        site: Site,
        which: np.ndarray,
        rest: np.ndarray | None,
    ) -> np.ndarray:
        """Code what the prediction leaves of a site, (N, c), in the tables `which` (N, c).

        A decoder gets None and returns it.
        """
        shift = np.broadcast_to(self._rules.shift[site.channels], which.shape).ravel()
        half = 1 << shift >> 1
        with_low = np.flatnonzero(shift)
        high = symbols = low = None
        if rest is not None:
            high = self._high(site, rest).ravel()
            symbols = _symbols(high)
            low = (rest.ravel() + half - (high << shift))[with_low]
        found = coder.tabled(self._rules.tables, which.ravel(), symbols)
        found = coder.beyond(escape, found - REACH, REACH, high)
        numbers = (found << shift) - half
        numbers[with_low] += coder.uniform(1 << shift[with_low], low)
        return numbers.reshape(which.shape)


def _symbols(high: np.ndarray) -> np.ndarray:
    """Numbers as symbols 0 … 2·REACH of a table; the outer two stand for anything beyond."""
    return np.clip(high, -REACH, REACH) + REACH
