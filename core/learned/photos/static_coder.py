"""Rounded latents of the photo coder ↔ bytes, by the range coder of TensorFlow Compression with the stored integer tables."""

import numpy as np
import tensorflow as tf
import tensorflow_compression as tfc

from core.learned.ops.tables import PRECISION, split_tables


class StaticCoder:
    """The static coder of one level: every channel has its own table, whatever the context."""

    def __init__(self, cdf: np.ndarray, offset: np.ndarray, level: int):
        """`cdf` and `offset` as `tables.build_tables` makes them, for all levels."""
        self.channels = offset.shape[1]
        tables = split_tables(cdf)[level * self.channels : (level + 1) * self.channels]
        self._tables, self._offset = tables, offset[level]
        self._model = tfc.ContinuousBatchedEntropyModel(
            prior_shape=(self.channels,),
            coding_rank=3,
            compression=True,
            stateless=True,
            offset_heuristic=False,
            decode_sanity_check=False,
            cdf=np.concatenate(tables),
            cdf_offset=offset[level],
        )

    def encode(self, y_hat: np.ndarray) -> bytes:
        """The string of latents (h, w, channels), whole numbers."""
        return bytes(self._model.compress(tf.constant(y_hat, tf.float32)).numpy())

    def decode(self, string: bytes, height: int, width: int) -> np.ndarray:
        """Latents (height, width, channels), float32. Any bytes give some latents: check what must be right before."""
        return self._model.decompress(tf.constant(string), [height, width]).numpy()

    def bits(self, y_hat: np.ndarray) -> np.ndarray:
        """What each of the latents (h, w, channels) costs in bits under its table, float32; an escape with its number."""
        out = np.empty(y_hat.shape, np.float32)
        for channel, (table, first) in enumerate(zip(self._tables, self._offset, strict=True)):
            symbols, escape = y_hat[..., channel].astype(np.int64) - first, len(table) - 3
            outside = (symbols < 0) | (symbols >= escape)
            cost = PRECISION - np.log2(np.diff(table[1:]))
            out[..., channel] = cost[np.where(outside, escape, symbols)]
            beyond = np.where(symbols < 0, -symbols, symbols - escape + 1)
            out[..., channel] += np.where(
                outside, 2 + 2 * np.floor(np.log2(np.maximum(beyond, 1))), 0
            )  # sign, Elias gamma
        return out
