"""Questions to a model of photographs, for those who want to see inside it.

Where a picture's bits go, what its filters and its normalisations look like, and how well noise
stands in for rounding. TensorFlow is imported only by the functions that take a model.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.images.resize import grey, reduced
from core.learned.ops.spectral import real_dft

if TYPE_CHECKING:
    from core.learned.photos.model import PhotoTransforms

STRIDE = 16  # pixels per latent position


@dataclass(frozen=True)
class Relaxed:
    """One picture at one level, with noise as in training and rounded as in use.

    Rates are in bpp, distortions are MSE on 0..255. Nothing is clipped to 0..255 on either side, so
    that the two differ by noise against rounding alone.
    """

    level: int
    noisy_bpp: float
    noisy_mse: float
    rounded_bpp: float
    rounded_mse: float


def pooled(values: np.ndarray, most: int) -> tuple[np.ndarray, int]:
    """A map (h, w) as means over k × k blocks; and k.

    k is the smallest that leaves at most `most` cells.
    Blocks at the lower and right edge may be cut: their mean is over what is there.
    """
    height, width = values.shape
    k = 1
    while -(-height // k) * -(-width // k) > most:
        k += 1
    if k == 1:
        return values, 1
    margins = ((0, -height % k), (0, -width % k))
    padded = np.pad(np.asarray(values, np.float64), margins, constant_values=np.nan)
    blocks = padded.reshape(padded.shape[0] // k, k, -1, k)
    return np.nanmean(blocks, (1, 3)), k


def by_cost(channel_bits: np.ndarray) -> np.ndarray:
    """Channels in order of their cost, (C,) bits → (C,) indices, the most expensive first."""
    return np.argsort(-channel_bits, kind="stable")


def channels_for(channel_bits: np.ndarray, share: float) -> int:
    """How many channels, the most expensive first, pay `share` (0..1) of all bits."""
    paid = np.cumsum(np.sort(channel_bits)[::-1])
    if len(paid) == 0 or paid[-1] <= 0:
        return 0
    # A sum may miss its share by rounding alone.
    wanted = share * paid[-1] * (1 - 1e-12)
    return int(np.searchsorted(paid, wanted)) + 1


def latent_picture(latent: np.ndarray) -> np.ndarray:
    """One channel of ŷ (h, w) as uint8 grey.

    128 is zero; the value that is furthest from zero reaches black or white.
    """
    reach = max(int(np.abs(latent).max(initial=0)), 1)
    return np.round(128 + 127 * (latent / reach)).astype(np.uint8)


def filter_pictures(spectrum: np.ndarray, k: int) -> np.ndarray:
    """Kernels of k × k taps as uint8 pictures (n, k, k, colours), from their spectrum.

    `spectrum` is (k², colours, n). Grey is zero, and each picture is stretched to its own largest
    value. The strongest filter, by its energy, comes first.
    """
    # The matrix is orthonormal: its transpose leads back to taps, (k², colours, n).
    taps = np.tensordot(real_dft(k).T, np.asarray(spectrum, np.float32), 1)
    kernels = taps.reshape(k, k, *spectrum.shape[1:])
    kernels = np.moveaxis(kernels, -1, 0)  # (n, k, k, colours)
    energy = np.square(kernels).sum((1, 2, 3))
    kernels = kernels[np.argsort(-energy, kind="stable")]
    largest = np.abs(kernels).max((1, 2, 3), keepdims=True)
    reach = np.maximum(largest, 1e-12)
    return np.round(128 + 127 * kernels / reach).astype(np.uint8)


def backdrop(image: np.ndarray, most: int = 160_000) -> np.ndarray:
    """The image in grey (BT.601) with at most `most` pixels, to lie under a map: uint8 (h, w)."""
    return grey(reduced(image, most))


def gain_maps(model: "PhotoTransforms", image: np.ndarray, level: int) -> list[np.ndarray]:
    """GDN's gain in dB: a float32 map (h, w) for each of the two stages.

    They have one value per 4 × 4 and per 8 × 8 pixels. The gain of channel i is
    1 / √(β_i + Σ_j γ_ji x_j²), given relative to 1 / √β_i, the gain where nothing happens: 0 dB
    there, −20 dB where activity divides the signal by ten. A map is the mean over the channels. A
    model without GDN gives an empty list. `image` is uint8 (H, W, colours).
    """
    import tensorflow as tf

    from core.learned.ops import transforms
    from core.learned.ops.spectral import to_kernel
    from core.learned.photos.config import KERNELS, STRIDES
    from core.learned.photos.model import SMALLEST_BETA

    if model.config.activation != "gdn":
        return []
    p = model.parameters
    maps = []
    height, width = image.shape[:2]
    pixels = tf.constant(_padded(image)[None], tf.float32)
    x = (pixels / 255 - 0.5) * model.config.input_scale
    step = 1
    for i in range(2):
        kernel = to_kernel(p[f"analysis/{i}/spectrum"], KERNELS[i])
        x = transforms.conv_down(x, kernel, STRIDES[i], p[f"analysis/{i}/bias"])
        x *= tf.exp(p[f"analysis_gain/{i}"][level])
        beta = tf.square(p[f"analysis_norm/{i}/root_beta"]) + SMALLEST_BETA
        gamma = tf.square(p[f"analysis_norm/{i}/root_gamma"])
        # Σ_j γ_ji x_j² / β_i as a convolution of 1 × 1 taps.
        taps = (gamma / beta)[None, None]
        activity = tf.nn.conv2d(tf.square(x), taps, 1, "VALID")
        gain = -10 * tf.reduce_mean(tf.math.log1p(activity), -1)[0] / np.log(10)
        step *= STRIDES[i]
        rows = -(-height // step)
        columns = -(-width // step)
        maps.append(gain.numpy()[:rows, :columns])
        x = transforms.gdn(x, beta, gamma)
    return maps


def relaxation(model: "PhotoTransforms", image: np.ndarray, level: int, seed: int = 0) -> Relaxed:
    """Rate and distortion of `image` with uniform noise and with rounding.

    After Ballé et al. 2017, figure 4. The picture is continued to whole latents by its edge; the
    rate is per pixel of its own, and so is the distortion.
    """
    import tensorflow as tf

    levels = tf.constant([level])
    height, width = image.shape[:2]
    y = model.analysis(tf.constant(_padded(image)[None]), levels)
    noise = tf.random.stateless_uniform(tf.shape(y), [seed, level], -0.5, 0.5)
    x = tf.cast(image, tf.float32)

    def measured(latents: tf.Tensor) -> tuple[float, float]:
        x_hat = model.synthesis(latents, levels)[0, :height, :width]
        mse = tf.reduce_mean(tf.math.squared_difference(x, x_hat))
        bits = model.bits(latents, levels)[0]
        return float(bits) / (height * width), float(mse)

    noisy = measured(y + noise)
    rounded = measured(tf.round(y))
    return Relaxed(level, *noisy, *rounded)


def _padded(image: np.ndarray) -> np.ndarray:
    """The image continued by its last row and column to whole latents."""
    height, width = image.shape[:2]
    margins = ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0))
    return np.pad(image, margins, "edge")
