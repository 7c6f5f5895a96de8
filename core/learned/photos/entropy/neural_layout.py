"""Which latents the neural entropy model sees when it codes others: visits from coarse to fine, and
groups of channels.

Positions are visited as the context coder visits them: every eighth, then those between, down to
all. So all but the first have twelve neighbours that are known: four beside them, eight a knight's
move away. At every other visit the pattern is turned by 45° (x: the position, #: near, o: far):

    straight:                  diagonal:  . . o . o . .
               . o . o .                  . . . . . . .
               o . # . o                  o . # . # . o
               . # x # .                  . . . x . . .
               o . # . o                  o . # . # . o
               . o . o .                  . . . . . . .
                                          . . o . o . .

A neighbour outside the picture is replaced by the one opposite, which is known as well. At a
position the channels follow in groups, the strongest channel first; a group sees all groups before
it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

GROUPS = (1, 3, 4, 8, 16, 32, 64, 128)  # channels in a group, the strongest first
CHANNELS = sum(GROUPS)
FAR_CHANNELS = 64  # of a far neighbour, only the strongest are seen
NEAR, FAR = 4, 8  # neighbours
SEEN = NEAR * CHANNELS + FAR * FAR_CHANNELS  # what is seen around a position
COARSEST = 8

STRAIGHT = (
    (-1, 0),
    (1, 0),
    (0, -1),
    (0, 1),
    (-2, -1),
    (2, 1),
    (-2, 1),
    (2, -1),
    (-1, -2),
    (1, 2),
    (1, -2),
    (-1, 2),
)
# (y, x) → (y + x, y − x): a turn by 45°, longer by √2
DIAGONAL = tuple((y + x, y - x) for y, x in STRAIGHT)

POSITIONS = 4096  # of a visit at once, where they need not be
VISITS = 7  # the first, then diagonal and straight ones of three sizes
MATRICES = (
    None,
    0,
    0,
    0,
    0,
    1,
    2,
)  # per visit: the first layer's weights; coarse ones share theirs

WIDTH = 256  # units that look around
UNITS = (32, 32, 32, 32, 64, 64, 128, 128)  # masked units of each group
HIDDEN = sum(UNITS)
CHANNEL_GROUP = np.repeat(np.arange(len(GROUPS)), GROUPS)
UNIT_GROUP = np.repeat(np.arange(len(UNITS)), UNITS)
MASKS = {
    "own": (CHANNEL_GROUP[:, None] < UNIT_GROUP).astype(np.float32),
    "second": (UNIT_GROUP[:, None] <= UNIT_GROUP).astype(np.float32),
    "out": np.tile(UNIT_GROUP[:, None] <= CHANNEL_GROUP, (1, 2)).astype(np.float32),
}


@dataclass(frozen=True)
class Visit:
    """Positions that are coded at once.

    `number`: 0 … VISITS − 1. `rows` (N,): where in the grid, row by row. `around` (12, N): their
    neighbours, the four near ones first; h · w where there is none. A first visit has none: (0, N).
    """

    number: int
    rows: np.ndarray
    around: np.ndarray


def visits(height: int, width: int) -> Iterator[Visit]:
    """All positions of a grid, each once, from coarse to fine."""
    y, x = np.mgrid[:height:COARSEST, :width:COARSEST].reshape(2, -1)
    yield Visit(0, y * width + x, np.zeros((0, len(y)), np.int64))
    number, step = 1, COARSEST
    while step > 1:
        half = step // 2
        y, x = np.mgrid[half:height:step, half:width:step].reshape(2, -1)
        yield Visit(number, y * width + x, _around(y, x, half, DIAGONAL, height, width))
        below = np.mgrid[half:height:step, :width:step].reshape(2, -1)
        beside = np.mgrid[:height:step, half:width:step].reshape(2, -1)
        y, x = np.concatenate([below, beside], 1)
        yield Visit(number + 1, y * width + x, _around(y, x, half, STRAIGHT, height, width))
        number, step = number + 2, half


def in_parts(whole: Visit) -> Iterator[Visit]:
    """The positions of a visit, some at a time, so that memory stays bounded: for whoever knows all
    latents already.
    """
    for start in range(0, len(whole.rows), POSITIONS):
        part = slice(start, start + POSITIONS)
        yield Visit(whole.number, whole.rows[part], whole.around[:, part])


def _around(
    y: np.ndarray, x: np.ndarray, unit: int, pattern: tuple, height: int, width: int
) -> np.ndarray:
    """(12, N): the rows of the neighbours of positions (y, x)."""
    none = height * width
    out = np.full((len(pattern), len(y)), none, np.int64)
    for row, (dy, dx) in zip(out, pattern, strict=True):
        # the opposite one first: the neighbour itself overrules it
        for sign in (-unit, unit):
            there_y, there_x = y + sign * dy, x + sign * dx
            inside = (there_y >= 0) & (there_y < height) & (there_x >= 0) & (there_x < width)
            row[inside] = (there_y * width + there_x)[inside]
    return out
