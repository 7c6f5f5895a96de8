"""The context coder's walk over the latents, and what is known of each before it is coded.

Positions are visited from coarse to fine: first every eighth in both directions, then those halfway
between, and so on down to all of them. From the second visit on a position has up to four known
neighbours, on all sides:

    first   ●   ·   ●      diagonal  ●   ·   ●      straight  ●   ○   ●
            ·   ·   ·                ·   ○   ·                ○   ●   ○
            ●   ·   ●                ●   ·   ●                ●   ○   ●

At the positions of a visit the channels follow in groups, the strongest first. All is arithmetic on
whole numbers, one vectorised step per visit and group.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

import numpy as np

from core.learned.photos.entropy.context_model import FINE, LOUDEST, SLOPE, TWELFTHS, ContextModel

# Channels in a group, the strongest first; the rest makes a last group.
GROUPS = (1, 3, 4, 8, 16, 32, 64, 128)
COARSEST = 8  # distance between the positions of the first visit
BORDER = COARSEST // 2  # rows and columns around the grid that count as unknown


@dataclass(frozen=True)
class Visit:
    """Positions that are coded at once, as rows of the bordered grid laid out in one dimension.

    `kind`: 0 … KINDS − 1. `rows` (N,): the positions. `around` (4 or 0, N): their neighbours.
    """

    kind: int
    rows: np.ndarray
    around: np.ndarray

    def positions(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        """The rows as y and x (N, 1) of the grid without border, `width` wide."""
        y, x = np.divmod(self.rows[:, None], width + 2 * BORDER)
        return y - BORDER, x - BORDER


@dataclass(frozen=True)
class Site:
    """What is known of a group of latents before they are coded.

    `channels` (c,): their places in the order of coding. `near` (N, c): mean magnitude of the
    neighbours. `surroundings` (N, 1): mean over all their channels. `earlier` (N, 1): mean
    magnitude of the earlier groups at the same position.
    """

    visit: Visit
    channels: np.ndarray
    near: np.ndarray
    surroundings: np.ndarray
    earlier: np.ndarray


def visits(height: int, width: int) -> Iterator[Visit]:
    """All positions of a grid, each once, from coarse to fine."""
    row = width + 2 * BORDER
    first = (np.arange(height)[:, None] + BORDER) * row + BORDER
    index = first + np.arange(width)
    yield Visit(0, index[::COARSEST, ::COARSEST].ravel(), np.zeros((0, 0), np.int64))
    step = COARSEST
    while step > 1:
        half = step // 2
        up, left = -half * row, -half
        # Centres of the squares that the known positions make: neighbours at the corners.
        rows = index[half::step, half::step].ravel()
        corners = (up + left, up - left, -up + left, -up - left)
        if len(rows):
            yield Visit(2 if step == 2 else 1, rows, rows + np.array(corners)[:, None])
        # Middles of the squares' sides: neighbours above, below, left and right.
        sides = [index[half::step, ::step].ravel(), index[::step, half::step].ravel()]
        rows = np.concatenate(sides)
        cross = (up, -up, left, -left)
        if len(rows):
            yield Visit(3 if step == 2 else 1, rows, rows + np.array(cross)[:, None])
        step = half


def walk(
    rules: ContextModel, live: np.ndarray, height: int, width: int
) -> Generator[tuple[Site, np.ndarray], np.ndarray, np.ndarray]:
    """Visit all latents at the `live` places (L,), ascending; yields `site, predicted`.

    Whoever walks sends the latents (N, c) of the site, whose `predicted` values (N, c) are known.
    Returns all latents as (height, width, C) int32 in the channels' own order.
    """
    rows = (height + 2 * BORDER) * (width + 2 * BORDER)
    values = np.zeros((rows, len(live)), np.int32)
    magnitudes = np.zeros((rows, len(live)), np.int32)
    activity = np.zeros(rows, np.int64)  # mean normalised magnitude over all channels
    known = np.zeros(rows, np.int64)  # 1 where a position has been visited
    groups = _groups(rules, live)
    slope = rules.slope[:, live]
    loudness = rules.loudness[live]
    share = rules.share[live]
    all_shares = max(int(rules.share.sum()), 1)
    for visit in visits(height, width):
        # 12 can be divided by any number of known neighbours: means are exact in twelfths.
        factor = TWELFTHS // np.maximum(_total(known, visit), 1)
        surroundings = _total(activity, visit) * factor
        sums = np.zeros(len(visit.rows), np.int64)
        for group, shares_before in groups:
            mean = _total(values[:, group], visit) * factor[:, None]
            near = _total(magnitudes[:, group], visit) * factor[:, None]
            # slope · mean, rounded to the nearest whole number.
            scale = SLOPE * TWELFTHS
            guess = (slope[visit.kind, group] * mean + scale // 2) // scale
            earlier = sums * FINE // shares_before
            site = Site(visit, live[group], near, surroundings[:, None], earlier[:, None])
            found = yield site, guess
            size = np.abs(found - guess)
            values[visit.rows, group] = found
            magnitudes[visit.rows, group] = size
            sums += np.minimum(size * loudness[group] >> 8, LOUDEST) @ share[group]
        activity[visit.rows] = sums * FINE // all_shares
        known[visit.rows] = 1
    latents = np.zeros((height, width, len(rules.order)), np.int32)
    latents[..., rules.order[live]] = inside(values, height, width)
    return latents


def follow(
    rules: ContextModel, live: np.ndarray, y_hat: np.ndarray
) -> Iterator[tuple[Site, np.ndarray, np.ndarray]]:
    """Walk over known latents (h, w, C); yields `site, predicted, values`."""
    height, width, _ = y_hat.shape
    sites = walk(rules, live, height, width)
    step = next(sites, None)  # None where no channel is live
    while step is not None:
        site, predicted = step
        y, x = site.visit.positions(width)
        values = y_hat[y, x, rules.order[site.channels]].astype(np.int32)
        yield site, predicted, values
        try:
            step = sites.send(values)
        except StopIteration:
            return


def inside(rows: np.ndarray, height: int, width: int) -> np.ndarray:
    """Rows of the bordered grid, (rows, c) → the grid without its border, (height, width, c)."""
    grid = rows.reshape(height + 2 * BORDER, width + 2 * BORDER, -1)
    return grid[BORDER : BORDER + height, BORDER : BORDER + width]


def _groups(rules: ContextModel, live: np.ndarray) -> list[tuple[slice, int]]:
    """The groups as slices of `live`, each with the sum of `share` over all places before it."""
    count = len(rules.order)
    shares_before = np.concatenate([[0], np.cumsum(rules.share)])
    groups = []
    first = 0
    for end in np.minimum(np.cumsum((*GROUPS, count)), count):
        last = int(np.searchsorted(live, end))
        if last > first:
            groups.append((slice(first, last), max(int(shares_before[live[first]]), 1)))
        first = last
    return groups


def _total(array: np.ndarray, visit: Visit) -> np.ndarray:
    """(rows, …) → (N, …): sums over the neighbours of a visit's positions."""
    total = np.zeros((len(visit.rows), *array.shape[1:]), np.int64)
    for rows in visit.around:
        total += array[rows]
    return total
