"""The context coder of the photo coder's latents: a latent's neighbours choose its table.

Positions are visited from coarse to fine: every eighth, then those between, down to all; so all but the first have neighbours
on four sides that are known. Channels follow in groups, the strongest first. For each latent, from what is decoded already:

* its value is predicted from the mean of its neighbours in the same channel (channels whose neighbours say something);
* its magnitude is predicted from the magnitudes of these neighbours, of all channels around it, and of the earlier groups
  at its own position, by weights fitted once per level, channel and kind of visit (`core/learned/photos/context_fit.py`);
* the magnitude picks one of a few dozen stored integer tables, in which the rest is coded.

All of this is arithmetic on whole numbers, in one vectorised step per visit and group, so a decoder on any machine picks
the same tables.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from core.coding.range_coder import AdaptiveModel, Decoder, Encoder, escape_model

GROUPS = (
    1,
    3,
    4,
    8,
    16,
    32,
    64,
    128,
)  # channels in a group, the strongest first; what is left over makes a last one
COARSEST = 8
BORDER = COARSEST // 2  # rows and columns around the grid that count as not known
KINDS = 4  # of visits: the first; coarse; diagonal neighbours; straight neighbours
REACH = 31  # a table's symbols stand for −REACH … REACH, the outer two for anything beyond
UNIT = 1 << 20  # predicted magnitudes are in units of 1/UNIT
TWELFTHS = 12  # sums over 1 to 4 neighbours become means in units of 1/12
FINE = 16  # normalised magnitudes are in units of 1/FINE, their means in 1/FINE²
LOUDEST = 15 * FINE
SLOPE = 64  # units of the prediction's factor
FLAG = 1 << 16  # units of the probability that a channel is used at all

NAMES = ("order", "shift", "slope", "weights", "loudness", "share", "used", "thresholds", "tables")


@dataclass(frozen=True)
class ContextModel:
    """One level's part of the stored whole numbers; `C` channels, in the order in which they are coded.

    `order` (C,): the channel at each place. `shift` (C,): low bits coded as they are. `slope` (KINDS, C): the prediction's
    factor in 1/SLOPE. `weights` (KINDS, C, 4): of a constant, neighbours, surroundings, earlier groups. `loudness` (C,):
    what normalises a magnitude. `share` (C,): a channel's weight in means over channels. `used` (C,): probability in
    1/FLAG that a picture has anything in the channel. `thresholds` (T − 1,), `tables` (T, 2·REACH + 1): from a predicted
    magnitude to frequencies with the sum 2^16.
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
        """From a model's tensors `context/…`."""
        parts = {name: tensors[f"context/{name}"] for name in NAMES}
        return cls(
            **{
                name: (part if name in ("thresholds", "tables") else part[level]).astype(np.int64)
                for name, part in parts.items()
            }
        )


@dataclass(frozen=True)
class Visit:
    """Positions that are coded at once. `rows` (N,): where in the bordered grid; `around` (4 or 0, N): their neighbours."""

    kind: int
    rows: np.ndarray
    around: np.ndarray


@dataclass(frozen=True)
class Site:
    """What is known of a group of latents before they are coded; all (N, c) but `channels`, the slice of places (c,)."""

    visit: Visit
    channels: np.ndarray
    near: np.ndarray
    surroundings: np.ndarray
    earlier: np.ndarray


def visits(height: int, width: int) -> Iterator[Visit]:
    """All positions of a grid, each once, from coarse to fine."""
    index = (np.arange(height)[:, None] + BORDER) * (width + 2 * BORDER) + np.arange(width) + BORDER
    row = width + 2 * BORDER
    yield Visit(0, index[::COARSEST, ::COARSEST].ravel(), np.zeros((0, 0), np.int64))
    step = COARSEST
    while step > 1:
        half = step // 2
        diagonal = index[half::step, half::step].ravel()
        straight = np.concatenate(
            [index[half::step, ::step].ravel(), index[::step, half::step].ravel()]
        )
        for kind, rows, offsets in (
            (
                2,
                diagonal,
                (-half * row - half, -half * row + half, half * row - half, half * row + half),
            ),
            (3, straight, (-half * row, half * row, -half, half)),
        ):
            if len(rows):
                yield Visit(kind if step == 2 else 1, rows, rows + np.array(offsets)[:, None])
        step = half


def walk(
    rules: ContextModel,
    live: np.ndarray,
    height: int,
    width: int,
    code: Callable[[Site, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Visit all latents of the `live` places (ascending, (L,)); returns them as (height, width, C) in the model's order.

    `code(site, predicted)` returns the latents (N, c) int64 of a site, knowing their `predicted` values.
    """
    count = len(rules.order)
    rows = (height + 2 * BORDER) * (width + 2 * BORDER)
    values, magnitudes = (
        np.zeros((rows, len(live)), np.int32),
        np.zeros((rows, len(live)), np.int32),
    )
    activity, known = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    ends = np.minimum(np.cumsum((*GROUPS, count)), count)
    shares = np.cumsum(rules.share)
    slope, loudness, share = rules.slope[:, live], rules.loudness[live], rules.share[live]
    for visit in visits(height, width):
        factor = TWELFTHS // np.maximum(_total(known, visit), 1)
        near, mean = (_total(array, visit) * factor[:, None] for array in (magnitudes, values))
        predicted = (slope[visit.kind] * mean + SLOPE * TWELFTHS // 2) // (SLOPE * TWELFTHS)
        surroundings = _total(activity, visit) * factor
        sums, first = np.zeros(len(visit.rows), np.int64), 0
        for end in ends:
            last = int(np.searchsorted(live, end))
            if last > first:
                group = slice(first, last)
                earlier = sums * FINE // max(int(shares[live[first] - 1]) if live[first] else 1, 1)
                site = Site(
                    visit, live[group], near[:, group], surroundings[:, None], earlier[:, None]
                )
                found = code(site, predicted[:, group])
                size_of = np.abs(found - predicted[:, group])
                values[visit.rows, group], magnitudes[visit.rows, group] = found, size_of
                sums += np.minimum(size_of * loudness[group] >> 8, LOUDEST) @ share[group]
            first = last
        activity[visit.rows], known[visit.rows] = sums * FINE // max(int(shares[-1]), 1), 1
    out = np.zeros((height, width, count), np.int32)
    out[..., rules.order[live]] = _inside(values, height, width)
    return out


def _total(array: np.ndarray, visit: Visit) -> np.ndarray:
    """(rows, …) → (N, …): sums over the neighbours of a visit's positions."""
    total = np.zeros((len(visit.rows), *array.shape[1:]), np.int64)
    for rows in visit.around:
        total += array[rows]
    return total


class ContextCoder:
    """The context coder of one level."""

    def __init__(self, rules: ContextModel):
        self._rules = rules
        self._costs = -np.log2(rules.tables / rules.tables.sum(1, keepdims=True))
        self._flags = np.stack([FLAG - rules.used, rules.used], 1)

    def encode(self, y_hat: np.ndarray) -> bytes:
        """The string of latents (h, w, C), whole numbers."""
        coder, escape, live = Encoder(), escape_model(), self._live(y_hat)
        coder.tabled(self._flags, np.arange(len(self._flags)), live)

        def write(site: Site, predicted: np.ndarray, values: np.ndarray) -> None:
            self._code(coder, escape, site, values - predicted)

        follow(self._rules, np.flatnonzero(live), y_hat, write)
        return coder.data()

    def decode(self, string: bytes, height: int, width: int) -> np.ndarray:
        """Latents (height, width, C) int32. Any bytes give some latents, or raise BitstreamError."""
        coder, escape = Decoder(string), escape_model()
        live = coder.tabled(self._flags, np.arange(len(self._flags)), None)
        return walk(
            self._rules,
            np.flatnonzero(live),
            height,
            width,
            lambda site, predicted: predicted + self._code(coder, escape, site, None),
        )

    def bits(self, y_hat: np.ndarray) -> np.ndarray:
        """What each of the latents (h, w, C) costs in bits, float32; the flags of used channels lie on the first position."""
        height, width, _ = y_hat.shape
        rows = np.zeros(
            ((height + 2 * BORDER) * (width + 2 * BORDER), len(self._rules.order)), np.float32
        )

        def note(site: Site, predicted: np.ndarray, values: np.ndarray) -> None:
            cost = self._cost(site, self._tables_of(site), values - predicted)
            rows[site.visit.rows[:, None], self._rules.order[site.channels]] = cost

        live = self._live(y_hat)
        follow(self._rules, np.flatnonzero(live), y_hat, note)
        out = _inside(rows, height, width)
        out[0, 0, self._rules.order] += -np.log2(self._flags[np.arange(len(live)), live] / FLAG)
        return out

    def around(
        self,
        y_hat: np.ndarray,
        see: Callable[[np.ndarray, np.ndarray, np.ndarray, list[np.ndarray]], None],
    ) -> None:
        """What latents (h, w, C) would cost if one of them were another: calls `see(y, x, channels, costs)` for parts of them.

        `y`, `x` (N, 1) and `channels` (c,) index the part, `costs` are the bits (N, c) of its latents made smaller by one, as
        they are, and larger by one, with the tables that stand. Channels that are 0 everywhere are left out.
        """
        width = y_hat.shape[1] + 2 * BORDER

        def note(site: Site, predicted: np.ndarray, values: np.ndarray) -> None:
            y, x = np.divmod(site.visit.rows[:, None], width)
            which, rest = self._tables_of(site), values - predicted
            see(
                y - BORDER,
                x - BORDER,
                self._rules.order[site.channels],
                [self._cost(site, which, rest + step) for step in (-1, 0, 1)],
            )

        follow(self._rules, np.flatnonzero(self._live(y_hat)), y_hat, note)

    def _cost(self, site: Site, which: np.ndarray, rest: np.ndarray) -> np.ndarray:
        """Bits (N, c) of what the prediction leaves of a site, in the tables `which`."""
        high = self._high(site, rest)
        size = np.abs(high)
        cost = (
            self._costs[which, np.clip(high, -REACH, REACH) + REACH]
            + self._rules.shift[site.channels]
        )
        if (size >= REACH).any():
            cost += (size >= REACH) * (1 + 2 * np.floor(np.log2(np.maximum(size - REACH + 1, 1))))
        return cost

    def count(self, y_hat: np.ndarray, counts: np.ndarray) -> None:
        """Add to `counts` (T, 2·REACH + 1) how often each symbol of each table occurs in latents (h, w, C)."""

        def note(site: Site, predicted: np.ndarray, values: np.ndarray) -> None:
            high = self._high(site, values - predicted)
            np.add.at(counts, (self._tables_of(site), np.clip(high, -REACH, REACH) + REACH), 1)

        follow(self._rules, np.flatnonzero(self._live(y_hat)), y_hat, note)

    def _live(self, y_hat: np.ndarray) -> np.ndarray:
        """(C,) 0 or 1 by place: whether any latent of its channel is not 0."""
        return y_hat.any((0, 1))[self._rules.order].astype(np.int64)

    def _tables_of(self, site: Site) -> np.ndarray:
        """(N, c): the table of each latent of a site."""
        weights, shift = (
            self._rules.weights[site.visit.kind, site.channels],
            self._rules.shift[site.channels],
        )
        magnitude = (
            weights[:, 0]
            + weights[:, 1] * site.near
            + weights[:, 2] * site.surroundings
            + weights[:, 3] * site.earlier
        )
        return np.searchsorted(self._rules.thresholds, magnitude >> shift, side="right")

    def _high(self, site: Site, rest: np.ndarray) -> np.ndarray:
        """(N, c): what a table codes of `rest` (N, c), its low bits taken off by rounding."""
        shift = self._rules.shift[site.channels]
        return rest + (1 << shift >> 1) >> shift

    def _code(
        self, coder: Encoder | Decoder, escape: AdaptiveModel, site: Site, rest: np.ndarray | None
    ) -> np.ndarray:
        """Code what the prediction leaves of a site, (N, c); a decoder gets None and returns it."""
        which = self._tables_of(site)
        shape, shift = (
            which.shape,
            np.broadcast_to(self._rules.shift[site.channels], which.shape).ravel(),
        )
        half, high, low = 1 << shift >> 1, None, None
        if rest is not None:
            high = self._high(site, rest).ravel()
            low = rest.ravel() + half - (high << shift)
        found = coder.tabled(
            self._rules.tables,
            which.ravel(),
            None if high is None else np.clip(high, -REACH, REACH) + REACH,
        )
        found = coder.beyond(escape, found - REACH, REACH, high)
        fine = np.flatnonzero(shift)
        numbers = (found << shift) - half
        numbers[fine] += coder.uniform(1 << shift[fine], None if low is None else low[fine])
        return numbers.reshape(shape)


def follow(
    rules: ContextModel,
    live: np.ndarray,
    y_hat: np.ndarray,
    see: Callable[[Site, np.ndarray, np.ndarray], None],
) -> None:
    """Walk over latents (h, w, C) that are known: `see(site, predicted, values)` is called for each site."""
    bordered = np.pad(y_hat.astype(np.int32), ((BORDER, BORDER), (BORDER, BORDER), (0, 0))).reshape(
        -1, y_hat.shape[2]
    )
    bordered = bordered[:, rules.order]

    def code(site: Site, predicted: np.ndarray) -> np.ndarray:
        values = bordered[site.visit.rows[:, None], site.channels]
        see(site, predicted, values)
        return values

    walk(rules, live, *y_hat.shape[:2], code)


def context_shapes(levels: int, count: int) -> dict[str, tuple[int | None, ...]]:
    """The tensors of a model's context coder by name; None: any length."""
    shapes = dict.fromkeys(NAMES, (levels, count))
    shapes |= {
        "slope": (levels, KINDS, count),
        "weights": (levels, KINDS, count, 4),
        "thresholds": (None,),
        "tables": (None, 2 * REACH + 1),
    }
    return {f"context/{name}": shape for name, shape in shapes.items()}


def sound_context(tensors: dict[str, np.ndarray]) -> bool:
    """Whether a coder can use them: whole numbers in their ranges, in shapes as `context_shapes` says."""
    part = {name: tensors[f"context/{name}"] for name in NAMES}
    if any(array.dtype != np.int32 or not array.size for array in part.values()):
        return False
    count, tables = part["order"].shape[1], part["tables"]
    return bool(
        (np.sort(part["order"], 1) == np.arange(count)).all()
        and (part["shift"] >= 0).all()
        and (part["shift"] <= 16).all()
        and (np.abs(part["slope"]) <= 2 * SLOPE).all()
        and all((part[n] >= 0).all() for n in ("weights", "loudness", "share"))
        and (part["used"] > 0).all()
        and (part["used"] < FLAG).all()
        and len(part["thresholds"]) == len(tables) - 1
        and (np.diff(part["thresholds"]) > 0).all()
        and (tables > 0).all()
        and (tables.sum(1) == FLAG).all()
    )


def _inside(rows: np.ndarray, height: int, width: int) -> np.ndarray:
    """(rows of the bordered grid, c) → (height, width, c)."""
    grid = rows.reshape(height + 2 * BORDER, width + 2 * BORDER, -1)
    return grid[BORDER : BORDER + height, BORDER : BORDER + width]
