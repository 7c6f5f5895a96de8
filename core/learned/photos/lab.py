"""Questions to a model of photographs: where a picture's bits go, what its filters and its normalisations look like, and how
well noise stands in for rounding.

TensorFlow is imported only by the functions that take a model.
"""

from dataclasses import dataclass

import numpy as np

from core.images.resize import grey, reduced
from core.learned.ops.spectral import real_dft

STRIDE = 16  # pixels per latent position


@dataclass(frozen=True)
class Relaxed:
    """One picture at one level, with noise as in training and rounded as in use: rates in bpp, distortions as MSE on 0..255.

    Nothing is clipped to 0..255 on either side, so that the two differ by noise against rounding alone.
    """

    level: int
    noisy_bpp: float
    noisy_mse: float
    rounded_bpp: float
    rounded_mse: float


def pooled(values: np.ndarray, most: int) -> tuple[np.ndarray, int]:
    """A map (h, w) as means over k × k blocks, k the smallest that leaves at most `most` cells; and k. Blocks at the lower and
    right edge may be cut: their mean is over what is there."""
    h, w = values.shape
    k = 1
    while -(-h // k) * -(-w // k) > most:
        k += 1
    if k == 1:
        return values, 1
    padded = np.pad(
        np.asarray(values, np.float64), ((0, -h % k), (0, -w % k)), constant_values=np.nan
    )
    return np.nanmean(padded.reshape(padded.shape[0] // k, k, -1, k), (1, 3)), k


def by_cost(channel_bits: np.ndarray) -> np.ndarray:
    """Channels in order of what they cost, (C,) bits → (C,) indices, the most expensive first."""
    return np.argsort(-channel_bits, kind="stable")


def channels_for(channel_bits: np.ndarray, share: float) -> int:
    """How many channels, the most expensive first, pay `share` (0..1) of all bits."""
    paid = np.cumsum(np.sort(channel_bits)[::-1])
    return (
        int(np.searchsorted(paid, share * paid[-1] * (1 - 1e-12)) + 1)
        if len(paid) and paid[-1] > 0
        else 0
    )


def latent_picture(latent: np.ndarray) -> np.ndarray:
    """One channel of ŷ (h, w) as grey: 128 is zero, the value that is furthest from zero reaches black or white."""
    reach = max(int(np.abs(latent).max(initial=0)), 1)
    return np.round(128 + 127 * (latent / reach)).astype(np.uint8)


def filter_pictures(spectrum: np.ndarray, k: int) -> np.ndarray:
    """Kernels of k × k taps from their spectrum (k², colours, n) as pictures (n, k, k, colours): grey is zero, each stretched to
    its own largest value. The strongest filter, by its energy, comes first."""
    taps = np.tensordot(
        real_dft(k).T, np.asarray(spectrum, np.float32), 1
    )  # (k², colours, n); the matrix is orthonormal
    kernels = np.moveaxis(taps.reshape(k, k, *spectrum.shape[1:]), -1, 0)
    energy = np.square(kernels).sum((1, 2, 3))
    kernels = kernels[np.argsort(-energy, kind="stable")]
    reach = np.maximum(np.abs(kernels).max((1, 2, 3), keepdims=True), 1e-12)
    return np.round(128 + 127 * kernels / reach).astype(np.uint8)


def backdrop(image: np.ndarray, most: int = 160_000) -> np.ndarray:
    """The image in grey (BT.601) with at most `most` pixels, to be drawn below a map: uint8 (h, w)."""
    return grey(reduced(image, most))


def gain_maps(model, image: np.ndarray, level: int) -> list[np.ndarray]:
    """GDN's gain in dB, a map (h, w) float32 for each of the two stages, one value per 4 × 4 and per 8 × 8 pixels.

    The gain of channel i is 1 / √(β_i + Σ_j γ_ji x_j²). It is given relative to 1 / √β_i, the gain where nothing happens:
    0 dB there, −20 dB where activity divides the signal by ten; the map is the mean over the channels. An empty list for a
    model without GDN. `image` is uint8 (H, W, colours).
    """
    import tensorflow as tf

    from core.learned.ops import transforms
    from core.learned.ops.spectral import to_kernel
    from core.learned.photos.model import KERNELS, SMALLEST_BETA, STRIDES

    if model.config.activation != "gdn":
        return []
    p, maps = model.parameters, []
    height, width = image.shape[:2]
    x = (tf.constant(_padded(image)[None], tf.float32) / 255 - 0.5) * model.config.input_scale
    for i in range(2):
        x = transforms.conv_down(
            x,
            to_kernel(p[f"analysis/{i}/spectrum"], KERNELS[i]),
            STRIDES[i],
            p[f"analysis/{i}/bias"],
        )
        x *= tf.exp(p[f"analysis_gain/{i}"][level])
        beta = tf.square(p[f"analysis_norm/{i}/root_beta"]) + SMALLEST_BETA
        gamma = tf.square(p[f"analysis_norm/{i}/root_gamma"])
        activity = tf.nn.conv2d(tf.square(x), (gamma / beta)[None, None], 1, "VALID")
        gain = -10 * tf.reduce_mean(tf.math.log1p(activity), -1)[0] / np.log(10)
        step = int(np.prod(STRIDES[: i + 1]))
        maps.append(gain.numpy()[: -(-height // step), : -(-width // step)])
        x = transforms.gdn(x, beta, gamma)
    return maps


def relaxation(model, image: np.ndarray, level: int, seed: int = 0) -> Relaxed:
    """Rate and distortion of `image` with uniform noise and with rounding (Ballé et al. 2017, figure 4).

    The picture is continued to whole latents by its edge; the rate counts on its own pixels, as does the distortion.
    """
    import tensorflow as tf

    levels, (height, width) = tf.constant([level]), image.shape[:2]
    y = model.analysis(tf.constant(_padded(image)[None]), levels)
    noise = tf.random.stateless_uniform(tf.shape(y), [seed, level], -0.5, 0.5)
    found = []
    for latents in (y + noise, tf.round(y)):
        x_hat = model.synthesis(latents, levels)[0, :height, :width]
        mse = tf.reduce_mean(tf.math.squared_difference(tf.cast(image, tf.float32), x_hat))
        found += [float(model.bits(latents, levels)[0]) / (height * width), float(mse)]
    return Relaxed(level, *found)


def _padded(image: np.ndarray) -> np.ndarray:
    height, width = image.shape[:2]
    return np.pad(image, ((0, -height % STRIDE), (0, -width % STRIDE), (0, 0)), "edge")
