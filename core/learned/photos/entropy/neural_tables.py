"""Integer coding tables of the neural entropy model: one for every scale and every place of the
mean between whole numbers.
"""

import numpy as np

from core.learned.ops.tables import PRECISION, frequencies

OCTAVES = (-5, 6)  # log2 of the scales
PER_OCTAVE = 4
SCALES = (OCTAVES[1] - OCTAVES[0]) * PER_OCTAVE + 1
FRACTIONS = (
    16  # places of the mean: −½, −7/16, …, 7/16 around the whole number that it is nearest to
)
REACH = 9  # a table goes so many scales to both sides, and at least one step


def build() -> np.ndarray:
    """(n,) int32 in the range coder's layout, see `core/learned/ops/tables.py`.

    The table of a scale and a fraction has the number scale · FRACTIONS + fraction.
    """
    parts = []
    for number in range(SCALES):
        reach = reach_of(number)
        edges = np.arange(-reach, reach + 2) - 0.5
        scale = 2.0 ** (OCTAVES[0] + number / PER_OCTAVE)
        for fraction in range(FRACTIONS):
            mean = fraction / FRACTIONS - 0.5
            x = (edges - mean) / scale
            inside = np.maximum(np.diff(_logistic(x)), 0)
            escape = max(1 - inside.sum(), 2.0**-PRECISION)
            counts = frequencies(np.append(inside, escape))
            parts += [[-PRECISION, 0], np.cumsum(counts)]
    return np.concatenate(parts).astype(np.int32)


def reach_of(number: int) -> int:
    """How far from 0 the symbols of a scale's tables go, to both sides."""
    return int(np.ceil(REACH * 2.0 ** (OCTAVES[0] + number / PER_OCTAVE))) + 1


def _logistic(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))
