"""Questions to a model of digits: what its decoder makes of flipped bits, random bits, the prior, and paths between latents.

Pure functions of NumPy arrays and a `core.learned.digits.model.DigitCoder`; no TensorFlow is imported here.
"""

import numpy as np


def flip_bits(string: bytes, positions: list[int]) -> bytes:
    """`string` with the bits at `positions` turned over; bit 0 is the highest of the first byte."""
    flipped = bytearray(string)
    for position in positions:
        flipped[position // 8] ^= 128 >> position % 8
    return bytes(flipped)


def random_strings(count: int, size: int, seed: int) -> list[bytes]:
    """`count` strings of `size` random bytes: to a good code, random bits look like any other message."""
    rng = np.random.default_rng(seed)
    return [rng.bytes(size) for _ in range(count)]


def prior_samples(log_scale: np.ndarray, count: int, temperature: float, seed: int) -> np.ndarray:
    """Whole-number latents (count, D) drawn from the logistic prior, its scale multiplied by `temperature` ≥ 0."""
    rng = np.random.default_rng(seed)
    scale = np.exp(np.asarray(log_scale, np.float64)) * temperature
    return np.round(rng.logistic(0.0, 1.0, (count, len(scale))) * scale).astype(np.float32)


def traversal(y_hat: np.ndarray, dim: int, reach: int) -> np.ndarray:
    """`y_hat` (D,) with dimension `dim` set to −reach … +reach around its own value: (2 · reach + 1, D)."""
    out = np.repeat(y_hat[None], 2 * reach + 1, 0)
    out[:, dim] += np.arange(-reach, reach + 1)
    return out


def path(first: np.ndarray, last: np.ndarray, count: int) -> np.ndarray:
    """`count` evenly spaced latents (count, D) on the straight line from `first` (D,) to `last` (D,), both included."""
    share = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    return first * (1 - share) + last * share


def noisy(y: np.ndarray, seed: int) -> np.ndarray:
    """`y` plus uniform noise in ±½, as the decoder sees it while training."""
    return (y + np.random.default_rng(seed).uniform(-0.5, 0.5, y.shape)).astype(np.float32)


def noisy_density(scale: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Density (D, N) at `points` (N,) of a logistic of `scale` (D,) plus uniform noise in ±½ (its integral over ±½)."""

    def cumulative(t: np.ndarray) -> np.ndarray:
        return 0.5 * (1 + np.tanh(t / (2 * np.asarray(scale, np.float64)[:, None])))

    return cumulative(points[None] + 0.5) - cumulative(points[None] - 0.5)


def live_dims(bits_per_dim: list[float], threshold: float = 0.05) -> list[int]:
    """The dimensions that carry more than `threshold` bits a digit, most bits first; the others are dead."""
    order = np.argsort(-np.asarray(bits_per_dim), kind="stable")
    return [int(dim) for dim in order if bits_per_dim[dim] > threshold]


def mean_error(a: np.ndarray, b: np.ndarray) -> float:
    """Mean absolute error of 8-bit pictures, 0..1."""
    return float(np.abs(a.astype(np.int16) - b).mean() / 255)


def stretched(x: np.ndarray) -> np.ndarray:
    """Pictures of any floats (N, 28, 28, 1), each from its smallest value (black) to its largest (white): uint8."""
    low, high = x.min((1, 2, 3), keepdims=True), x.max((1, 2, 3), keepdims=True)
    return np.round(255 * (x - low) / np.maximum(high - low, 1e-12)).astype(np.uint8)


def tile(digits: np.ndarray, columns: int, gap: int = 2) -> np.ndarray:
    """Digits uint8 (N, 28, 28, 1) as one grey picture with `columns` of them a row, white `gap`s between: (H, W)."""
    rows = -(-len(digits) // columns)
    out = np.full((rows * (28 + gap) - gap, columns * (28 + gap) - gap), 255, np.uint8)
    for i, digit in enumerate(digits[:, :, :, 0]):
        top, left = i // columns * (28 + gap), i % columns * (28 + gap)
        out[top : top + 28, left : left + 28] = digit
    return out
