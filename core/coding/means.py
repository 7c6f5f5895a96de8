"""Coding of a field of means from coarse to fine: each from the four known ones around it."""

import numpy as np

from core.coding.adaptive_model import AdaptiveModel, escape_model
from core.coding.magnitude_classes import (
    DIAGONAL,
    DIRECT,
    EDGES,
    LARGEST,
    SYMBOLS,
    TYPICAL,
    Offsets,
)
from core.coding.range_coder import RangeCoder


def code_means(coder: RangeCoder, shape: tuple[int, int], values: np.ndarray | None) -> np.ndarray:
    """Code the patches' means (rows, columns) from coarse to fine.

    Differences from the prediction are coded; their context is the range of the known means that
    the prediction was made from.
    """
    out = np.zeros(shape, np.int64)
    model = AdaptiveModel.geometric(TYPICAL, SYMBOLS)
    escape = escape_model()

    def code(ys: np.ndarray, xs: np.ndarray, guess: np.ndarray, spread: np.ndarray) -> None:
        places = np.ix_(ys, xs)
        rest = None
        if values is not None:
            rest = values[places].ravel() - guess.ravel()
        context = np.searchsorted(EDGES, np.minimum(spread.ravel(), LARGEST) << 7)
        magnitudes = None if rest is None else np.abs(rest)
        magnitudes = coder.magnitudes(model, escape, context, magnitudes)
        out[places] = coder.signed(magnitudes, rest).reshape(guess.shape) + guess

    # The first mean has nothing to be predicted from.
    origin = np.arange(1)
    code(origin, origin, np.zeros((1, 1), np.int64), np.full((1, 1), LARGEST))

    step = 1 << (max(shape) - 1).bit_length()
    while step > 1:
        half = step // 2
        even_y, odd_y = np.arange(0, shape[0], step), np.arange(half, shape[0], step)
        even_x, odd_x = np.arange(0, shape[1], step), np.arange(half, shape[1], step)
        # Known so far: (even, even). Each set that is coded is known to those that follow.
        for ys, xs, offsets in (
            (odd_y, odd_x, DIAGONAL),
            (odd_y, even_x, DIRECT),
            (even_y, odd_x, DIRECT),
        ):
            if len(ys) and len(xs):
                guess, spread = _predict_mean(out, ys, xs, half, offsets)
                code(ys, xs, guess, spread)
        step = half
    return out


def _predict_mean(
    field: np.ndarray, ys: np.ndarray, xs: np.ndarray, distance: int, offsets: Offsets
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and range, (len(ys), len(xs)) each, of the neighbours at `distance` inside `field`."""
    height, width = field.shape
    neighbours, inside = [], []
    for dy, dx in offsets:
        y = ys + dy * distance
        x = xs + dx * distance
        y_inside = (y >= 0) & (y < height)
        x_inside = (x >= 0) & (x < width)
        inside.append(y_inside[:, None] & x_inside)
        neighbours.append(field[np.ix_(y.clip(0, height - 1), x.clip(0, width - 1))])
    known = np.stack(neighbours)
    counted = np.stack(inside)
    count = counted.sum(axis=0)
    total = (known * counted).sum(axis=0)
    guess = (2 * total + count) // (2 * count)  # rounded to nearest
    # Neighbours outside do not widen the range.
    known = np.where(counted, known, guess)
    return guess, known.max(axis=0) - known.min(axis=0)
