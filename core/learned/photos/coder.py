"""The photo coder at work: picture ↔ rounded latents ↔ string.

It works in tiles, so that memory stays bounded.
"""

import zlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal

import numpy as np
import tensorflow as tf

from core.errors import BitstreamError, ModelError
from core.learned.ops.transforms import conv_up_exactly
from core.learned.photos.config import STRIDE, PhotoConfig
from core.learned.photos.entropy.context_coder import ContextCoder
from core.learned.photos.entropy.context_model import ContextModel
from core.learned.photos.entropy.neural_coder import NeuralCoder
from core.learned.photos.entropy.neural_tensors import has_neural
from core.learned.photos.entropy.static_coder import StaticCoder
from core.learned.photos.model import PhotoTransforms
from core.learned.photos.tiles import Tile, scaled, tiles

# Tables chosen by context, one per channel, or chosen by a network.
Coding = Literal["context", "static", "neural"]

PROBED = 32  # latents per side, at most, from which the curvature is estimated
PROBES = 256  # samples per channel, at least
HASH_BYTES = 3


class PhotoCoder:
    """One stored model. `tensors` as `zoo.load` returns them."""

    def __init__(self, config: PhotoConfig, tensors: dict[str, np.ndarray]):
        self.config = config
        parameters = {}
        self._tensors = {}  # the whole numbers of the entropy coders
        for name, value in tensors.items():
            if value.dtype.kind == "f":
                parameters[name] = tf.constant(value, tf.float32)
            else:
                self._tensors[name] = value
        self.model = PhotoTransforms(config, parameters)
        exactly = partial(self.model.synthesis, conv_up=conv_up_exactly)
        # One graph for every size: a graph made for one size rounds differently. Nothing in it
        # depends on values: AutoGraph, which takes seconds to read the code, has nothing to do.
        graph = partial(tf.function, autograph=False)
        level = tf.TensorSpec((1,), tf.int32)
        image = tf.TensorSpec((1, None, None, config.colours), tf.uint8)
        pixels = tf.TensorSpec((1, None, None, config.colours))
        inside = tf.TensorSpec((1, None, None, 1))
        latents = tf.TensorSpec((1, None, None, config.latents))
        many_pixels = tf.TensorSpec((None, None, None, config.colours))
        many_latents = tf.TensorSpec((None, None, None, config.latents))
        self._analysis = graph(self._rounded, [image, level])
        self._bits = graph(self.model.bits, [latents, level])
        self._synthesis = graph(exactly, [latents, level])
        judged = [latents, pixels, inside, level]
        self._errors = graph(partial(_errors, exactly), judged)
        self._gradient = graph(partial(_error_gradient, exactly), judged)
        self._vector_jacobian = graph(
            partial(_vector_jacobian_product, exactly),
            [many_latents, many_pixels, level],
        )

    def latents(self, image: np.ndarray, level: int) -> np.ndarray:
        """uint8 (H, W, colours) → ŷ (⌈H/16⌉, ⌈W/16⌉, latents) int32.

        The picture is continued to whole latents by its last row and column.
        """
        height, width, _ = image.shape
        margins = ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0))
        padded = np.pad(image, margins, "edge")
        h = padded.shape[0] // STRIDE
        w = padded.shape[1] // STRIDE
        y_hat = np.empty((h, w, self.config.latents), np.int32)
        for tile, outer, inner in tiles(h, w):
            pixels = tf.constant(padded[scaled(outer)][None])
            found = self._analysis(pixels, tf.constant([level]))
            y_hat[tile] = found.numpy()[inner]
        return y_hat

    def information(self, y_hat: np.ndarray, level: int) -> float:
        """The information content of ŷ (h, w, latents) in bits, under one prior per channel."""
        height, width, _ = y_hat.shape
        total = 0.0
        for tile, _, _ in tiles(height, width):
            latents = tf.constant(y_hat[tile][None], tf.float32)
            total += float(self._bits(latents, tf.constant([level]))[0])
        return total

    def picture(self, y_hat: np.ndarray, level: int, height: int, width: int) -> np.ndarray:
        """ŷ (⌈height/16⌉, ⌈width/16⌉, latents) → uint8 (height, width, colours)."""
        h, w, _ = y_hat.shape
        out = np.empty((h * STRIDE, w * STRIDE, self.config.colours), np.uint8)
        for tile, outer, inner in tiles(h, w):
            latents = tf.constant(y_hat[outer][None], tf.float32)
            x = self._synthesis(latents, tf.constant([level])).numpy()[0]
            x = x[scaled(inner)]
            # Latents that no picture has can drive the synthesis beyond what a float holds.
            x = np.nan_to_num(x)
            out[scaled(tile)] = np.round(np.clip(x, 0, 255))
        return out[:height, :width]

    def error_and_gradient(
        self, image: np.ndarray, y_hat: np.ndarray, level: int
    ) -> tuple[float, np.ndarray]:
        """Squared error of the decoded picture, and its gradient with respect to ŷ.

        `image` is uint8 (H, W, colours), ŷ (h, w, latents). The error is summed over all pixels and
        colours; the gradient is (h, w, latents) float32.
        """
        gradient = np.empty(y_hat.shape, np.float32)
        total = 0.0
        # Twice the margin: a latent's gradient needs the errors of pixels that see further latents.
        for tile, inner, judged in _judged(image, y_hat, level, reach=2):
            errors, of_tile = self._gradient(*judged)
            gradient[tile] = of_tile.numpy()[0][inner]
            total += _squared(errors, inner)
        return total, gradient

    def error(self, image: np.ndarray, y_hat: np.ndarray, level: int) -> float:
        """The squared error alone, of `error_and_gradient`."""
        return sum(
            _squared(self._errors(*judged), inner)
            for _, inner, judged in _judged(image, y_hat, level)
        )

    def curvature(self, y_hat: np.ndarray, level: int) -> np.ndarray:
        """Half the second derivative of the squared error by a latent, per channel: (latents,).

        A step of ±1 in a latent of channel c adds entry c to what the gradient predicts. With J the
        Jacobian of the synthesis it is the diagonal of JᵀJ, estimated by vector–Jacobian products
        with random signs (Hutchinson's estimator) on the middle of ŷ (h, w, latents).
        """
        height, width, _ = y_hat.shape
        h = min(height, PROBED)
        w = min(width, PROBED)
        top = (height - h) // 2
        left = (width - w) // 2
        middle = y_hat[top : top + h, left : left + w]
        # A small picture is probed several times, with other signs each time.
        times = -(-PROBES // (h * w))
        y = np.repeat(middle[None], times, 0)
        shape = (times, h * STRIDE, w * STRIDE, self.config.colours)
        signs = np.random.default_rng(0).choice(np.array([-1, 1], np.float32), shape)
        product = self._vector_jacobian(
            tf.constant(y, tf.float32),
            tf.constant(signs),
            tf.constant([level]),
        )
        return np.square(product.numpy(), dtype=np.float64).mean((0, 1, 2))

    @property
    def codings(self) -> tuple[Coding, ...]:
        """The entropy coders that the model has, the best one last."""
        return (
            ("static", "context", "neural") if has_neural(self._tensors) else ("static", "context")
        )

    def context_coder(self, level: int) -> ContextCoder:
        """The context coder of a level, which knows what other latents would cost."""
        return ContextCoder(ContextModel.of_level(self._tensors, level))

    def neural_coder(self, level: int) -> NeuralCoder:
        """The neural entropy coder of a level. Raises ModelError where the model has none."""
        if not has_neural(self._tensors):
            raise ModelError("This model has no neural entropy coder; `train entropy` makes one.")
        return NeuralCoder(self._tensors, level)

    def encode(self, y_hat: np.ndarray, level: int, coding: Coding = "context") -> bytes:
        """Three bytes that check the latents, then their string."""
        return _hash(y_hat) + self._coder(level, coding).encode(y_hat)

    def encode_and_count(
        self, y_hat: np.ndarray, level: int, coding: Coding = "context"
    ) -> tuple[bytes, float]:
        """The string of `encode`, and the information content of ŷ in bits: for the static coder
        `information`, for the others the sum of `symbol_bits`.
        """
        coder = self._coder(level, coding)
        if isinstance(coder, StaticCoder):
            string = coder.encode(y_hat)
            bits = self.information(y_hat, level)
        else:
            string, bits = coder.encode_and_count(y_hat)
        return _hash(y_hat) + string, bits

    def symbol_bits(self, y_hat: np.ndarray, level: int, coding: Coding = "context") -> np.ndarray:
        """What each latent of ŷ (h, w, latents) costs in bits, float32 of that shape.

        The sum is the length of the string.
        """
        return self._coder(level, coding).bits(y_hat)

    def decode(
        self, payload: bytes, level: int, h: int, w: int, coding: Coding = "context"
    ) -> np.ndarray:
        """The latents (h, w, latents) int32 of `encode`.

        Raises BitstreamError where they are not those that were written.
        """
        found = self._coder(level, coding).decode(payload[HASH_BYTES:], h, w)
        y_hat = found.astype(np.int32)
        if _hash(y_hat) != payload[:HASH_BYTES]:
            raise BitstreamError(
                "This file's payload does not decode to the picture that was written. "
                "Get the file again."
            )
        return y_hat

    def _coder(self, level: int, coding: Coding) -> ContextCoder | StaticCoder | NeuralCoder:
        if coding == "context":
            return self.context_coder(level)
        if coding == "neural":
            return self.neural_coder(level)
        return StaticCoder(self._tensors["tables/cdf"], self._tensors["tables/offset"], level)

    def _rounded(self, x: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        y = self.model.analysis(x, levels)
        return tf.cast(tf.round(y)[0], tf.int32)


def _hash(y_hat: np.ndarray) -> bytes:
    latents = np.ascontiguousarray(y_hat, "<i4").tobytes()
    return zlib.crc32(latents).to_bytes(4, "little")[:HASH_BYTES]


Judged = tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]  # the arguments of `_errors`


def _judged(
    image: np.ndarray, y_hat: np.ndarray, level: int, reach: int = 1
) -> Iterator[tuple[Tile, Tile, Judged]]:
    """The tiles of ŷ (h, w, latents), where each lies inside its margins, and what is judged."""
    height, width, _ = y_hat.shape
    for tile, outer, inner in tiles(height, width, reach):
        pixels = image[scaled(outer)]
        inside = np.ones((*pixels.shape[:2], 1), np.float32)
        # What the last latents decode beyond the picture's edge counts for nothing.
        beyond = []
        for span, side in zip(outer, pixels.shape[:2], strict=True):
            beyond.append((0, (span.stop - span.start) * STRIDE - side))
        beyond.append((0, 0))
        yield (
            tile,
            inner,
            (
                tf.constant(y_hat[outer][None], tf.float32),
                tf.constant(np.pad(pixels, beyond)[None], tf.float32),
                tf.constant(np.pad(inside, beyond)[None]),
                tf.constant([level]),
            ),
        )


def _squared(errors: tf.Tensor, inner: Tile) -> float:
    """The sum of squares of a tile's own errors."""
    return float(np.square(errors.numpy()[0][scaled(inner)], dtype=np.float64).sum())


def _errors(
    synthesis: Callable[..., tf.Tensor],
    y_hat: tf.Tensor,
    wanted: tf.Tensor,
    inside: tf.Tensor,
    levels: tf.Tensor,
) -> tf.Tensor:
    """Errors of the pixels where `inside` is 1."""
    return (tf.clip_by_value(synthesis(y_hat, levels), 0, 255) - wanted) * inside


def _error_gradient(
    synthesis: Callable[..., tf.Tensor],
    y_hat: tf.Tensor,
    wanted: tf.Tensor,
    inside: tf.Tensor,
    levels: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Errors of the pixels where `inside` is 1, and the gradient of their squared sum by ŷ."""
    with tf.GradientTape() as tape:
        tape.watch(y_hat)
        errors = _errors(synthesis, y_hat, wanted, inside, levels)
    return errors, tape.gradient(errors, y_hat, 2 * errors)


def _vector_jacobian_product(
    synthesis: Callable[..., tf.Tensor],
    y_hat: tf.Tensor,
    signs: tf.Tensor,
    levels: tf.Tensor,
) -> tf.Tensor:
    """The Jacobian of the synthesis, transposed, times `signs`: from pixels back to latents."""
    with tf.GradientTape() as tape:
        tape.watch(y_hat)
        x_hat = synthesis(y_hat, levels)
    return tape.gradient(x_hat, y_hat, signs)
