"""The encoder's search: latents beside the rounded ones that make R + λ · D of a picture smaller. The decoder need not know.

Rounding looks at each latent alone, and the analysis was trained for pictures in general; what a latent does to this very
picture is known from a pass back through the synthesis. Around ŷ a step s = ±1 of one latent changes the squared error by
s · slope + curvature, to second order, and the rate by what the context coder charges. Each round takes, at every other position
like the fields of a chess board, the steps that gain most; few, for steps that reach the same pixels repeat each other's work.
"""

import numpy as np

from core.learned.photos.coder import Coding, PhotoCoder
from core.learned.photos.context_coder import ContextCoder
from core.learned.photos.neural_coder import NeuralCoder

ROUNDS = 6
PIXELS = 6_000_000  # rounds × pixels: a large picture gets fewer rounds, at least one
BITS_A_STEP, STEPS = (
    100,
    4,
)  # in a round a position takes one step for every so many bits that it costs: at least 1, at most 4


def searched(
    coder: PhotoCoder, image: np.ndarray, level: int, coding: Coding = "context"
) -> np.ndarray:
    """uint8 (H, W, colours) → ŷ (⌈H/16⌉, ⌈W/16⌉, latents) int32: the best found in rate + λ · MSE, never worse than rounding.

    The prices are those of the entropy coder `coding`; the static one borrows those of the context coder.
    A model whose distortion is 1 − MS-SSIM gets plain rounding.
    """
    y_hat = coder.latents(image, level)
    if coder.config.metric != "mse":
        return y_hat
    weight = coder.config.lmbda[level] / image.shape[2]  # bits for a unit of squared error
    prices = coder.neural_coder(level) if coding == "neural" else coder.context_coder(level)
    curvature = coder.curvature(y_hat, level)
    best, least = y_hat, np.inf
    rounds = int(np.clip(PIXELS // (image.shape[0] * image.shape[1]), 1, ROUNDS))
    for number in range(rounds + 1):
        error, slope = coder.error_and_gradient(image, y_hat, level)
        bits, steps = _steps(prices, y_hat, weight * slope, weight * curvature, number % 2)
        if bits + weight * error < least:
            best, least = y_hat, bits + weight * error
        y_hat = y_hat + steps
    return best


def _steps(
    prices: ContextCoder | NeuralCoder,
    y_hat: np.ndarray,
    slope: np.ndarray,
    curvature: np.ndarray,
    parity: int,
) -> tuple[float, np.ndarray]:
    """Bits of ŷ (h, w, C), and the steps (h, w, C) int32, −1, 0 or 1, that a round takes at the fields of one colour.

    `slope` (h, w, C) and `curvature` (C,) are in bits.
    """
    height, width, count = y_hat.shape
    gains, ways = (
        np.zeros((height, width, count), np.float32),
        np.zeros((height, width, count), np.int8),
    )
    paid = np.zeros((height, width))

    def see(y: np.ndarray, x: np.ndarray, channels: np.ndarray, costs: list[np.ndarray]) -> None:
        less, now, more = costs
        paid[y, x] += now.sum(1, keepdims=True)
        down = now - less - curvature[channels] + slope[y, x, channels]
        up = now - more - curvature[channels] - slope[y, x, channels]
        gains[y, x, channels], ways[y, x, channels] = (
            np.maximum(down, up),
            np.where(down > up, -1, 1),
        )

    prices.around(y_hat, see)
    steps, fields = (
        np.zeros(y_hat.shape, np.int32),
        np.add.outer(np.arange(height), np.arange(width)) % 2 == parity,
    )
    allowed = np.clip(np.round(paid[fields] / BITS_A_STEP), 1, STEPS)
    gains, ways, taken = gains[fields], ways[fields], np.zeros((len(allowed), count), np.int32)
    every = np.arange(len(allowed))
    for number in range(STEPS):
        channel = gains.argmax(1)
        use = (gains[every, channel] > 0) & (number < allowed)
        taken[every, channel] += np.where(use, ways[every, channel], 0)
        gains[every, channel] = 0
    steps[fields] = taken
    return float(paid.sum()), steps
