"""The non-parametric prior of a latent channel: a learned cumulative distribution, one for each
level and channel.

Ballé et al. 2018 ("Variational image compression with a scale hyperprior"), appendix 6.1: the
logit of the cumulative is a small network of monotone layers, u ↦ H u + b, then
u ↦ u + tanh(a) · tanh(u), with H ≥ 0.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import tensorflow as tf

from core.learned.ops.prior_shapes import LAYERS, WIDTHS

LIKELIHOOD_FLOOR = 1e-9  # 30 bits: a symbol rarer than that is escaped by a real coder


def prior_parameters(scale: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Starting parameters for densities about as wide as logistics of the given `scale` (levels,
    channels), in units of y.

    Returns `matrix{i}` (levels, channels, out, in), `bias{i}` (…, out, 1) and `factor{i}`
    (…, out, 1).
    """
    rng = np.random.default_rng(seed)
    # The layers' slopes multiply to that of a logistic's logit, 1 / scale.
    slope = scale[..., None, None] ** (-1 / LAYERS)
    parameters: dict[str, np.ndarray] = {}
    for i, (wide_in, wide_out) in enumerate(pairwise(WIDTHS)):
        column = (*scale.shape, wide_out, 1)
        # H is the softplus of what is trained, so that it stays positive.
        raw = _inverse_softplus(slope / wide_out)
        matrix = np.broadcast_to(raw, (*scale.shape, wide_out, wide_in))
        bias = rng.uniform(-0.5, 0.5, column)
        parameters[f"matrix{i}"] = matrix.astype(np.float32)
        parameters[f"bias{i}"] = bias.astype(np.float32)
        if i < LAYERS - 1:
            parameters[f"factor{i}"] = np.zeros(column, np.float32)
    return parameters


def _inverse_softplus(x: np.ndarray) -> np.ndarray:
    # From 20 on, softplus is the identity in float32, and expm1 would soon overflow.
    small = np.minimum(x, 20)
    return np.where(x > 20, x, np.log(np.expm1(small)))


def cumulative_logits(parameters: Mapping[str, tf.Tensor], y: tf.Tensor) -> tf.Tensor:
    """Logit of the cumulative at `y` (…, channels, 1, K).

    Every parameter is (…, channels, out, in).
    """
    for i in range(LAYERS):
        matrix = tf.nn.softplus(parameters[f"matrix{i}"])
        y = tf.matmul(matrix, y) + parameters[f"bias{i}"]
        if i < LAYERS - 1:
            # Rises with y, as |tanh(a)| < 1.
            bend = tf.tanh(parameters[f"factor{i}"])
            y += bend * tf.tanh(y)
    return y


def likelihood(parameters: Mapping[str, tf.Tensor], y: tf.Tensor) -> tf.Tensor:
    """Density of latent plus uniform noise at `y` (…, channels, 1, K).

    It is the mass of [y − ½, y + ½], and so P(y) where y is a whole number.
    """
    count = y.shape[-1]
    if count is None:
        count = tf.shape(y)[-1]
    # Both ends of the interval go through the network at once.
    ends = tf.concat([y - 0.5, y + 0.5], -1)
    logits = cumulative_logits(parameters, ends)
    lower = logits[..., :count]
    upper = logits[..., count:]
    # Far in the right tail both sigmoids round to 1: there, take the mirrored interval.
    side = -tf.sign(lower + upper)
    side = tf.stop_gradient(side)
    mass = tf.sigmoid(side * upper) - tf.sigmoid(side * lower)
    return tf.abs(mass)


def bits(parameters: Mapping[str, tf.Tensor], levels: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Information content (B,) in bits of latents `y` (B, h, w, channels), each sample under the
    priors of its own level, `levels` (B,).
    """
    batch = -1 if y.shape[0] is None else y.shape[0]
    channels = y.shape[3]
    h = tf.shape(y)[1]
    w = tf.shape(y)[2]
    # (B, channels, 1, h·w): a channel's latents side by side, as its prior takes them.
    columns = tf.transpose(y, (0, 3, 1, 2))
    columns = tf.reshape(columns, (batch, channels, 1, h * w))
    chosen = {name: tf.gather(value, levels) for name, value in parameters.items()}
    floored = tf.maximum(likelihood(chosen, columns), LIKELIHOOD_FLOOR)
    nats = -tf.reduce_sum(tf.math.log(floored), (1, 2, 3))
    return nats / np.log(2)
