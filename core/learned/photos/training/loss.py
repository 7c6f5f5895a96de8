"""What the photo coder is trained for: rate and distortion, of noisy or of rounded latents."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from core.learned.photos.model import PhotoTransforms


def rate_distortion(
    model: PhotoTransforms,
    x: tf.Tensor,
    levels: tf.Tensor,
    seed: tf.Tensor,
    hard: tf.Tensor | bool = False,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Training's rate in bpp and distortion, both (B,), with uniform noise in place of rounding.

    `x` is (B, H, W, colours) on 0..255, `levels` (B,) int32, `seed` (2,) int32: the same seed makes
    the same noise. `hard`: the distortion is that of truly rounded latents, gradients straight
    through, while the rate keeps the noise (Minnen & Singh, "Channel-wise autoregressive entropy
    models", 2020, section 3.3).
    """
    y = model.analysis(x, levels)
    noise = tf.random.stateless_uniform(tf.shape(y), seed, -0.5, 0.5)
    pixels = tf.cast(tf.shape(x)[1] * tf.shape(x)[2], tf.float32)
    rounding = tf.stop_gradient(tf.round(y) - y)
    y_hat = y + tf.where(hard, rounding, noise)
    bpp = model.bits(y + noise, levels) / pixels
    x_hat = model.synthesis(y_hat, levels)
    return bpp, distortion(model.config.metric, x, x_hat)


def quantised(
    model: PhotoTransforms,
    x: tf.Tensor,
    levels: tf.Tensor,
    bits: Callable[[tf.Tensor, tf.Tensor], tf.Tensor] | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Estimated rate (B,) in bpp of the rounded latents, and the decoded pictures.

    These are (B, H, W, colours) float32, rounded and clipped to 0..255. `bits` of latents
    (B, h, w, latents) and levels (B,) are (B,); None: those of the model's own priors.
    """
    y = tf.round(model.analysis(x, levels))
    pixels = tf.cast(tf.shape(x)[1] * tf.shape(x)[2], tf.float32)
    bpp = (bits or model.bits)(y, levels) / pixels
    x_hat = tf.round(model.synthesis(y, levels))
    return bpp, tf.clip_by_value(x_hat, 0, 255)


def distortion(metric: str, x: tf.Tensor, x_hat: tf.Tensor) -> tf.Tensor:
    """MSE on 0..255, or 1 − MS-SSIM, per sample (B,)."""
    x = tf.cast(x, tf.float32)
    if metric == "mse":
        return tf.reduce_mean(tf.math.squared_difference(x, x_hat), (1, 2, 3))
    # Patches of 128 px are too small for the five scales of the measure: four keep the 11-tap
    # window inside.
    weights = np.array([0.0448, 0.2856, 0.3001, 0.2363]) / 0.8668
    shown = tf.clip_by_value(x_hat, 0, 255)
    return 1 - tf.image.ssim_multiscale(x, shown, 255, weights)
