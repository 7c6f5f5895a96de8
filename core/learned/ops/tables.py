"""Integer coding tables of latent channels: built from the priors once, stored with the model, never recomputed.

Layout of TensorFlow Compression's range coder, in one int32 vector: per level and channel −PRECISION (the sign announces an
escape), then cumulative frequencies from 0 to 2^PRECISION. Symbol s of a table stands for the latent s + offset; the last
symbol is the escape, after which the coder writes the number itself.
"""

import numpy as np
import tensorflow as tf

from core.learned.ops.priors import likelihood

PRECISION = 16
TAIL_MASS = 2.0**-13  # probability that falls on both sides outside a table
REACH = 1023  # no table goes further from zero


def build_tables(prior: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`tables/cdf` (n,) and `tables/offset` (levels, channels), int32, from a prior's parameters (levels, channels, …)."""
    grid = np.arange(-REACH, REACH + 1)
    parts, offsets = [], []
    for level in range(len(prior["matrix0"])):
        one = {name: tf.constant(value[level], tf.float32) for name, value in prior.items()}
        columns = tf.broadcast_to(
            tf.constant(grid, tf.float32), (prior["matrix0"].shape[1], 1, len(grid))
        )
        for mass in likelihood(one, columns).numpy()[:, 0].astype(np.float64):
            below = np.cumsum(mass)
            first = int(np.argmax(below > TAIL_MASS / 2))
            last = int(np.argmax(below >= below[-1] - TAIL_MASS / 2))
            inside = mass[first : last + 1]
            parts += [
                [-PRECISION, 0],
                np.cumsum(frequencies(np.append(inside, max(1 - inside.sum(), 0)))),
            ]
            offsets.append(grid[first])
    offset = np.reshape(offsets, (len(prior["matrix0"]), -1)).astype(np.int32)
    return {"tables/cdf": np.concatenate(parts).astype(np.int32), "tables/offset": offset}


def frequencies(mass: np.ndarray) -> np.ndarray:
    """Whole numbers of at least 1 with the sum 2^PRECISION, in about the proportions of `mass` (n,)."""
    counts = np.maximum(np.round(mass / mass.sum() * 2**PRECISION), 1).astype(np.int64)
    while (
        excess := counts.sum() - 2**PRECISION
    ):  # at most one unit a symbol: taken from, or given to, the largest
        top = np.argsort(counts)[::-1][: abs(excess)]
        counts[top] -= np.minimum(np.sign(excess), counts[top] - 1)
    return counts


def split_tables(cdf: np.ndarray) -> list[np.ndarray]:
    """The tables in a `tables/cdf` vector, each with its leading −PRECISION."""
    return np.split(cdf, np.flatnonzero(cdf == -PRECISION)[1:])


def sound_tables(cdf: np.ndarray, offset: np.ndarray) -> bool:
    """Whether a range coder can use them: one strictly rising table from 0 to 2^PRECISION for each entry of `offset`."""
    if (
        cdf.dtype != np.int32
        or offset.dtype != np.int32
        or cdf.ndim != 1
        or not len(cdf)
        or cdf[0] != -PRECISION
    ):
        return False
    tables = split_tables(cdf)
    return len(tables) == offset.size and all(
        len(t) > 3 and t[1] == 0 and t[-1] == 2**PRECISION and bool((np.diff(t[1:]) > 0).all())
        for t in tables
    )
