"""Rounded latents ↔ bytes by the range coder of TensorFlow Compression, with stored tables."""

import numpy as np
import tensorflow as tf
import tensorflow_compression as tfc

from core.learned.ops.tables import PRECISION, split_tables


class StaticCoder:
    """The static coder of one level: every channel has its own table, whatever the context."""

    def __init__(self, cdf: np.ndarray, offset: np.ndarray, level: int):
        """`cdf` and `offset` as `tables.build_tables` makes them, for all levels."""
        self.channels = offset.shape[1]
        first = level * self.channels
        self._tables = split_tables(cdf)[first : first + self.channels]
        self._offset = offset[level]
        self._model = tfc.ContinuousBatchedEntropyModel(
            prior_shape=(self.channels,),
            coding_rank=3,
            compression=True,
            stateless=True,
            offset_heuristic=False,
            decode_sanity_check=False,
            cdf=np.concatenate(self._tables),
            cdf_offset=self._offset,
        )

    def encode(self, y_hat: np.ndarray) -> bytes:
        """The string of latents (h, w, channels), whole numbers."""
        latents = tf.constant(y_hat, tf.float32)
        return bytes(self._model.compress(latents).numpy())

    def decode(self, string: bytes, height: int, width: int) -> np.ndarray:
        """Latents (height, width, channels), float32.

        Any bytes give some latents: whether they are the right ones is for the caller to check.
        """
        shape = [height, width]
        return self._model.decompress(tf.constant(string), shape).numpy()

    def bits(self, y_hat: np.ndarray) -> np.ndarray:
        """What each of the latents (h, w, channels) costs in bits, float32; escapes included."""
        out = np.empty(y_hat.shape, np.float32)
        tables = zip(self._tables, self._offset, strict=True)
        for channel, (table, first) in enumerate(tables):
            # A table is its precision, then cumulated frequencies; its last symbol is the escape.
            cost = PRECISION - np.log2(np.diff(table[1:]))
            escape = len(table) - 3
            symbols = y_hat[..., channel].astype(np.int64) - first
            outside = (symbols < 0) | (symbols >= escape)
            bits = cost[np.where(outside, escape, symbols)].astype(np.float32)
            # An escaped number follows as its sign and an Elias gamma code.
            beyond = np.where(symbols < 0, -symbols, symbols - escape + 1)
            length = 2 + 2 * np.floor(np.log2(np.maximum(beyond, 1)))
            bits += np.where(outside, length, 0)
            out[..., channel] = bits
        return out
