"""Where training of the photo coder starts: at the best linear block transform of the training photographs.

Random filters spend thousands of steps on becoming a transform that JPEG would be content with. A cascade of
principal component analyses (the Karhunen–Loève transform: blocks of 4×4 pixels, then 2×2 neighbours, then 2×2 again) is known
in closed form and fits in the taps of the three stages; the channels that it leaves over start at random. Gains follow
from reverse water-filling at each λ (Cover & Thomas, section 10.3), priors from the variances. The normalisation starts
close to the identity. Training takes it from there: overlap, nonlinearity, better priors.
"""

import numpy as np

from core.learned.ops.priors import prior_parameters
from core.learned.ops.spectral import to_spectrum
from core.learned.photos.model import KERNELS, STRIDES, PhotoConfig

ROOT_GAMMA = 0.02  # γ = 0.0004: a mild normalisation
SMALLEST_VARIANCE = 1e-4  # of a latent, for directions in which the sample does not vary
SPARE_SHARE = 0.3  # scale of the left-over random filters, relative to a usual initialisation


def start_parameters(config: PhotoConfig, patches: np.ndarray, seed: int) -> dict[str, np.ndarray]:
    """All parameters of a `PhotoTransforms` from sample `patches` (n, H, W, colours) uint8, H and W multiples of 16."""
    rng = np.random.default_rng(seed)
    x = (patches.astype(np.float32) / 255 - 0.5) * config.input_scale
    out: dict[str, np.ndarray] = {}
    paired = (
        config.activation == "relu"
    )  # a value needs two rectified channels, its positive and its negative part
    scale = np.ones(
        config.colours
    )  # what each channel of the stage before is divided by, so that none dwarfs the others
    for i, (k, stride) in enumerate(zip(KERNELS, STRIDES, strict=True)):
        wide_in, wide_out = config.widths[i], config.widths[i + 1]
        blocks = _blocks(x, stride)
        basis, spread = _principal(
            blocks.reshape(-1, blocks.shape[-1]), wide_out // 2 if paired and i < 2 else wide_out
        )
        basis, before, x = (
            basis.reshape(stride, stride, x.shape[-1], -1),
            scale[:, None],
            blocks @ basis,
        )
        scale = np.sqrt(np.maximum(spread, 1e-2)) if i < 2 else np.ones(len(spread))
        spare = SPARE_SHARE / np.sqrt(k * k * wide_in)
        for side, taps in (
            ("analysis", basis * before / scale),
            ("synthesis", basis / before * scale),
        ):
            taps = np.concatenate([taps, -taps], 2) if paired and i > 0 else taps
            taps = np.concatenate([taps, -taps], 3) if paired and i < 2 else taps
            used, carried = taps.shape[2:]  # channels that carry the linear transform
            kernel = np.zeros((k, k, wide_in, wide_out), np.float32)
            new = kernel[..., carried:] if side == "analysis" else kernel[:, :, used:]
            new[:] = rng.normal(
                0, spare, new.shape
            )  # spare features are made from all channels, and read by none yet
            first = (k - stride) // 2
            kernel[first : first + stride, first : first + stride, :used, :carried] = taps
            out[f"{side}/{i}/spectrum"] = to_spectrum(kernel)
    for i in range(3):
        out[f"synthesis/{i}/bias"] = np.zeros(config.widths[i], np.float32)
    n = config.filters
    for i in range(2):
        out[f"analysis/{i}/bias"] = np.zeros(n, np.float32)
        for side in ("analysis", "synthesis"):
            out[f"{side}_gain/{i}"] = np.zeros((config.levels, n), np.float32)
            if config.activation == "gdn":
                out[f"{side}_norm/{i}/root_beta"] = np.ones(n, np.float32)
                out[f"{side}_norm/{i}/root_gamma"] = np.full((n, n), ROOT_GAMMA, np.float32)
    variance = np.full(config.latents, SMALLEST_VARIANCE)
    variance[: x.shape[-1]] = np.maximum(x.reshape(-1, x.shape[-1]).var(0), SMALLEST_VARIANCE)
    return out | _gains_and_priors(config, variance, seed)


def _blocks(x: np.ndarray, size: int) -> np.ndarray:
    """(n, H, W, c) → (n, H/size, W/size, size·size·c), a block's entries in the order of a kernel's taps."""
    n, h, w, c = x.shape
    x = x.reshape(n, h // size, size, w // size, size, c).transpose(0, 1, 3, 2, 4, 5)
    return x.reshape(n, h // size, w // size, size * size * c)


def _principal(rows: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """The at most `most` strongest principal directions, (d, m), and the root mean square along each."""
    power, directions = np.linalg.eigh(rows.T.astype(np.float64) @ rows / len(rows))
    order = np.argsort(power)[::-1][:most]
    return directions[:, order].astype(np.float32), np.sqrt(np.maximum(power[order], 0))


def _gains_and_priors(
    config: PhotoConfig, variance: np.ndarray, seed: int
) -> dict[str, np.ndarray]:
    """Optimal gains for independent Gaussian channels of known `variance` (latents,) under uniform noise.

    A channel at gain g costs ½ log2 t bits and leaves variance/t, t = 1 + 12 g² variance; with 256 pixels per position the
    minimum of bpp + λ·MSE is at t = 2 ln2 · 256 λ · variance in grey levels / (256 · colours).
    """
    grey = (255 / config.input_scale) ** 2
    lmbda = (
        np.array(config.lmbda)[:, None]
        if config.metric == "mse"
        else np.array(config.lmbda)[:, None] / 2000
    )
    t = np.maximum(2 * np.log(2) * lmbda * variance * grey / config.colours, 1.05)
    gain = np.sqrt((t - 1) / (12 * variance))
    inverse = (1 - 1 / t) / gain
    spread = np.sqrt(gain**2 * variance + 1 / 12)
    logistic = np.maximum(spread * np.sqrt(3) / np.pi, 0.1)
    return {
        "log_gain": np.log(gain).astype(np.float32),
        "log_inverse_gain": np.log(inverse).astype(np.float32),
    } | {f"prior/{name}": value for name, value in prior_parameters(logistic, seed).items()}
