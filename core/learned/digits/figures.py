"""What a transform coder of digits costs and gives on a set of them: estimated, searched, and as
bytes.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from core.learned.digits.coder import AT_ONCE, DigitCoder
from core.learned.digits.model import DigitTransforms, distortion

Figures = dict[str, Any]


def evaluate(
    model: DigitTransforms,
    digits: np.ndarray,
    metric: str,
    lmbda: float,
) -> Figures:
    """Figures over `digits`, uint8 (N, 28, 28, 1), with rounded latents and 8-bit reconstructions.

    rate: mean information content in bits; distortion in `metric`; loss = rate + λ · distortion;
    mae, mse (0..1); bits_per_dim: (latent_dims,) means.
    """
    metrics = (metric, "mae", "mse")
    bits: np.ndarray = np.zeros(model.parameters["prior/log_scale"].shape)
    sums = [0.0, 0.0, 0.0]
    for first in range(0, len(digits), AT_ONCE):
        x = tf.cast(digits[first : first + AT_ONCE], tf.float32) / 255
        y_hat = tf.round(model.analysis(x))
        x_hat = tf.clip_by_value(model.synthesis(y_hat), 0, 1)
        x_hat = tf.round(x_hat * 255) / 255
        part = tf.reduce_sum(model.bits(y_hat), 0)
        bits += part.numpy().astype(np.float64)
        for i, name in enumerate(metrics):
            each = distortion(name, x, x_hat)
            sums[i] += float(tf.reduce_sum(each))
    bits /= len(digits)
    rate = float(bits.sum())
    found, mae, mse = (total / len(digits) for total in sums)
    return {
        "loss": rate + lmbda * found,
        "rate": rate,
        "distortion": found,
        "mae": mae,
        "mse": mse,
        "bits_per_dim": [round(float(value), 4) for value in bits],
    }


def evaluate_search(
    coder: DigitCoder,
    digits: np.ndarray,
    metric: str,
    lmbda: float,
) -> Figures:
    """loss, rate, distortion and mae like `evaluate`, with latents as `DigitCoder.searched` chooses
    them.
    """
    y_hat = coder.searched(digits, lmbda, metric)
    starts = range(0, len(y_hat), AT_ONCE)
    batches = [y_hat[first : first + AT_ONCE] for first in starts]
    pictures = np.concatenate([coder.pictures(batch) for batch in batches])
    x = digits.astype(np.float32) / 255
    x_hat = pictures.astype(np.float32) / 255
    bits = coder.bits(y_hat).sum(1)
    rate = float(bits.mean())
    found = float(np.mean(distortion(metric, x, x_hat)))
    return {
        "digits": len(digits),
        "loss": rate + lmbda * found,
        "rate": rate,
        "distortion": found,
        "mae": float(np.abs(x - x_hat).mean()),
    }


def real_rates(
    coder: DigitCoder,
    digits: np.ndarray,
) -> Figures:
    """What the range coder makes of `digits`, beside their information content: per digit and as
    one stream.
    """
    y_hat = coder.quantised(digits)
    bits = coder.bits(y_hat).sum(1)
    lengths = np.array([len(string) for string in coder.strings(y_hat)])
    excess = lengths - bits / 8
    thousand = y_hat[:1000]
    information = bits[:1000].sum() / 8
    return {
        "string_bytes": float(lengths.mean()),
        "string_excess_bytes": float(excess.mean()),
        "stream_digits": len(thousand),
        "stream_bytes": len(coder.stream(thousand)),
        "stream_information_bytes": float(information),
        "per_digit": {
            "bits": [round(float(value), 2) for value in bits[:256]],
            "bytes": lengths[:256].tolist(),
        },
    }
