"""The neural entropy coder of the photo coder's latents: group after group, each with the tables
that the network picks for it from what is known.

Means and scales are whole numbers (`integer_network`), so that every machine picks the same of the
stored tables of the range coder.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
import tensorflow_compression as tfc

from core.errors import BitstreamError
from core.learned.ops.tables import PRECISION, split_tables
from core.learned.photos.entropy.integer_network import IntegerNetwork
from core.learned.photos.entropy.neural_gradient import BackwardPass
from core.learned.photos.entropy.neural_layout import (
    CHANNEL_GROUP,
    CHANNELS,
    GROUPS,
    in_parts,
    visits,
)
from core.learned.photos.entropy.neural_tables import FRACTIONS, SCALES, reach_of
from core.learned.photos.entropy.neural_tensors import FACTOR_BITS, FLAG, LARGEST, PREDICT_UNIT
from core.learned.photos.entropy.prices import Prices


@dataclass(frozen=True)
class Site:
    """A group of latents before they are coded, channels in the coder's order.

    `rows` (N,): positions. `channels` (c,). `base` (N, c): the whole numbers that the means are
    nearest to; `tables` (N, c).
    """

    rows: np.ndarray
    channels: np.ndarray
    base: np.ndarray
    tables: np.ndarray


class NeuralCoder:
    """The neural entropy coder of one level."""

    def __init__(self, tensors: dict[str, np.ndarray], level: int):
        """`tensors`: a stored model's, of which those named `neural/…` count."""
        part = {k.removeprefix("neural/"): v for k, v in tensors.items() if k.startswith("neural/")}
        self._order = part["order"].astype(np.int64)
        self._network = IntegerNetwork(part, level)
        self._scale_shift = part["out_shift"][CHANNELS:].astype(np.int64)
        self._factor = part["factor"][level].astype(np.int64)
        self._reach = np.repeat([reach_of(number) for number in range(SCALES)], FRACTIONS)
        used = part["used"][level]
        flags = [
            [PRECISION, 0, FLAG - used[channel], FLAG] for channel in range(CHANNELS)
        ]  # one table a channel, after those of the latents
        self._lookup = np.concatenate([part["cdf"], np.array(flags, np.int32).ravel()])
        self._flag_bits = -np.log2(np.stack([FLAG - used, used], 1) / FLAG)
        tables = split_tables(part["cdf"])
        self._costs = np.concatenate([PRECISION - np.log2(np.diff(t[1:])) for t in tables])
        self._starts = np.cumsum([0] + [len(t) - 2 for t in tables[:-1]])

    def encode(self, y_hat: np.ndarray) -> bytes:
        """The string of latents (h, w, C), whole numbers."""
        return self.encode_and_count(y_hat)[0]

    def encode_and_count(self, y_hat: np.ndarray) -> tuple[bytes, float]:
        """The string of latents (h, w, C), and the sum of their `bits`, in one pass."""
        height, width, _ = y_hat.shape
        values = self._rows(y_hat)
        live = values.any(0)
        bits = self._flag_costs(live).sum()
        coder = tfc.create_range_encoder([], tf.constant(self._lookup))
        coder = _encode(coder, len(self._reach) + np.arange(CHANNELS), live)
        for site in self._sites(live, height, width, values):
            rest = values[site.rows[:, None], site.channels] - site.base
            bits += self._cost(site, rest).sum()
            coder = _encode(coder, site.tables, rest + self._reach[site.tables])
        return bytes(tfc.entropy_encode_finalize(coder).numpy()), float(bits)

    def decode(self, string: bytes, height: int, width: int) -> np.ndarray:
        """Latents (height, width, C) int32.

        Any bytes give some latents, or raise BitstreamError.
        """
        values = np.zeros((height * width + 1, CHANNELS), np.int32)
        try:
            coder = tfc.create_range_decoder(tf.constant(string), tf.constant(self._lookup))
            coder, live = _decode(coder, len(self._reach) + np.arange(CHANNELS))
            for site in self._sites(live.astype(bool), height, width, values):
                coder, symbols = _decode(coder, site.tables)
                found = symbols - self._reach[site.tables] + site.base
                values[site.rows[:, None], site.channels] = found
        except tf.errors.OpError:
            raise BitstreamError(
                "This file's payload is not what the codec writes. Get the file again."
            ) from None
        out = np.empty((height * width, CHANNELS), np.int32)
        out[:, self._order] = values[:-1]
        return out.reshape(height, width, CHANNELS)

    def bits(self, y_hat: np.ndarray) -> np.ndarray:
        """What each of the latents (h, w, C) costs in bits, float32; the flags of used channels lie
        on the first position.
        """
        height, width, _ = y_hat.shape
        values = self._rows(y_hat)
        live = values.any(0)
        cost = np.zeros(values.shape, np.float32)
        for site in self._sites(live, height, width, values, in_order=False):
            at = site.rows[:, None], site.channels
            cost[at] = self._cost(site, values[at] - site.base)
        cost[0] += self._flag_costs(live)
        out = np.empty((height * width, CHANNELS), np.float32)
        out[:, self._order] = cost[:-1]
        return out.reshape(y_hat.shape)

    def around(self, y_hat: np.ndarray) -> Iterator[Prices]:
        """What latents (h, w, C) would cost if one of them were another, part by part.

        Channels that are 0 everywhere are left out.
        """
        height, width, _ = y_hat.shape
        values = self._rows(y_hat)
        for site in self._sites(values.any(0), height, width, values, in_order=False):
            y, x = np.divmod(site.rows[:, None], width)
            rest = values[site.rows[:, None], site.channels] - site.base
            yield Prices(
                y,
                x,
                self._order[site.channels],
                less=self._cost(site, rest - 1),
                now=self._cost(site, rest),
                more=self._cost(site, rest + 1),
            )

    def context_gradient(self, y_hat: np.ndarray) -> np.ndarray:
        """How the bits of other latents change with each of ŷ (h, w, C), float32 of that shape, to
        first order: a latent is context for those that are coded after it.

        The derivatives by means and scales are central differences of the stored tables' costs.
        """
        height, width, _ = y_hat.shape
        values = self._rows(y_hat)
        live = np.flatnonzero(values.any(0))
        passes = BackwardPass(self._network, values)
        for part in passes.parts(height, width):
            predicted = part.predicted[:, live]
            mean, scale = self._distribution(live, *part.outputs(live), predicted)
            around = []
            for means, scales in (
                (mean - 1, scale),
                (mean + 1, scale),
                (mean, np.maximum(scale - 1, 0)),
                (mean, np.minimum(scale + 1, SCALES - 1)),
            ):
                site = _site(part.rows, live, means, scales)
                around.append(self._cost(site, values[part.rows[:, None], live] - site.base))
            by_mean = (around[1] - around[0]) / 2
            by_scale = (around[3] - around[2]) / 2
            passes.back(
                part,
                live,
                by_mean * (self._factor[live] / (1 << FACTOR_BITS)),
                by_scale * np.exp2(-self._scale_shift[live]),
                by_mean * (FRACTIONS / PREDICT_UNIT),
            )
        out = np.empty((height * width, CHANNELS), np.float32)
        out[:, self._order] = passes.gradient()
        return out.reshape(y_hat.shape)

    def _flag_costs(self, live: np.ndarray) -> np.ndarray:
        """Bits (C,) of the flags that tell which channels are `live` (C,)."""
        return self._flag_bits[np.arange(CHANNELS), live.astype(int)]

    def _rows(self, y_hat: np.ndarray) -> np.ndarray:
        """(h · w + 1, C) int32 in the coder's order of channels; the last row stands for what lies
        outside.
        """
        flat = y_hat.reshape(-1, CHANNELS)[:, self._order].astype(np.int32)
        return np.concatenate([flat, np.zeros((1, CHANNELS), np.int32)])

    def _cost(self, site: Site, rest: np.ndarray) -> np.ndarray:
        """Bits (N, c) of latents, their bases taken off."""
        reach = self._reach[site.tables]
        symbol = rest + reach
        outside = np.abs(rest) > reach
        place = np.where(outside, 2 * reach + 1, symbol)
        cost = self._costs[self._starts[site.tables] + place]
        if outside.any():  # a sign and an Elias gamma code follow
            beyond = np.where(symbol < 0, -symbol, symbol - 2 * reach)
            cost = cost + outside * (2 + 2 * np.floor(np.log2(np.maximum(beyond, 1))))
        return cost

    def _distribution(
        self, channels: np.ndarray, mean: np.ndarray, scale: np.ndarray, predicted: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Means in 1/FRACTIONS and numbers of scales, (N, c) int64.

        From the accumulators of the network, (N, c) int64, and the linear prediction (N, c).
        """
        mean = mean * self._factor[channels]
        mean += predicted.astype(np.int64) * (FRACTIONS * (1 << FACTOR_BITS) // PREDICT_UNIT)
        mean = mean + (1 << FACTOR_BITS >> 1) >> FACTOR_BITS
        return mean, np.clip(scale >> self._scale_shift[channels], 0, SCALES - 1)

    def _sites(
        self,
        live: np.ndarray,
        height: int,
        width: int,
        values: np.ndarray,
        in_order: bool = True,
    ) -> Iterator[Site]:
        """All latents of the `live` channels (C,), group by group.

        `values` (h · w + 1, C) is read as far as it has been coded: whoever decodes fills a site in
        before asking for the next. Not `in_order` of the string, sites are smaller.
        """
        seen = np.zeros(values.shape, np.float32)
        known = np.zeros(values.shape, np.float32)
        ends = np.cumsum(GROUPS)
        groups = [np.flatnonzero(live & (g == CHANNEL_GROUP)) for g in range(len(GROUPS))]
        last = max((g for g, channels in enumerate(groups) if len(channels)), default=-1)
        whole = visits(height, width)
        parts = whole if in_order else itertools.chain.from_iterable(map(in_parts, whole))
        for visit in parts:
            if not len(visit.rows):
                continue
            predicted = self._network.predicted(visit, known)
            masked = self._network.masked(visit, seen)
            own = np.zeros((len(visit.rows), CHANNELS), np.float32)
            for g in range(last + 1):
                channels = groups[g]
                masked.advance(g, own[:, : ends[g] - GROUPS[g]])
                if not len(channels):
                    continue
                mean, scale = self._distribution(
                    channels, *masked.outputs(g, channels), predicted[:, channels]
                )
                yield _site(visit.rows, channels, mean, scale)
                found = values[visit.rows[:, None], channels]
                own[:, channels] = self._network.squashed(channels, found)
                known[visit.rows[:, None], channels] = np.clip(found, -LARGEST, LARGEST)
            seen[visit.rows] = own


def _site(rows: np.ndarray, channels: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> Site:
    """`mean` (N, c) in 1/FRACTIONS and the numbers of scales (N, c)."""
    # the base is the whole number nearest to the mean
    base, fraction = np.divmod(mean + FRACTIONS // 2, FRACTIONS)
    return Site(rows, channels, base, scale * FRACTIONS + fraction)


def _encode(coder: tf.Tensor, tables: np.ndarray, symbols: np.ndarray) -> tf.Tensor:
    index = tf.constant(np.ravel(tables), tf.int32)
    return tfc.entropy_encode_index(coder, index, tf.constant(np.ravel(symbols), tf.int32))


def _decode(coder: tf.Tensor, tables: np.ndarray) -> tuple[tf.Tensor, np.ndarray]:
    index = tf.constant(np.ravel(tables), tf.int32)
    coder, symbols = tfc.entropy_decode_index(coder, index, shape=index.shape, Tdecoded=tf.int32)
    return coder, symbols.numpy().astype(np.int64).reshape(tables.shape)
