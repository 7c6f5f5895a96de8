"""Integer coding tables of latent channels: built from the priors once, stored with the model,
never recomputed.

Layout of TensorFlow Compression's range coder, in one int32 vector: for each level and channel
−PRECISION (the sign announces an escape), then cumulative frequencies from 0 to 2^PRECISION.
Symbol s of a table stands for the latent s + offset; the last symbol is the escape, after which the
coder writes the number itself.
"""

import numpy as np

PRECISION = 16
TAIL_MASS = 2.0**-13  # probability that falls on both sides outside a table
REACH = 1023  # no table goes further from zero


def build_tables(prior: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """`tables/cdf` (n,) and `tables/offset` (levels, channels), int32, from a prior's parameters
    (levels, channels, …).
    """
    # Who only reads tables, or checks them, needs no TensorFlow.
    import tensorflow as tf

    from core.learned.ops.priors import likelihood

    levels, channels = prior["matrix0"].shape[:2]
    grid = np.arange(-REACH, REACH + 1)
    points = tf.constant(grid, tf.float32)
    columns = tf.broadcast_to(points, (channels, 1, len(grid)))
    tables: list[np.ndarray] = []
    offsets: list[int] = []
    for level in range(levels):
        own = {name: tf.constant(value[level], tf.float32) for name, value in prior.items()}
        masses = likelihood(own, columns).numpy()
        # (channels, 2·REACH + 1): the probability of each whole number.
        masses = masses[:, 0].astype(np.float64)
        for mass in masses:
            table, first = _table(mass)
            tables.append(table)
            offsets.append(grid[first])
    cdf = np.concatenate(tables).astype(np.int32)
    offset = np.reshape(offsets, (levels, -1)).astype(np.int32)
    return {"tables/cdf": cdf, "tables/offset": offset}


def _table(mass: np.ndarray) -> tuple[np.ndarray, int]:
    """One channel's table, and the place in `mass` (n,) of its first symbol."""
    # Half of TAIL_MASS is cut off on either side.
    below = np.cumsum(mass)
    first = int(np.argmax(below > TAIL_MASS / 2))
    last = int(np.argmax(below >= below[-1] - TAIL_MASS / 2))
    inside = mass[first : last + 1]
    # What is cut off is the escape's.
    escape = max(1 - inside.sum(), 0)
    counts = frequencies(np.append(inside, escape))
    cumulative = np.cumsum(counts)
    return np.concatenate([[-PRECISION, 0], cumulative]), first


def frequencies(mass: np.ndarray) -> np.ndarray:
    """Whole numbers of at least 1 with the sum 2^PRECISION, in about the proportions of `mass`
    (n,).
    """
    total = 2**PRECISION
    shares = mass / mass.sum()
    rounded = np.round(shares * total)
    counts = np.maximum(rounded, 1).astype(np.int64)
    # Rounding leaves a few units too many or too few: the largest counts give or take one each.
    while excess := counts.sum() - total:
        largest_first = np.argsort(counts)[::-1]
        chosen = largest_first[: abs(excess)]
        unit = np.sign(excess)
        counts[chosen] -= np.minimum(unit, counts[chosen] - 1)
    return counts


def split_tables(cdf: np.ndarray) -> list[np.ndarray]:
    """The tables in a `tables/cdf` vector, each with its leading −PRECISION."""
    starts = np.flatnonzero(cdf == -PRECISION)
    return np.split(cdf, starts[1:])


def sound_tables(cdf: np.ndarray, offset: np.ndarray) -> bool:
    """Whether a range coder can use them: a strictly rising table from 0 to 2^PRECISION for each
    entry of `offset`.
    """
    if cdf.dtype != np.int32 or offset.dtype != np.int32:
        return False
    if cdf.ndim != 1 or not len(cdf) or cdf[0] != -PRECISION:
        return False
    tables = split_tables(cdf)
    if len(tables) != offset.size:
        return False
    return all(_is_sound(table[1:]) for table in tables)


def _is_sound(cumulative: np.ndarray) -> bool:
    """Whether there is at least one symbol beside the escape, and each can be coded."""
    if len(cumulative) < 3:
        return False
    if cumulative[0] != 0 or cumulative[-1] != 2**PRECISION:
        return False
    return bool((np.diff(cumulative) > 0).all())
