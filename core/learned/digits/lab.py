"""Questions to a model of digits: what its decoder makes of flipped bits, random bits, the prior,
and paths between latents.

Pure functions of NumPy arrays; no TensorFlow is imported here.
"""

import numpy as np

SIDE = 28  # pixels of a digit
WHITE = 255


def flip_bits(
    string: bytes,
    positions: list[int],
) -> bytes:
    """`string` with the bits at `positions` turned over; bit 0 is the highest of the first byte."""
    flipped = bytearray(string)
    for position in positions:
        byte, bit = divmod(position, 8)
        flipped[byte] ^= 128 >> bit
    return bytes(flipped)


def random_strings(
    count: int,
    size: int,
    seed: int,
) -> list[bytes]:
    """`count` strings of `size` random bytes: to a good code, random bits look like any other
    message.
    """
    rng = np.random.default_rng(seed)
    return [rng.bytes(size) for _ in range(count)]


def prior_samples(
    log_scale: np.ndarray,
    count: int,
    temperature: float,
    seed: int,
) -> np.ndarray:
    """Whole-number latents (count, D) drawn from the logistic prior of `log_scale` (D,), its scale
    multiplied by `temperature` ≥ 0.
    """
    rng = np.random.default_rng(seed)
    exact = np.asarray(log_scale, np.float64)
    scale = np.exp(exact) * temperature
    shape = (count, len(scale))
    drawn = rng.logistic(0.0, 1.0, shape)
    return np.round(drawn * scale).astype(np.float32)


def traversal(
    y_hat: np.ndarray,
    dim: int,
    reach: int,
) -> np.ndarray:
    """`y_hat` (D,) with dimension `dim` set to −reach … +reach around its own value:
    (2 · reach + 1, D).
    """
    offsets = np.arange(-reach, reach + 1)
    rows = np.repeat(y_hat[None], len(offsets), axis=0)
    rows[:, dim] += offsets
    return rows


def path(
    first: np.ndarray,
    last: np.ndarray,
    count: int,
) -> np.ndarray:
    """`count` evenly spaced latents (count, D) on the straight line from `first` (D,) to `last`
    (D,), both included.
    """
    share = np.linspace(0, 1, count, dtype=np.float32)
    share = share[:, None]
    return first * (1 - share) + last * share


def noisy(
    y: np.ndarray,
    seed: int,
) -> np.ndarray:
    """`y` plus uniform noise in ±½, as the decoder sees it while training."""
    rng = np.random.default_rng(seed)
    noise = rng.uniform(-0.5, 0.5, y.shape)
    return (y + noise).astype(np.float32)


def noisy_density(
    scale: np.ndarray,
    points: np.ndarray,
) -> np.ndarray:
    """Density (D, N) at `points` (N,) of a logistic of `scale` (D,) plus uniform noise in ±½: the
    logistic's integral over ±½.
    """
    exact = np.asarray(scale, np.float64)
    column = exact[:, None]

    def cumulative(t: np.ndarray) -> np.ndarray:
        # The logistic function as a tanh, which does not overflow.
        return 0.5 * (1 + np.tanh(t / (2 * column)))

    row = points[None]
    upper = cumulative(row + 0.5)
    lower = cumulative(row - 0.5)
    return upper - lower


def live_dims(
    bits_per_dim: list[float],
    threshold: float = 0.05,
) -> list[int]:
    """The dimensions that carry more than `threshold` bits per digit, most bits first; the others
    are dead.
    """
    bits = np.asarray(bits_per_dim)
    order = np.argsort(-bits, kind="stable")
    return [int(dim) for dim in order if bits[dim] > threshold]


def mean_error(
    a: np.ndarray,
    b: np.ndarray,
) -> float:
    """Mean absolute error of 8-bit pictures, 0..1."""
    difference = a.astype(np.int16) - b
    return float(np.abs(difference).mean() / 255)


def stretched(x: np.ndarray) -> np.ndarray:
    """Pictures of any floats (N, 28, 28, 1), each from its smallest value (black) to its largest
    (white): uint8.
    """
    each = (1, 2, 3)
    low = x.min(each, keepdims=True)
    high = x.max(each, keepdims=True)
    # An even picture has no range: it comes out black.
    span = np.maximum(high - low, 1e-12)
    grey = 255 * (x - low) / span
    return np.round(grey).astype(np.uint8)


def tile(
    digits: np.ndarray,
    columns: int,
    gap: int = 2,
) -> np.ndarray:
    """Digits uint8 (N, 28, 28, 1) as one grey picture (H, W) with `columns` of them in a row and
    `gap` white pixels between.
    """
    rows = -(-len(digits) // columns)
    pitch = SIDE + gap
    shape = (
        rows * pitch - gap,
        columns * pitch - gap,
    )
    sheet = np.full(shape, WHITE, np.uint8)
    for i, digit in enumerate(digits):
        row, column = divmod(i, columns)
        top = row * pitch
        left = column * pitch
        place = sheet[top : top + SIDE, left : left + SIDE]
        place[:] = digit[:, :, 0]
    return sheet
