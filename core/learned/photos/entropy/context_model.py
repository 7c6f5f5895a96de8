"""What a model stores for its context coder: whole numbers, their meaning and their ranges."""

from dataclasses import dataclass

import numpy as np

KINDS = 4  # of visits: the first; coarse ones; diagonal neighbours; straight neighbours
REACH = 31  # a table's symbols stand for −REACH … REACH, the outer two for anything beyond
UNIT = 1 << 20  # predicted magnitudes are in units of 1/UNIT
TWELFTHS = 12  # sums over 1 to 4 neighbours become means in units of 1/12
FINE = 16  # normalised magnitudes are in units of 1/FINE, their means in 1/FINE²
LOUDEST = 15 * FINE  # normalised magnitudes are cut off here
SLOPE = 64  # units of the prediction's factor
FLAG = 1 << 16  # units of the probability that a channel is used at all; the sum of a table
MOST_LOW_BITS = 16  # of a latent, coded without a table

NAMES = ("order", "shift", "slope", "weights", "loudness", "share", "used", "thresholds", "tables")
OF_ALL_LEVELS = ("thresholds", "tables")


@dataclass(frozen=True)
class ContextModel:
    """One level's part of the stored whole numbers, for `C` channels in the order of coding.

    `order` (C,): the channel at each place.
    `shift` (C,): how many low bits are coded as they are.
    `slope` (KINDS, C): the prediction's factor in 1/SLOPE.
    `weights` (KINDS, C, 4): of a constant, neighbours, surroundings and earlier groups.
    `loudness` (C,): what normalises a magnitude.
    `share` (C,): a channel's weight in means over channels.
    `used` (C,): the probability, in 1/FLAG, that a picture has anything in the channel.
    `thresholds` (T − 1,): predicted magnitudes at which the next table begins.
    `tables` (T, 2·REACH + 1): frequencies of the symbols, with the sum 2^16.
    """

    order: np.ndarray
    shift: np.ndarray
    slope: np.ndarray
    weights: np.ndarray
    loudness: np.ndarray
    share: np.ndarray
    used: np.ndarray
    thresholds: np.ndarray
    tables: np.ndarray

    @classmethod
    def of_level(cls, tensors: dict[str, np.ndarray], level: int) -> "ContextModel":
        """One level of the tensors `context/…` of a stored model."""
        parts = {}
        for name in NAMES:
            part = tensors[f"context/{name}"]
            if name not in OF_ALL_LEVELS:
                part = part[level]
            parts[name] = part.astype(np.int64)
        return cls(**parts)


def context_shapes(levels: int, count: int) -> dict[str, tuple[int | None, ...]]:
    """The shapes of a model's tensors `context/…` by name; None stands for any length."""
    shapes: dict[str, tuple[int | None, ...]] = dict.fromkeys(NAMES, (levels, count))
    shapes["slope"] = (levels, KINDS, count)
    shapes["weights"] = (levels, KINDS, count, 4)
    shapes["thresholds"] = (None,)
    shapes["tables"] = (None, 2 * REACH + 1)
    return {f"context/{name}": shape for name, shape in shapes.items()}


def sound_context(tensors: dict[str, np.ndarray]) -> bool:
    """Whether a coder can use them: whole numbers, each in its range.

    Their shapes must be those of `context_shapes`.
    """
    part = {name: tensors[f"context/{name}"] for name in NAMES}
    if any(array.dtype != np.int32 or not array.size for array in part.values()):
        return False
    order, shift, used = part["order"], part["shift"], part["used"]
    thresholds, tables = part["thresholds"], part["tables"]
    sound = [
        # Each level codes every channel once.
        np.sort(order, 1) == np.arange(order.shape[1]),
        shift >= 0,
        shift <= MOST_LOW_BITS,
        np.abs(part["slope"]) <= 2 * SLOPE,
        part["weights"] >= 0,
        part["loudness"] >= 0,
        part["share"] >= 0,
        # Both answers to "is the channel used?" must remain possible.
        used > 0,
        used < FLAG,
        np.diff(thresholds) > 0,
        # So must every symbol of every table.
        tables > 0,
        tables.sum(1) == FLAG,
    ]
    return len(thresholds) == len(tables) - 1 and all(bool(each.all()) for each in sound)
