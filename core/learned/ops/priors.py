"""The non-parametric prior of a latent channel: a learned cumulative distribution, one per level and channel.

Ballé et al. 2018 ("Variational image compression with a scale hyperprior"), appendix 6.1: the logit of the cumulative is a
small network of monotone layers, u ↦ H u + b, then u ↦ u + tanh(a) · tanh(u), with H ≥ 0.
"""

from itertools import pairwise

import numpy as np
import tensorflow as tf

WIDTHS = (1, 3, 3, 1)
LAYERS = len(WIDTHS) - 1
LIKELIHOOD_FLOOR = 1e-9  # 30 bits: a symbol rarer than that is escaped by a real coder


def prior_parameters(scale: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Starting parameters for densities of about the given `scale` (levels, channels), the width of a logistic in y's units.

    Returns `matrix{i}` (levels, channels, out, in), `bias{i}` (…, out, 1) and `factor{i}` (…, out, 1).
    """
    rng = np.random.default_rng(seed)
    slope = scale[..., None, None] ** (-1 / LAYERS)
    out = {}
    for i, (wide_in, wide_out) in enumerate(pairwise(WIDTHS)):
        shape = (*scale.shape, wide_out, wide_in)
        out[f"matrix{i}"] = np.broadcast_to(_inverse_softplus(slope / wide_out), shape).astype(
            np.float32
        )
        out[f"bias{i}"] = rng.uniform(-0.5, 0.5, (*scale.shape, wide_out, 1)).astype(np.float32)
        if i < LAYERS - 1:
            out[f"factor{i}"] = np.zeros((*scale.shape, wide_out, 1), np.float32)
    return out


def _inverse_softplus(x: np.ndarray) -> np.ndarray:
    return np.where(x > 20, x, np.log(np.expm1(np.minimum(x, 20))))


def cumulative_logits(parameters: dict[str, tf.Tensor], y: tf.Tensor) -> tf.Tensor:
    """Logit of the cumulative at `y` (..., channels, 1, K); every parameter is (..., channels, out, in)."""
    for i in range(LAYERS):
        y = tf.matmul(tf.nn.softplus(parameters[f"matrix{i}"]), y) + parameters[f"bias{i}"]
        if i < LAYERS - 1:
            y += tf.tanh(parameters[f"factor{i}"]) * tf.tanh(y)
    return y


def likelihood(parameters: dict[str, tf.Tensor], y: tf.Tensor) -> tf.Tensor:
    """Density of y + uniform noise at `y` (..., channels, 1, K): the mass of [y − ½, y + ½], which is P(y) on integers."""
    count = y.shape[-1] if y.shape[-1] is not None else tf.shape(y)[-1]
    logits = cumulative_logits(parameters, tf.concat([y - 0.5, y + 0.5], -1))
    lower, upper = logits[..., :count], logits[..., count:]
    side = tf.stop_gradient(
        -tf.sign(lower + upper)
    )  # far in the right tail both sigmoids round to 1: mirror it
    return tf.abs(tf.sigmoid(side * upper) - tf.sigmoid(side * lower))


def bits(parameters: dict[str, tf.Tensor], levels: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Information content (B,) in bits of latents `y` (B, h, w, channels), each sample under its level's priors."""
    batch, h, w, channels = y.shape[0], tf.shape(y)[1], tf.shape(y)[2], y.shape[3]
    columns = tf.reshape(
        tf.transpose(y, (0, 3, 1, 2)), (-1 if batch is None else batch, channels, 1, h * w)
    )
    chosen = {name: tf.gather(value, levels) for name, value in parameters.items()}
    return -tf.reduce_sum(
        tf.math.log(tf.maximum(likelihood(chosen, columns), LIKELIHOOD_FLOOR)), (1, 2, 3)
    ) / np.log(2)
