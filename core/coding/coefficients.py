"""Context coding of quantised coefficients: one plane (frequencies, rows, columns) at a time.

Each coefficient is expected to be about as large as its neighbourhood: the same frequency in the
patches around it, and the lower frequencies of this patch and of those around it. That expectation,
computed in integers from what is already coded, chooses the context of an adaptive model. To have
neighbours on all sides and still code many numbers in one step, the patches of a frequency are
coded in four phases:

    0 3 0 3      phase 0 knows lower frequencies only,
    2 1 2 1      phase 1 also its four diagonal neighbours,
    0 3 0 3      phases 2 and 3 their four direct neighbours

The patches' means are coded from coarse to fine (`means`).
"""

from bisect import bisect_right
from typing import Any

import numpy as np

from core.coding.adaptive_model import AdaptiveModel, escape_model
from core.coding.magnitude_classes import (
    CLASSES,
    DIAGONAL,
    DIRECT,
    EDGES,
    LARGEST,
    SYMBOLS,
    TYPICAL,
    Offsets,
)
from core.coding.means import code_means
from core.coding.range_coder import RangeCoder

SHIFTS = 24  # values that a reconstruction shift may take
_NO_SHIFT = SHIFTS // 3  # the one that stands for no shift at all
_ROUND_UP = 0.38  # a first quantisation rounds up from this fraction of a step on
_LMBDA = 0.12  # of R + λD, in squared steps a bit

_PHASES = ((0, 0), (1, 1), (1, 0), (0, 1))  # (row, column) of each phase's first patch
_BANDS = (3, 12, 28)  # frequencies (of 8 × 8 patches) up to which a row of _WEIGHTS holds
# Weights in 1/16 of: neighbours at this frequency; this patch's lower frequencies, recent and long;
# those of the patches around it. Found by non-negative least squares on photographs outside every
# test set.
_WEIGHTS = (
    (  # phase 0
        (0, 4, 0, 9, 0),
        (0, 4, 3, 5, 0),
        (0, 0, 7, 0, 3),
        (0, 0, 7, 0, 3),
    ),
    (  # phase 1
        (9, 3, 0, 2, 0),
        (5, 3, 2, 2, 0),
        (7, 0, 5, 0, 0),
        (6, 0, 6, 0, 0),
    ),
    (  # phases 2 and 3
        (12, 2, 0, 1, 0),
        (8, 3, 2, 1, 0),
        (9, 0, 4, 0, 0),
        (7, 0, 5, 0, 0),
    ),
)
_AT_ONCE = 1 << 18  # about so many numbers are looked at together


def code_plane(
    coder: RangeCoder,
    shape: tuple[int, int],
    patch: int,
    used: int,
    q: np.ndarray | None = None,
    scale: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, AdaptiveModel]:
    """Code the first `used` frequencies of `q` (≥ used, rows, columns); a decoder is given no `q`.

    `shape` is (rows, columns) and `patch` the side P of the P × P patches. `scale` (rows, columns),
    whole numbers, says for data without a mean to predict how large they will be, in 1/256.

    Returns the coefficients (used, rows, columns), the context that each was coded in, and the
    model as it ended: what rate-distortion optimisation needs to know.
    """
    model = AdaptiveModel.geometric(np.tile(TYPICAL, 2 * (len(_BANDS) + 1)), SYMBOLS)
    out = np.zeros((used, *shape), np.int64) if q is None else q[:used]
    contexts = np.zeros((used, *shape), np.int32)
    lower = _Lower(shape, scale)
    first = 0
    if scale is None:
        first = 1
        if used:
            means = code_means(coder, shape, None if q is None else q[0])
            if q is None:
                out[0] = means
    if q is None:
        _read(coder, model, patch, first, out, contexts, lower)
    else:
        _write(coder, model, patch, first, out, contexts, lower)
    return out, contexts, model


class _Lower:
    """Fading sums of the magnitudes of lower frequencies, in 1/256, with a border of one patch."""

    def __init__(self, shape: tuple[int, int], scale: np.ndarray | None) -> None:
        self.recent = np.zeros((shape[0] + 2, shape[1] + 2), np.int64)
        self.long = np.zeros_like(self.recent)
        if scale is not None:
            self.recent[1:-1, 1:-1] = scale
            self.long[1:-1, 1:-1] = scale

    def add(self, size: np.ndarray) -> None:
        """Goes on to the next frequency; `size` are the magnitudes at this one, like the sums."""
        self.recent = (self.recent + size) >> 1
        self.long = (self.long * 27 + size * 5) >> 5


def _read(
    coder: RangeCoder,
    model: AdaptiveModel,
    patch: int,
    first: int,
    out: np.ndarray,
    contexts: np.ndarray,
    lower: _Lower,
) -> None:
    """Fills `out` and `contexts` (used, rows, columns) from the frequency `first` on."""
    escape = escape_model()
    phases = _phases(out.shape)
    for k in range(first, len(out)):
        size = np.zeros_like(lower.recent)  # magnitudes at this frequency, as far as known
        for phase, part in phases:
            context = _contexts(phase, _band(k, patch), size, lower.recent, lower.long)
            magnitudes = coder.magnitudes(model, escape, context.ravel(), None)
            out[k][part] = coder.signed(magnitudes, None).reshape(context.shape)
            contexts[k][part] = context
            size[1:-1, 1:-1][part] = _size(magnitudes).reshape(context.shape)
        lower.add(size)


def _write(
    coder: RangeCoder,
    model: AdaptiveModel,
    patch: int,
    first: int,
    q: np.ndarray,
    contexts: np.ndarray,
    lower: _Lower,
) -> None:
    """Codes `q` (used, rows, columns) from the frequency `first` on, and fills `contexts`.

    All numbers are known: contexts are computed for some frequencies at once.
    """
    escape = escape_model()
    phases = _phases(q.shape)
    most = max(1, _AT_ONCE // lower.recent.size)
    start = first
    while start < len(q):
        band = _band(start, patch)
        end = start + 1
        while end < min(start + most, len(q)) and _band(end, patch) == band:
            end += 1
        size = np.zeros((end - start, *lower.recent.shape), np.int64)
        size[:, 1:-1, 1:-1] = _size(np.abs(q[start:end]))
        recent = np.empty_like(size)
        long = np.empty_like(size)
        for i in range(end - start):
            recent[i], long[i] = lower.recent, lower.long
            lower.add(size[i])
        coded = []
        for phase, part in phases:
            context = _contexts(phase, band, size, recent, long)
            contexts[start:end][part] = context
            values = q[start:end][part].reshape(end - start, -1)
            coded.append((context.reshape(values.shape), np.abs(values), values))
        for i in range(end - start):
            for context, magnitudes, values in coded:
                coder.magnitudes(model, escape, context[i], magnitudes[i])
                coder.signed(magnitudes[i], values[i])
        start = end


def _phases(shape: tuple[int, ...]) -> list[tuple[int, tuple[Any, ...]]]:
    """The phases that have patches in fields of `shape` (…, rows, columns), and `_part` of each."""
    rows, columns = shape[-2:]
    there = [phase for phase, (y, x) in enumerate(_PHASES) if y < rows and x < columns]
    return [(phase, _part(phase)) for phase in there]


def _part(phase: int) -> tuple[Any, ...]:
    """Indexes the patches of a phase in fields (…, rows, columns)."""
    y, x = _PHASES[phase]
    return ..., slice(y, None, 2), slice(x, None, 2)


def _band(frequency: int, patch: int) -> int:
    """The row of _WEIGHTS for a frequency of P × P patches."""
    equivalent = frequency * 64 // patch**2  # the frequency of an 8 × 8 patch that is as high
    return bisect_right(_BANDS, equivalent)


def _size(magnitudes: np.ndarray) -> np.ndarray:
    """How large magnitudes count in expectations, in 1/256."""
    return np.minimum(magnitudes, LARGEST) << 8


def quantise(x: np.ndarray) -> np.ndarray:
    """A first quantisation of coefficients `x` (P², rows, columns), given in steps.

    Frequencies at its end that are all zero are cut off.
    """
    magnitudes = np.floor(np.abs(x) + _ROUND_UP)
    q = (np.sign(x) * magnitudes).astype(np.int64)
    q[0] = np.round(x[0])
    return _trimmed(q)


def optimise(
    q: np.ndarray, contexts: np.ndarray, model: AdaptiveModel, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Quantise `x` (in steps) anew so as to minimise D + λR, given what each magnitude costs.

    `q`, `contexts` and `model` are what `code_plane` returned for the first quantisation. The
    cheapest is taken of the nearest magnitude, the one below it, and zero; frequency 0 stays as it
    is. Returns the new `q` and the `shifts` (2,) for `rebuild`.
    """
    x = x[: len(q)]
    # Only coefficients that would not round to zero have a choice.
    large = np.abs(x) >= 0.5
    large[:1] = False
    where = np.flatnonzero(large)
    wanted = x.ravel()[where]
    context = contexts.ravel()[where]

    nearest = np.floor(np.abs(wanted) + 0.5)
    options = np.stack([nearest, nearest - 1, np.zeros_like(nearest)])
    options = np.maximum(options, 0).astype(np.int64)
    bits = _magnitude_bits(options, context, model)
    squared_error = (np.abs(wanted) - options) ** 2
    choice = (squared_error + _LMBDA * bits).argmin(axis=0)
    taken = np.take_along_axis(options, choice[None], axis=0)[0]

    best = np.zeros(q.shape, np.int64)
    best.ravel()[where] = np.sign(wanted).astype(np.int64) * taken
    best[:1] = q[:1]
    return _trimmed(best), _reconstruction_shifts(taken, np.abs(wanted))


def rebuild(q: np.ndarray, shifts: np.ndarray, step: int) -> np.ndarray:
    """The coefficients that `q` stands for, float64 whole numbers in the unit of `step`.

    Magnitudes 1, and those above, lie `shifts[0]`, `shifts[1]` (less SHIFTS // 3) 32nds of a step
    below the whole number, where their mean was. Frequency 0 is not shifted.
    """
    below = np.where(np.abs(q) == 1, shifts[0], shifts[1]) - _NO_SHIFT
    below[:1] = 0
    shifted = q * 32 - below * np.sign(q)
    return np.floor(shifted * float(step) / 32 + 0.5)


def _contexts(
    phase: int, band: int, size: np.ndarray, recent: np.ndarray, long: np.ndarray
) -> np.ndarray:
    """Contexts of one phase's patches, from fields (…, rows, columns) with a border of one.

    `size` holds the magnitudes of the phases before, and may hold those of later ones.
    """
    y, x = _PHASES[phase]
    part = _part(phase)
    weights = _WEIGHTS[min(phase, 2)][band]
    expected = weights[1] * recent[..., 1:-1, 1:-1][part]
    if weights[0]:
        expected += weights[0] * _around(size, y, x, DIAGONAL if phase == 1 else DIRECT)
    if weights[2]:
        expected += weights[2] * long[..., 1:-1, 1:-1][part]
    if weights[3]:
        expected += weights[3] * _around(recent, y, x, DIRECT)
    if weights[4]:
        expected += weights[4] * _around(long, y, x, DIRECT)
    return np.searchsorted(EDGES, expected >> 4) + CLASSES * (2 * band + (phase > 0))


def _magnitude_bits(
    magnitudes: np.ndarray, context: np.ndarray, model: AdaptiveModel
) -> np.ndarray:
    """Bits that `magnitudes` (…, N) cost in their contexts (N,): symbol, sign and excess."""
    symbols = np.minimum(magnitudes, SYMBOLS - 1)
    excess = np.maximum(magnitudes - SYMBOLS + 2, 1)
    bits = model.costs()[context, symbols]
    bits = bits + (magnitudes > 0)
    return bits + 2 * np.log2(excess)


def _reconstruction_shifts(magnitudes: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """How far magnitude 1, and those above, lie above the mean they stand for, in 1/32 step."""
    surplus = magnitudes - wanted
    shifts = []
    for part in (magnitudes == 1, magnitudes > 1):
        mean = float(surplus[part].mean()) if part.any() else 0.0
        shifts.append(round(mean * 32))
    return np.clip(np.array(shifts) + _NO_SHIFT, 0, SHIFTS - 1)


def _trimmed(q: np.ndarray) -> np.ndarray:
    """`q` without the frequencies at its end that are all zero."""
    used = np.flatnonzero(q.any(axis=(1, 2)))
    return q[: int(used.max(initial=-1)) + 1]


def _around(field: np.ndarray, y: int, x: int, offsets: Offsets) -> np.ndarray:
    """Mean of the four neighbours at `offsets` of every second element from (y, x) on.

    `field` (…, rows, columns) has a border of one.
    """
    rows, columns = field.shape[-2] - 2, field.shape[-1] - 2
    # Every second row and column of the inside, displaced by each offset.
    total = np.zeros(1, np.int64)
    for dy, dx in offsets:
        top, left = 1 + dy, 1 + dx
        vertical = slice(top + y, top + rows, 2)
        horizontal = slice(left + x, left + columns, 2)
        total = total + field[..., vertical, horizontal]
    return total >> 2
