"""The transform coder of TensorFlow's tutorial "Learned data compression", for MNIST digits.

    x ─ conv 20 5×5 ↓2 ─ conv 50 5×5 ↓2 ─ dense 500 ─ dense D ─ y ─ round ─ ŷ         (analysis)
                              bits under a logistic prior per dimension ─────┘
    ŷ ─ dense 500 ─ dense 2450 ─ conv 20 5×5 ↑2 ─ conv 1 5×5 ↑2 ─ x̂                   (synthesis)

All activations are leaky ReLU; x is in 0..1. Each latent has a zero-mean logistic prior with a trained scale
(`tfc.NoisyLogistic`, the density of latent plus uniform noise, whose value at an integer is that integer's probability).
Coding uses stored integer tables, so that a string decodes on any machine.
"""

from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow_compression as tfc

from core.errors import ModelError
from core.store.families import check_shapes

PRECISION = 16  # bits of the range coder's probabilities
METRICS = ("mae", "mse", "ssim")
DEAD_BITS = 14  # a dimension in which even ±1 costs this much is dead
TAIL_MASS = (
    2.0**-12
)  # probability left to the escape code: 50 dimensions then cost 0.02 bits a digit for it


def parameter_shapes(latent_dims: int) -> dict[str, tuple[int, ...]]:
    """The trained parameters of a model by name. Convolution kernels are (height, width, side of x, side of y)."""
    return {
        "analysis/conv1/kernel": (5, 5, 1, 20),
        "analysis/conv1/bias": (20,),
        "analysis/conv2/kernel": (5, 5, 20, 50),
        "analysis/conv2/bias": (50,),
        "analysis/dense1/kernel": (2450, 500),
        "analysis/dense1/bias": (500,),
        "analysis/dense2/kernel": (500, latent_dims),
        "analysis/dense2/bias": (latent_dims,),
        "synthesis/dense1/kernel": (latent_dims, 500),
        "synthesis/dense1/bias": (500,),
        "synthesis/dense2/kernel": (500, 2450),
        "synthesis/dense2/bias": (2450,),
        "synthesis/conv1/kernel": (5, 5, 20, 50),
        "synthesis/conv1/bias": (20,),
        "synthesis/conv2/kernel": (5, 5, 1, 20),
        "synthesis/conv2/bias": (1,),
        "prior/log_scale": (latent_dims,),
    }


class DigitTransforms:
    """The transforms and the prior over named parameters: variables while training, arrays afterwards."""

    def __init__(self, parameters: dict):
        self.parameters = parameters

    def analysis(self, x: tf.Tensor) -> tf.Tensor:
        """Digits (B, 28, 28, 1) in 0..1 -> latents y (B, latent_dims)."""
        for name in ("analysis/conv1", "analysis/conv2"):
            kernel, bias = self._pair(name)
            x = tf.nn.leaky_relu(tf.nn.conv2d(x, kernel, 2, "SAME") + bias)
        x = tf.nn.leaky_relu(self._dense("analysis/dense1", tf.reshape(x, (-1, 2450))))
        return self._dense("analysis/dense2", x)

    def synthesis(self, y: tf.Tensor) -> tf.Tensor:
        """Latents (B, latent_dims) -> digits (B, 28, 28, 1) around 0..1, not clipped."""
        y = tf.nn.leaky_relu(self._dense("synthesis/dense1", y))
        y = tf.reshape(tf.nn.leaky_relu(self._dense("synthesis/dense2", y)), (-1, 7, 7, 50))
        for name, side, channels in (("synthesis/conv1", 14, 20), ("synthesis/conv2", 28, 1)):
            kernel, bias = self._pair(name)
            shape = (tf.shape(y)[0], side, side, channels)
            y = tf.nn.leaky_relu(tf.nn.conv2d_transpose(y, kernel, shape, 2, "SAME") + bias)
        return y

    def prior(self) -> tfc.NoisyLogistic:
        """The densities of the latents plus uniform noise, one per dimension."""
        return tfc.NoisyLogistic(loc=0.0, scale=tf.exp(self.parameters["prior/log_scale"]))

    def bits(self, y: tf.Tensor) -> tf.Tensor:
        """Bits (B, latent_dims) of latents: of integers their information content, of noisy ones its differentiable proxy."""
        return self.prior().log_prob(y) / -np.log(2)

    def _pair(self, name: str) -> tuple:
        return self.parameters[f"{name}/kernel"], self.parameters[f"{name}/bias"]

    def _dense(self, name: str, x: tf.Tensor) -> tf.Tensor:
        kernel, bias = self._pair(name)
        return tf.matmul(x, kernel) + bias


def distortion(metric: str, x: tf.Tensor, x_hat: tf.Tensor) -> tf.Tensor:
    """Distortion (B,) of digits in 0..1 by `metric`: mean absolute error, mean squared error, or 1 − SSIM."""
    if metric == "ssim":
        return 1 - tf.image.ssim(x, tf.clip_by_value(x_hat, 0, 1), 1.0)
    difference = tf.abs(x - x_hat)
    return tf.reduce_mean(difference if metric == "mae" else tf.square(difference), (1, 2, 3))


def build_tables(parameters: dict) -> dict[str, np.ndarray]:
    """The range coder's integer tables for the prior, in TFC's layout: `cdf` and `cdf_offset`, both int32.

    Per dimension `cdf` holds −PRECISION, then the cumulative frequencies 0 … 2^PRECISION of the symbols from
    `cdf_offset` upwards; the last symbol is the escape.
    """
    parameters = {"prior/log_scale": tf.cast(parameters["prior/log_scale"], tf.float32)}
    coder = tfc.ContinuousBatchedEntropyModel(
        DigitTransforms(parameters).prior(),
        coding_rank=1,
        compression=True,
        stateless=True,
        tail_mass=TAIL_MASS,
        range_coder_precision=PRECISION,
        offset_heuristic=False,
    )
    return {"cdf": coder.cdf.numpy(), "cdf_offset": coder.cdf_offset.numpy()}


def check(card: Any, tensors: dict[str, np.ndarray]) -> None:
    """Raise ModelError unless `tensors` are the weights and tables of a model like this, and `card` tells what pages show."""
    dims = tensors["prior/log_scale"].size if "prior/log_scale" in tensors else 0
    check_shapes(card, tensors, parameter_shapes(dims) | {"cdf": (None,), "cdf_offset": (dims,)})
    cdf, starts = tensors["cdf"], np.flatnonzero(tensors["cdf"] == -PRECISION)
    sound = (
        cdf.dtype == tensors["cdf_offset"].dtype == np.int32
        and len(starts) == dims
        and dims
        and starts[0] == 0
    )
    for table in np.split(cdf, starts[1:]) if sound else ():
        sound &= (
            len(table) > 3
            and table[1] == 0
            and table[-1] == 2**PRECISION
            and bool((np.diff(table[1:]) > 0).all())
        )
    if not sound:
        raise ModelError(f"Model {card['name']!r} is unusable: its coding tables are not valid.")
    try:
        figures, real, digits = card["figures"], card["real"], card["real"]["per_digit"]
        numbers = [
            card["lmbda"],
            card["data"]["validation"],
            figures["rate"],
            figures["mae"],
            figures["loss"],
            real["string_bytes"],
            real["string_excess_bytes"],
            real["stream_digits"],
            real["stream_bytes"],
            real["stream_information_bytes"],
            *figures["bits_per_dim"],
            *digits["bits"],
            *digits["bytes"],
        ]
        complete = (
            all(isinstance(number, int | float) for number in numbers)
            and card["lmbda"] > 0
            and card["metric"] in METRICS
            and len(digits["bits"]) == len(digits["bytes"]) > 0
            and card["latent_dims"] == len(figures["bits_per_dim"]) == dims
        )
    except (KeyError, TypeError):
        complete = False
    if not complete:
        raise ModelError(
            f"Model {card['name']!r} has an incomplete card: λ, distortion or figures are missing."
        )


class DigitCoder:
    """A stored model at work: digits to latents to strings and back. `tensors` as `zoo.load` returns them."""

    def __init__(self, tensors: dict[str, np.ndarray]):
        self.model = DigitTransforms(
            {name: tf.constant(value, tf.float32) for name, value in tensors.items() if "/" in name}
        )
        self.latent_dims = len(tensors["cdf_offset"])
        self._tables = {"cdf": tensors["cdf"], "cdf_offset": tensors["cdf_offset"]}

    def latents(self, digits: np.ndarray) -> np.ndarray:
        """Digits uint8 (B, 28, 28, 1) -> y (B, latent_dims), float32, before rounding."""
        return self.model.analysis(tf.cast(digits, tf.float32) / 255).numpy()

    def quantised(self, digits: np.ndarray) -> np.ndarray:
        """Digits uint8 (B, 28, 28, 1) -> ŷ (B, latent_dims), whole numbers as float32."""
        return np.round(self.latents(digits))

    def searched(self, digits: np.ndarray, lmbda: float, metric: str = "mae") -> np.ndarray:
        """Digits uint8 (B, 28, 28, 1) -> ŷ (B, latent_dims), rounded so that R + λ · D of each digit comes out small.

        Starting from plain rounding, one dimension after the other tries the whole number on the other side of y and keeps
        it where that lowers the true cost (8-bit reconstruction, `metric` as in training). The decoder need not know.
        """
        return np.concatenate(
            [
                self._searched(digits[at : at + 500], lmbda, metric)
                for at in range(0, len(digits), 500)
            ]
        )

    def _searched(self, digits: np.ndarray, lmbda: float, metric: str) -> np.ndarray:
        y = self.latents(digits)
        y_hat = np.round(y)
        best = self._cost(digits, y_hat, lmbda, metric)
        cost_of_one = self.bits(np.ones((1, self.latent_dims), np.float32))[0]
        for dim in np.argsort(cost_of_one)[: np.count_nonzero(cost_of_one < DEAD_BITS)]:
            trial = y_hat.copy()
            trial[:, dim] += np.where(y[:, dim] >= y_hat[:, dim], 1, -1)
            cost = self._cost(digits, trial, lmbda, metric)
            better = cost < best
            y_hat[better], best[better] = trial[better], cost[better]
        return y_hat

    def _cost(self, digits: np.ndarray, y_hat: np.ndarray, lmbda: float, metric: str) -> np.ndarray:
        """R + λ · D (B,) of digits that are sent as `y_hat`."""
        x, x_hat = (
            tf.cast(pictures, tf.float32) / 255 for pictures in (digits, self.pictures(y_hat))
        )
        return self.bits(y_hat).sum(1) + lmbda * distortion(metric, x, x_hat).numpy()

    def pictures(self, y: np.ndarray) -> np.ndarray:
        """Latents (B, latent_dims), whole or not -> digits uint8 (B, 28, 28, 1)."""
        x = self.model.synthesis(tf.constant(y, tf.float32)).numpy()
        return np.round(np.clip(np.nan_to_num(x), 0, 1) * 255).astype(np.uint8)

    def bits(self, y_hat: np.ndarray) -> np.ndarray:
        """Information content (B, latent_dims) in bits of whole-number latents under the prior."""
        return self.model.bits(tf.constant(y_hat, tf.float32)).numpy()

    def strings(self, y_hat: np.ndarray) -> list[bytes]:
        """One string per digit for ŷ (B, latent_dims)."""
        return [
            bytes(s)
            for s in self._entropy_model(1).compress(tf.constant(y_hat, tf.float32)).numpy()
        ]

    def stream(self, y_hat: np.ndarray) -> bytes:
        """One string for all of ŷ (B, latent_dims)."""
        return bytes(self._entropy_model(2).compress(tf.constant(y_hat, tf.float32)).numpy())

    def from_strings(self, strings: list[bytes]) -> np.ndarray:
        """ŷ (B, latent_dims) from one string per digit. Any bytes give some latents: check what must be right before."""
        return self._entropy_model(1).decompress(tf.constant(strings), []).numpy()

    def from_stream(self, string: bytes, count: int) -> np.ndarray:
        """ŷ (count, latent_dims) from one string for all. Any bytes give some latents: check what must be right before."""
        return self._entropy_model(2).decompress(tf.constant(string), [count]).numpy()

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
