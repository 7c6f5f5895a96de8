"""A stored transform coder of digits at work: digits to latents to strings, and back."""

import numpy as np
import tensorflow as tf
import tensorflow_compression as tfc

from core.learned.digits.model import DigitTransforms, distortion
from core.store.families import Tensors

DEAD_BITS = 14  # a dimension in which even ±1 costs this much is dead
AT_ONCE = 500  # digits in memory while searching


class DigitCoder:
    """A stored model at work: digits to latents to strings and back.

    `tensors` as `zoo.load` returns them.
    """

    def __init__(self, tensors: Tensors) -> None:
        weights = {
            name: tf.constant(value, tf.float32) for name, value in tensors.items() if "/" in name
        }
        self.model = DigitTransforms(weights)
        self.latent_dims = len(tensors["cdf_offset"])
        self._tables = {name: tensors[name] for name in ("cdf", "cdf_offset")}

    def latents(self, digits: np.ndarray) -> np.ndarray:
        """Digits uint8 (B, 28, 28, 1) -> y (B, latent_dims), float32, before rounding."""
        x = tf.cast(digits, tf.float32) / 255
        return self.model.analysis(x).numpy()

    def quantised(self, digits: np.ndarray) -> np.ndarray:
        """Digits uint8 (B, 28, 28, 1) -> ŷ (B, latent_dims), whole numbers as float32."""
        return np.round(self.latents(digits))

    def searched(
        self,
        digits: np.ndarray,
        lmbda: float,
        metric: str = "mae",
    ) -> np.ndarray:
        """Digits uint8 (B, 28, 28, 1) -> ŷ (B, latent_dims), rounded so that R + λ · D of each
        digit comes out small.

        Starting from plain rounding, one dimension after the other tries the whole number on the
        other side of y and keeps it where that lowers the true cost (8-bit reconstruction, `metric`
        as in training). The decoder need not know.
        """
        starts = range(0, len(digits), AT_ONCE)
        batches = [digits[first : first + AT_ONCE] for first in starts]
        found = [self._searched(batch, lmbda, metric) for batch in batches]
        return np.concatenate(found)

    def _searched(
        self,
        digits: np.ndarray,
        lmbda: float,
        metric: str,
    ) -> np.ndarray:
        y = self.latents(digits)
        y_hat = np.round(y)
        best = self._cost(digits, y_hat, lmbda, metric)
        for dim in self._worth_a_trial():
            trial = y_hat.copy()
            above = y[:, dim] >= y_hat[:, dim]
            trial[:, dim] += np.where(above, 1, -1)
            cost = self._cost(digits, trial, lmbda, metric)
            better = cost < best
            y_hat[better] = trial[better]
            best[better] = cost[better]
        return y_hat

    def _worth_a_trial(self) -> np.ndarray:
        """The dimensions that are not dead, the cheapest ±1 first."""
        ones = np.ones((1, self.latent_dims), np.float32)
        cost_of_one = self.bits(ones)[0]
        live = np.count_nonzero(cost_of_one < DEAD_BITS)
        return np.argsort(cost_of_one)[:live]

    def _cost(
        self,
        digits: np.ndarray,
        y_hat: np.ndarray,
        lmbda: float,
        metric: str,
    ) -> np.ndarray:
        """R + λ · D (B,) of digits that are sent as `y_hat`."""
        x = tf.cast(digits, tf.float32) / 255
        x_hat = tf.cast(self.pictures(y_hat), tf.float32) / 255
        rate = self.bits(y_hat).sum(1)
        return rate + lmbda * distortion(metric, x, x_hat).numpy()

    def pictures(self, y: np.ndarray) -> np.ndarray:
        """Latents (B, latent_dims), whole or not -> digits uint8 (B, 28, 28, 1)."""
        latents = tf.constant(y, tf.float32)
        x = self.model.synthesis(latents).numpy()
        # Random bits may decode to latents so large that the synthesis overflows.
        x = np.clip(np.nan_to_num(x), 0, 1)
        return np.round(x * 255).astype(np.uint8)

    def bits(self, y_hat: np.ndarray) -> np.ndarray:
        """Information content (B, latent_dims) in bits of whole-number latents under the prior."""
        latents = tf.constant(y_hat, tf.float32)
        return self.model.bits(latents).numpy()

    def strings(self, y_hat: np.ndarray) -> list[bytes]:
        """One string per digit for ŷ (B, latent_dims)."""
        latents = tf.constant(y_hat, tf.float32)
        strings = self._entropy_model(1).compress(latents)
        return [bytes(string) for string in strings.numpy()]

    def stream(self, y_hat: np.ndarray) -> bytes:
        """One string for all of ŷ (B, latent_dims)."""
        latents = tf.constant(y_hat, tf.float32)
        string = self._entropy_model(2).compress(latents)
        return bytes(string.numpy())

    def from_strings(self, strings: list[bytes]) -> np.ndarray:
        """ŷ (B, latent_dims) from one string per digit.

        Any bytes give some latents: check what must be right before.
        """
        coder = self._entropy_model(1)
        return coder.decompress(tf.constant(strings), []).numpy()

    def from_stream(
        self,
        string: bytes,
        count: int,
    ) -> np.ndarray:
        """ŷ (count, latent_dims) from one string for all.

        Any bytes give some latents: check what must be right before.
        """
        coder = self._entropy_model(2)
        return coder.decompress(tf.constant(string), [count]).numpy()

    def _entropy_model(self, rank: int) -> tfc.ContinuousBatchedEntropyModel:
        return tfc.ContinuousBatchedEntropyModel(
            prior_shape=(self.latent_dims,),
            coding_rank=rank,
            compression=True,
            stateless=True,
            offset_heuristic=False,
            decode_sanity_check=False,
            **self._tables,
        )
