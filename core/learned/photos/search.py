"""The encoder's search: latents near the rounded ones that make R + λ · D of a picture smaller.

The decoder need not know of it. Rounding looks at each latent alone, and the analysis was trained
for pictures in general; what a latent does to this very picture is known from a pass back through
the synthesis. Around ŷ a step s = ±1 of one latent changes the squared error by
s · gradient + curvature, to second order, and the rate by what the entropy coder charges.

Each round takes the steps that gain most, at every other position, like the squares of one colour
on a chessboard, and only a few per position: steps that reach the same pixels repeat each other's
work. The neural coder also tells what a latent does to the bits of those that it is context for;
with it the search goes on for longer, with many steps in the first rounds and few in the last.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.learned.photos.coder import Coding, PhotoCoder
from core.learned.photos.entropy.context_coder import ContextCoder
from core.learned.photos.entropy.neural_coder import NeuralCoder

STEPS = 4  # of a position in a round, at most
REFRESHED = 3  # rounds for which the gradient of the bits through contexts is good enough


@dataclass(frozen=True)
class Effort:
    """How long the search goes on.

    At most `rounds`; fewer where rounds × pixels would exceed `pixels`, at least one. In the first
    round a position takes a step for every `bits_per_step` that it costs, at least one; in the last
    one this share of them, `finish`, and in between ever fewer.
    """

    rounds: int
    pixels: int
    bits_per_step: float
    finish: float

    def rounds_of(self, pixels: int) -> int:
        """How many rounds a picture of so many pixels gets."""
        return int(np.clip(self.pixels // pixels, 1, self.rounds))

    def steps(self, paid: np.ndarray, share: float) -> np.ndarray:
        """(N,): how many steps positions that cost `paid` (N,) bits take on average, after this
        share of the rounds, 0 to 1.
        """
        return np.maximum(paid / self.bits_per_step, 1) * self.finish**share


BRIEF = Effort(6, 6_000_000, bits_per_step=100, finish=1)
LONG = Effort(16, 6_500_000, bits_per_step=50, finish=1 / 8)


def searched(
    coder: PhotoCoder, image: np.ndarray, level: int, coding: Coding = "context"
) -> np.ndarray:
    """uint8 (H, W, colours) → ŷ (⌈H/16⌉, ⌈W/16⌉, latents) int32.

    The best found in rate + λ · MSE, never worse than rounding. The rate is that of the entropy
    coder `coding`; for the static one that of the context coder. A model whose distortion is
    1 − MS-SSIM gets plain rounding.
    """
    y_hat = coder.latents(image, level)
    if coder.config.metric != "mse":
        return y_hat
    height, width, colours = image.shape
    weight = coder.config.lmbda[level] / colours  # bits for a unit of squared error
    neural = coding == "neural"
    prices = coder.neural_coder(level) if neural else coder.context_coder(level)
    effort = LONG if neural else BRIEF
    curvature = weight * coder.curvature(y_hat, level)
    best = y_hat
    least = np.inf
    rounds = effort.rounds_of(height * width)
    for number in range(rounds):
        error, gradient = coder.error_and_gradient(image, y_hat, level)
        gradient *= weight
        if isinstance(prices, NeuralCoder):
            if number % REFRESHED == 0:
                through_contexts = prices.context_gradient(y_hat)
            gradient += through_contexts
        wanted = partial(effort.steps, share=number / rounds)
        bits, steps = _steps(prices, y_hat, gradient, curvature, number % 2, wanted)
        cost = bits + weight * error
        if cost < least:
            best = y_hat
            least = cost
        y_hat = y_hat + steps
    # Where the last steps led.
    bits = sum(float(part.now.sum(dtype=np.float64)) for part in prices.around(y_hat))
    return y_hat if bits + weight * coder.error(image, y_hat, level) < least else best


def _steps(
    prices: ContextCoder | NeuralCoder,
    y_hat: np.ndarray,
    gradient: np.ndarray,
    curvature: np.ndarray,
    parity: int,
    wanted: Callable[[np.ndarray], np.ndarray],
) -> tuple[float, np.ndarray]:
    """Bits of ŷ (h, w, C), and the steps that a round takes, (h, w, C) int32, −1, 0 or 1.

    `gradient` (h, w, C) and `curvature` (C,) are in bits; `parity` says which squares' turn it is,
    `wanted` how many steps positions that cost so many bits should take.
    """
    height, width, count = y_hat.shape
    gains = np.zeros((height, width, count), np.float32)  # bits saved by the better step
    ways = np.zeros((height, width, count), np.int8)  # which one that is
    paid = np.zeros((height, width))
    for y, x, channels, less, now, more in prices.around(y_hat):
        paid[y, x] += now.sum(1, keepdims=True)
        slope = gradient[y, x, channels]
        down = now - less - curvature[channels] + slope
        up = now - more - curvature[channels] - slope
        gains[y, x, channels] = np.maximum(down, up)
        ways[y, x, channels] = np.where(down > up, -1, 1)
    squares = np.add.outer(np.arange(height), np.arange(width)) % 2 == parity
    allowed = _allowed(wanted(paid[squares]), gains[squares])
    steps = np.zeros(y_hat.shape, np.int32)
    steps[squares] = _best(gains[squares], ways[squares], allowed)
    return float(paid.sum()), steps


def _allowed(wanted: np.ndarray, gains: np.ndarray) -> np.ndarray:
    """How many steps each of N positions may take, from what is `wanted` (N,) of it on average.

    Where that is less than one, the positions that gain most, of `gains` (N, C), take one each.
    """
    allowed = np.minimum(np.round(wanted), STEPS)
    few = np.flatnonzero(wanted < 1)
    if few.size:
        most = np.argsort(-gains[few].max(1), kind="stable")
        allowed[few] = 0
        allowed[few[most[: round(float(wanted[few].sum()))]]] = 1
    return allowed


def _best(gains: np.ndarray, ways: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """The steps (N, C) that gain most at each of N positions, at most `allowed` (N,) each."""
    positions = np.arange(len(gains))
    taken = np.zeros(gains.shape, np.int32)
    for number in range(STEPS):
        channel = gains.argmax(1)
        use = (gains[positions, channel] > 0) & (number < allowed)
        taken[positions, channel] += np.where(use, ways[positions, channel], 0)
        # So that the next round of the loop finds the second best.
        gains[positions, channel] = 0
    return taken
