"""The photo coder at work: picture ↔ rounded latents ↔ string, in tiles, so that memory stays bounded.

A tile is computed with a margin of its neighbours' pixels, or latents, that is wider than the transforms reach, and cut back:
the result is that of the whole picture at once, without seams.
"""

import zlib
from collections.abc import Iterator
from functools import partial
from typing import Literal

import numpy as np
import tensorflow as tf

from core.errors import BitstreamError
from core.learned.bls2017 import STRIDE, Config, Model
from core.learned.context_coder import ContextCoder, Rules
from core.learned.latent_coder import LatentCoder
from core.learned.transforms import conv_up_exactly

Coding = Literal["context", "static"]  # tables picked by what stands around, or one a channel

TILE = 64  # latents: 1024 pixels
MARGIN = 4  # latents; a latent sees 30 pixels beyond its own 16, a pixel 3 latents beyond its own
HASH_BYTES = 3


class PhotoCoder:
    """One stored model. `tensors` as `zoo.load` returns them."""

    def __init__(self, config: Config, tensors: dict[str, np.ndarray]):
        self.config = config
        self.model = Model(config, {k: tf.constant(v, tf.float32) for k, v in tensors.items() if v.dtype.kind == "f"})
        self._tensors = {k: v for k, v in tensors.items() if v.dtype.kind == "i"}
        pixels, latents = (1, None, None, config.colours), (1, None, None, config.latents)
        level = tf.TensorSpec((1,), tf.int32)       # one graph for every size: a graph made for one size rounds differently
        self._analysis = tf.function(self._rounded, [tf.TensorSpec(pixels, tf.uint8), level])
        self._bits = tf.function(self.model.bits, [tf.TensorSpec(latents), level])
        self._synthesis = tf.function(partial(self.model.synthesis, conv_up=conv_up_exactly), [tf.TensorSpec(latents), level])

    def latents(self, image: np.ndarray, level: int) -> np.ndarray:
        """uint8 (H, W, colours) → ŷ (⌈H/16⌉, ⌈W/16⌉, latents) int32. The picture is continued by its last row and column."""
        height, width, _ = image.shape
        padded = np.pad(image, ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0)), "edge")
        h, w = padded.shape[0] // STRIDE, padded.shape[1] // STRIDE
        y_hat = np.empty((h, w, self.config.latents), np.int32)
        for tile, outer, inner in _tiles(h, w):
            pixels = padded[_scaled(outer[0]), _scaled(outer[1])]
            y_hat[tile] = self._analysis(tf.constant(pixels[None]), tf.constant([level])).numpy()[inner]
        return y_hat

    def information(self, y_hat: np.ndarray, level: int) -> float:
        """The information content of ŷ (h, w, latents) under the model's priors, one a channel, in bits."""
        return sum(float(self._bits(tf.constant(y_hat[tile][None], tf.float32), tf.constant([level]))[0])
                   for tile, _, _ in _tiles(*y_hat.shape[:2]))

    def picture(self, y_hat: np.ndarray, level: int, height: int, width: int) -> np.ndarray:
        """ŷ (⌈height/16⌉, ⌈width/16⌉, latents) → uint8 (height, width, colours)."""
        h, w, _ = y_hat.shape
        out = np.empty((h * STRIDE, w * STRIDE, self.config.colours), np.uint8)
        for tile, outer, inner in _tiles(h, w):
            x = self._synthesis(tf.constant(y_hat[outer][None], tf.float32), tf.constant([level])).numpy()[0]
            x = x[_scaled(inner[0]), _scaled(inner[1])]
            out[_scaled(tile[0]), _scaled(tile[1])] = np.round(np.clip(np.nan_to_num(x), 0, 255))
        return out[:height, :width]

    def encode(self, y_hat: np.ndarray, level: int, coding: Coding = "context") -> bytes:
        """Three bytes that check the latents, then their string."""
        return _hash(y_hat) + self._coder(level, coding).encode(y_hat)

    def symbol_bits(self, y_hat: np.ndarray, level: int, coding: Coding = "context") -> np.ndarray:
        """What each latent of ŷ (h, w, latents) costs in bits, float32 of that shape: their sum is the string's length."""
        return self._coder(level, coding).bits(y_hat)

    def decode(self, payload: bytes, level: int, h: int, w: int, coding: Coding = "context") -> np.ndarray:
        """The latents (h, w, latents) int32 of `encode`. Raises BitstreamError where they are not those that were written."""
        y_hat = self._coder(level, coding).decode(payload[HASH_BYTES:], h, w).astype(np.int32)
        if _hash(y_hat) != payload[:HASH_BYTES]:
            raise BitstreamError("This file's payload does not decode to the picture that was written. Get the file again.")
        return y_hat

    def _coder(self, level: int, coding: Coding) -> ContextCoder | LatentCoder:
        if coding == "context":
            return ContextCoder(Rules.of_level(self._tensors, level))
        return LatentCoder(self._tensors["tables/cdf"], self._tensors["tables/offset"], level)

    def _rounded(self, x: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.round(self.model.analysis(x, levels))[0], tf.int32)


def _hash(y_hat: np.ndarray) -> bytes:
    return zlib.crc32(np.ascontiguousarray(y_hat, "<i4").tobytes()).to_bytes(4, "little")[:HASH_BYTES]


def _tiles(h: int, w: int) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice], tuple[slice, slice]]]:
    """Tiles of a grid (h, w): where each lies, with its margin, and where it lies inside its margin."""
    for rows in _spans(h):
        for columns in _spans(w):
            yield tuple(zip(rows, columns, strict=True))


def _spans(size: int) -> Iterator[tuple[slice, slice, slice]]:
    for start in range(0, size, TILE):
        stop = min(start + TILE, size)
        first, last = max(start - MARGIN, 0), min(stop + MARGIN, size)
        yield slice(start, stop), slice(first, last), slice(start - first, stop - first)


def _scaled(span: slice) -> slice:
    return slice(span.start * STRIDE, span.stop * STRIDE)

