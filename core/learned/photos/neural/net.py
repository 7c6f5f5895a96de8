"""The neural entropy model in training: from the latents that are known, a logistic distribution
for each that follows.

    around ─ squash ─ W(visit) ─ ReLU ─ W ─ ReLU ─ h ─┬──────────────┬──────────────┐
    own groups before ─ squash ───────────────────────┴ V₁ ─ ReLU ───┴ V₂ ─ ReLU ───┴ V₃ ─ mean,
                                                                                          scale

V₁ … V₃ are masked (Germain et al., "MADE", 2015): a unit belongs to a group of channels, sees the
channels of earlier groups and the units of its own and earlier groups. Each layer's bias is the sum
of one per level and one per visit; a level's latents are measured in its own units σ. The mean is a
linear prediction from the neighbours plus what the network adds. Trained here in floating point,
used in whole numbers: `core/learned/photos/entropy/integer_network.py`.
"""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from core.learned.photos.entropy.neural_layout import (
    CHANNELS,
    FAR,
    FAR_CHANNELS,
    HIDDEN,
    MASKS,
    MATRICES,
    NEAR,
    SEEN,
    VISITS,
    WIDTH,
)

LOG_SCALES = (-5.0, 7.0)  # log2 of the smallest and the largest scale
LN2 = 0.6931472
LARGEST = (
    127 / 32
)  # of a squashed latent: the whole numbers of the coder go to 127, in units of 1/32


def start_parameters(sigma: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """Parameters to start from, float32. `sigma` (levels, C): the latents' spread."""
    rng = np.random.default_rng(seed)
    levels = len(sigma)

    def normal(rows: int, columns: int, gain: float = 2.0) -> np.ndarray:
        return rng.normal(0, (gain / rows) ** 0.5, (rows, columns)).astype(np.float32)

    out = {f"around{i}": normal(SEEN, WIDTH) for i in range(max(filter(None, MATRICES)) + 1)}
    out |= {
        "near": normal(WIDTH, WIDTH),
        "own": normal(CHANNELS, HIDDEN, 0.5),
        "from_near": normal(WIDTH, HIDDEN, 1.0),
        "second": normal(HIDDEN, HIDDEN),
        "out": normal(HIDDEN, 2 * CHANNELS, 0.02),
        "out_from_near": normal(WIDTH, 2 * CHANNELS, 0.02),
    }
    for layer, width in (("around", WIDTH), ("near", WIDTH), ("own", HIDDEN), ("second", HIDDEN)):
        out[f"{layer}_bias_level"] = np.zeros((levels, width), np.float32)
        out[f"{layer}_bias_visit"] = np.zeros((VISITS, width), np.float32)
    out["mean_bias"] = np.zeros((levels, CHANNELS), np.float32)
    out["scale_bias"] = np.log2(np.maximum(sigma, 0.01) * 0.5).astype(np.float32)
    out["scale_bias_visit"] = np.zeros((VISITS, CHANNELS), np.float32)
    # Half of the near neighbours' mean: right for the channels that hold the local mean, harmless
    # for the rest, which are small.
    out["predict_near"] = np.full((VISITS, NEAR, CHANNELS), 0.125, np.float32)
    out["predict_far"] = np.zeros((VISITS, FAR, FAR_CHANNELS), np.float32)
    return out


def squash(y: tf.Tensor, sigma: tf.Tensor) -> tf.Tensor:
    """Latents in their units, large ones compressed."""
    return tf.clip_by_value(tf.asinh(tf.cast(y, tf.float32) / sigma), -LARGEST, LARGEST)


class Network:
    """The network over named parameters, variables or arrays, as `start_parameters` names them."""

    def __init__(self, parameters: dict, sigma: np.ndarray):
        self.parameters = parameters
        self.sigma = tf.constant(sigma, tf.float32)

    def distributions(
        self,
        y: tf.Tensor,
        near: tf.Tensor,
        far: tf.Tensor,
        levels: tf.Tensor,
        visit: tf.Tensor,
        counts: Sequence[int] | tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Mean and log2 of the scale, both (N, C), of latents `y` (N, C) in the coder's order of
        channels.

        `near` (4, N, C) and `far` (8, N, FAR_CHANNELS): their neighbours, 0 where there are none.
        `levels`, `visit` (N,): the positions are sorted by their visit's first layer; `counts`: how
        many have none, the first, the second, the third.
        """
        p, sigma = self.parameters, tf.gather(self.sigma, levels)
        beside = tf.transpose(squash(near, sigma), (1, 0, 2))
        further = tf.transpose(squash(far, sigma[:, :FAR_CHANNELS]), (1, 0, 2))
        around = tf.concat(
            [
                tf.reshape(beside, (-1, NEAR * CHANNELS)),
                tf.reshape(further, (-1, FAR * FAR_CHANNELS)),
            ],
            1,
        )
        none, *parts = tf.split(around, counts)
        h = [tf.zeros((tf.shape(none)[0], WIDTH))]
        h += [part @ p[f"around{i}"] for i, part in enumerate(parts)]
        h = tf.nn.relu(tf.concat(h, 0) + self._bias("around", levels, visit))
        h = tf.nn.relu(h @ p["near"] + self._bias("near", levels, visit))
        m = squash(y, sigma) @ (p["own"] * MASKS["own"]) + h @ p["from_near"]
        m = tf.nn.relu(m + self._bias("own", levels, visit))
        m = tf.nn.relu(m @ (p["second"] * MASKS["second"]) + self._bias("second", levels, visit))
        out = m @ (p["out"] * MASKS["out"]) + h @ p["out_from_near"]
        shift, scale = tf.split(out, 2, 1)
        mean = sigma * (shift + tf.gather(p["mean_bias"], levels))
        mean += tf.einsum(
            "knc,nkc->nc", tf.cast(near, tf.float32), tf.gather(p["predict_near"], visit)
        )
        some = tf.einsum(
            "knc,nkc->nc", tf.cast(far, tf.float32), tf.gather(p["predict_far"], visit)
        )
        mean += tf.pad(some, ((0, 0), (0, CHANNELS - FAR_CHANNELS)))
        scale += tf.gather(p["scale_bias"], levels) + tf.gather(p["scale_bias_visit"], visit)
        return mean, scale

    def _bias(self, layer: str, levels: tf.Tensor, visit: tf.Tensor) -> tf.Tensor:
        by_level, by_visit = (
            self.parameters[f"{layer}_bias_{kind}"] for kind in ("level", "visit")
        )
        return tf.gather(by_level, levels) + tf.gather(by_visit, visit)


def logistic_bits(y: tf.Tensor, mean: tf.Tensor, log_scale: tf.Tensor) -> tf.Tensor:
    """Information content in bits of whole numbers `y` under logistic distributions, integrated
    over ±½.
    """
    inverse = tf.exp(-LN2 * tf.clip_by_value(log_scale, *LOG_SCALES))
    distance = tf.abs(tf.cast(y, tf.float32) - mean)
    # σ(a) − σ(c) = σ(a) σ(−c) (1 − e^(c−a)) with a − c = 1/s
    upper, lower = (0.5 - distance) * inverse, (-0.5 - distance) * inverse
    nats = tf.nn.softplus(-upper) + tf.nn.softplus(lower) - tf.math.log1p(-tf.exp(-inverse))
    return nats / LN2
