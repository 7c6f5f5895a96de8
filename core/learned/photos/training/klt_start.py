"""Where training of the photo coder starts: at the best linear block transform of the photographs.

Random filters spend thousands of steps on becoming a transform that JPEG would be content with. A
cascade of principal component analyses (the Karhunen–Loève transform: blocks of 4×4 pixels, then
2×2 neighbours, then 2×2 again) is known in closed form and fits in the taps of the three stages;
the channels that it leaves over start at random. Gains follow from reverse water-filling at each λ
(Cover & Thomas, section 10.3), priors from the variances. The normalisation starts close to the
identity. Training takes it from there: overlap, nonlinearity, better priors.
"""

import numpy as np

from core.learned.ops.priors import prior_parameters
from core.learned.ops.spectral import to_spectrum
from core.learned.photos.config import KERNELS, STRIDES, PhotoConfig

ROOT_GAMMA = 0.02  # γ = 0.0004: a mild normalisation
SMALLEST_VARIANCE = 1e-4  # of a latent, for directions in which the sample does not vary
SPARE_SHARE = 0.3  # scale of the left-over random filters, relative to a usual initialisation


def start_parameters(config: PhotoConfig, patches: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """All parameters of a `PhotoTransforms`, float32.

    `patches` (n, H, W, colours) uint8 is the sample; H and W are multiples of 16.
    """
    kernels, latents = _cascade(config, patches, seed)
    variance = np.full(config.latents, SMALLEST_VARIANCE)
    found = latents.reshape(-1, latents.shape[-1]).var(0)
    variance[: len(found)] = np.maximum(found, SMALLEST_VARIANCE)
    return kernels | _plain(config) | _gains_and_priors(config, variance, seed)


def _cascade(
    config: PhotoConfig, patches: np.ndarray, seed: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The kernels of both sides as spectra, and the linear latents (n, H/16, W/16, m)."""
    rng = np.random.default_rng(seed)
    paired = config.activation == "relu"
    kernels = {}
    x = (patches.astype(np.float32) / 255 - 0.5) * config.input_scale
    # What each channel of the stage before is divided by, so that none dwarfs the others.
    before = np.ones(config.colours)
    for i, (k, stride) in enumerate(zip(KERNELS, STRIDES, strict=True)):
        rectified = paired and i < 2
        wide_out = config.widths[i + 1]
        blocks = _blocks(x, stride)  # (n, h, w, stride · stride · c)
        rows = blocks.reshape(-1, blocks.shape[-1])
        # A value takes two rectified channels: its positive and its negative part.
        basis, spread = _principal(rows, wide_out // 2 if rectified else wide_out)
        scale = np.ones(len(spread))
        if i < 2:
            scale = np.sqrt(np.maximum(spread, 1e-2))
        taps = basis.reshape(stride, stride, x.shape[-1], -1)  # (stride, stride, c, m)
        # The basis is orthonormal: the same taps, scaled the other way, lead back.
        for side, scaled in (
            ("analysis", taps * before[:, None] / scale),
            ("synthesis", taps / before[:, None] * scale),
        ):
            if paired and i > 0:
                scaled = np.concatenate([scaled, -scaled], 2)
            if rectified:
                scaled = np.concatenate([scaled, -scaled], 3)
            shape = (k, k, config.widths[i], wide_out)
            kernel = _kernel(side, scaled, shape, rng)
            kernels[f"{side}/{i}/spectrum"] = to_spectrum(kernel)
        x = blocks @ basis
        before = scale
    return kernels, x


def _kernel(
    side: str,
    taps: np.ndarray,
    shape: tuple[int, int, int, int],
    rng: np.random.Generator,
) -> np.ndarray:
    """A kernel of `shape` (k, k, in, out) with `taps` in its middle, and spare random filters.

    Spare features are made from all channels by the analysis, and made into all channels by the
    synthesis; the linear transform reads none of them yet.
    """
    k, _, wide_in, _ = shape
    stride, _, used, carried = taps.shape  # channels that carry the linear transform
    kernel = np.zeros(shape, np.float32)
    if side == "analysis":
        spare = kernel[..., carried:]
    else:
        spare = kernel[:, :, used:]
    deviation = SPARE_SHARE / np.sqrt(k * k * wide_in)
    spare[:] = rng.normal(0, deviation, spare.shape)
    first = (k - stride) // 2
    last = first + stride
    kernel[first:last, first:last, :used, :carried] = taps
    return kernel


def _plain(config: PhotoConfig) -> dict[str, np.ndarray]:
    """Biases of zero, gains of one, and a normalisation close to the identity."""
    n = config.filters
    parameters = {}
    for i in range(3):
        parameters[f"synthesis/{i}/bias"] = np.zeros(config.widths[i], np.float32)
    for i in range(2):
        parameters[f"analysis/{i}/bias"] = np.zeros(n, np.float32)
        for side in ("analysis", "synthesis"):
            # Gains are kept as logarithms.
            parameters[f"{side}_gain/{i}"] = np.zeros((config.levels, n), np.float32)
            if config.activation == "gdn":
                norm = f"{side}_norm/{i}"
                parameters[f"{norm}/root_beta"] = np.ones(n, np.float32)
                parameters[f"{norm}/root_gamma"] = np.full((n, n), ROOT_GAMMA, np.float32)
    return parameters


def _blocks(x: np.ndarray, size: int) -> np.ndarray:
    """(n, H, W, c) → (n, H/size, W/size, size·size·c), entries in the order of a kernel's taps."""
    n, height, width, c = x.shape
    h = height // size
    w = width // size
    x = x.reshape(n, h, size, w, size, c)
    x = x.transpose(0, 1, 3, 2, 4, 5)  # (n, h, w, size, size, c)
    return x.reshape(n, h, w, size * size * c)


def _principal(rows: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most `most` principal directions, (d, m), strongest first, and the RMS along each."""
    moments = rows.T.astype(np.float64) @ rows / len(rows)
    power, directions = np.linalg.eigh(moments)
    order = np.argsort(power)[::-1][:most]
    basis = directions[:, order].astype(np.float32)
    return basis, np.sqrt(np.maximum(power[order], 0))


def _gains_and_priors(
    config: PhotoConfig, variance: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Optimal gains for independent Gaussian channels of known `variance` (latents,).

    Under uniform noise a channel at gain g costs ½ log2 t bits and leaves variance/t, where
    t = 1 + 12 g² variance. With 256 pixels per position the minimum of bpp + λ · MSE is at
    t = 2 ln2 · 256 λ · variance in grey levels / (256 · colours).
    """
    grey = (255 / config.input_scale) ** 2
    lmbda = np.array(config.lmbda)[:, None]  # (levels, 1)
    if config.metric != "mse":
        # A λ for 1 − MS-SSIM asks for about as many bits as one 2000 times smaller for the MSE.
        lmbda = lmbda / 2000
    t = 2 * np.log(2) * lmbda * variance * grey / config.colours
    t = np.maximum(t, 1.05)  # (levels, latents)
    gain = np.sqrt((t - 1) / (12 * variance))
    # The Wiener factor 1 − 1/t shrinks what is decoded towards zero.
    inverse = (1 - 1 / t) / gain
    spread = np.sqrt(gain**2 * variance + 1 / 12)
    # A logistic distribution of scale s has the standard deviation π s / √3.
    logistic = np.maximum(spread * np.sqrt(3) / np.pi, 0.1)
    parameters = {
        "log_gain": np.log(gain).astype(np.float32),
        "log_inverse_gain": np.log(inverse).astype(np.float32),
    }
    for name, value in prior_parameters(logistic, seed).items():
        parameters[f"prior/{name}"] = value
    return parameters
