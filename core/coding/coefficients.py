"""Context coding of quantised patch coefficients: one colour plane (P², rows, columns) of whole numbers at a time.

Each coefficient is expected to be about as large as its neighbourhood: the same frequency in the patches around, and the
lower frequencies of this patch and the patches around. That expectation, computed in integers from what is already coded,
chooses the context of an adaptive model. To have neighbours on all sides and still code many numbers in one step, the
patches of a frequency are coded in four phases:

    0 3 0 3      phase 0 knows lower frequencies only,
    2 1 2 1      phase 1 also its four diagonal neighbours,
    0 3 0 3      phases 2 and 3 their four direct neighbours

The patches' means are predicted from coarse to fine: each from the four known ones around it.
"""

import numpy as np

from core.coding.range_coder import AdaptiveModel, Decoder, Encoder, escape_model

SYMBOLS = 18  # magnitudes 0 … 16, and "more"
_EDGES = np.array(
    [
        4,
        6,
        9,
        13,
        18,
        24,
        32,
        42,
        54,
        70,
        90,
        115,
        148,
        190,
        245,
        315,
        405,
        520,
        670,
        860,
        1100,
        1450,
        1950,
        2700,
        4000,
        6500,
    ]
)  # classes of expected magnitude, in 1/256
_MEANS = (
    np.append(_EDGES, 10000) * 7 // 8
)  # typical magnitude in each class, for the models' priors
_CLASSES = len(_MEANS)
SHIFTS = 24  # values that a reconstruction shift may take
_ROUND_UP = 0.38  # a first quantisation rounds up from this fraction of a step on
_LMBDA = 0.12  # of R + λD, in squared steps a bit
_PHASES = ((0, 0), (1, 1), (1, 0), (0, 1))
_DIAGONAL = ((-1, -1), (-1, 1), (1, -1), (1, 1))
_DIRECT = ((-1, 0), (1, 0), (0, -1), (0, 1))
_BANDS = (3, 12, 28)  # frequencies (of 8 × 8 patches) up to which a row of _WEIGHTS holds
# Weights in 1/16 of: neighbours at this frequency; this patch's lower frequencies, recent and long; those around.
# Found by non-negative least squares on photographs outside every test set.
_WEIGHTS = np.array(
    [
        [[0, 4, 0, 9, 0], [0, 4, 3, 5, 0], [0, 0, 7, 0, 3], [0, 0, 7, 0, 3]],  # phase 0
        [[9, 3, 0, 2, 0], [5, 3, 2, 2, 0], [7, 0, 5, 0, 0], [6, 0, 6, 0, 0]],  # phase 1
        [[12, 2, 0, 1, 0], [8, 3, 2, 1, 0], [9, 0, 4, 0, 0], [7, 0, 5, 0, 0]],  # phases 2 and 3
    ]
)


def code_plane(
    coder: Encoder | Decoder,
    shape: tuple[int, int],
    patch: int,
    used: int,
    q: np.ndarray | None = None,
    scale: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray, AdaptiveModel]:
    """Code the first `used` frequencies of `q` (≥ used, rows, columns), or read them where the coder is a Decoder.

    `scale` (rows, columns), whole numbers, says for data without a mean to predict how large it will be, in 1/256.

    Returns the coefficients (used, rows, columns), the context that each was coded in, and the model as it ended: what
    rate-distortion optimisation needs to know.
    """
    out = np.zeros((used, *shape), np.int64)
    contexts = np.zeros((used, *shape), np.int32)
    model = AdaptiveModel.geometric(np.tile(_MEANS, 2 * (len(_BANDS) + 1)), SYMBOLS)
    escape = escape_model()
    recent, long = np.zeros(
        (2, shape[0] + 2, shape[1] + 2), np.int64
    )  # fading sums of magnitudes · 256, with a border
    if scale is not None:
        recent[1:-1, 1:-1] = long[1:-1, 1:-1] = scale
    elif used:
        out[0] = _code_means(coder, shape, None if q is None else q[0])
    for k in range(scale is None, used):
        band = int(np.searchsorted(_BANDS, k * 64 // patch**2, side="right"))
        size = np.zeros_like(recent)
        for phase, (y, x) in enumerate(_PHASES):
            part = (slice(y, None, 2), slice(x, None, 2))
            if not out[k][part].size:
                continue
            weights = _WEIGHTS[min(phase, 2), band]
            expected = (
                weights[0] * _around(size, y, x, _DIAGONAL if phase == 1 else _DIRECT)
                + weights[1] * recent[1:-1, 1:-1][part]
                + weights[2] * long[1:-1, 1:-1][part]
                + weights[3] * _around(recent, y, x, _DIRECT)
                + weights[4] * _around(long, y, x, _DIRECT)
            ) >> 4
            context = np.searchsorted(_EDGES, expected.ravel()) + _CLASSES * (
                2 * band + (phase > 0)
            )
            values = None if q is None else q[k][part].ravel()
            numbers = coder.magnitudes(
                model, escape, context, None if values is None else np.abs(values)
            )
            out[k][part] = coder.signed(numbers, values).reshape(expected.shape)
            contexts[k][part] = context.reshape(expected.shape)
            size[1:-1, 1:-1][part] = np.minimum(numbers, 4096).reshape(expected.shape) << 8
        recent = (recent + size) >> 1
        long = (long * 27 + size * 5) >> 5
    return out, contexts, model


def quantise(x: np.ndarray) -> np.ndarray:
    """A first quantisation of `x` (P², rows, columns; in steps), less the frequencies at its end that are all zero."""
    q = (np.sign(x) * np.floor(np.abs(x) + _ROUND_UP)).astype(np.int64)
    q[0] = np.round(x[0])
    return _trimmed(q)


def optimise(
    q: np.ndarray, contexts: np.ndarray, model: AdaptiveModel, x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Quantise `x` (in steps) anew so as to minimise D + λR, given what each magnitude costs in its context.

    `q`, `contexts` and `model` are what `code_plane` returned for the first quantisation. Of the nearest magnitude, the one
    below it and zero the cheapest is taken; frequency 0 stays as it is. Returns the new `q` and the `shifts` for `rebuild`.
    """
    x, costs = x[: len(q)], model.costs()
    where = np.flatnonzero((np.abs(x) >= 0.5) & (np.arange(len(q)) > 0)[:, None, None])
    wanted, context = x.ravel()[where], contexts.ravel()[where]
    near = np.floor(np.abs(wanted) + 0.5)
    options = np.maximum(np.stack([near, near - 1, np.zeros_like(near)]), 0).astype(np.int64)
    bits = (
        costs[context, np.minimum(options, SYMBOLS - 1)]
        + (options > 0)
        + 2 * np.log2(np.maximum(options - SYMBOLS + 2, 1))
    )
    choice = ((np.abs(wanted) - options) ** 2 + _LMBDA * bits).argmin(axis=0)
    taken = np.take_along_axis(options, choice[None], axis=0)[0]
    best = np.zeros_like(q)
    best.ravel()[where] = np.sign(wanted).astype(np.int64) * taken
    best[:1] = q[:1]
    surplus = [(taken - np.abs(wanted))[part] for part in (taken == 1, taken > 1)]
    shifts = [round(float(s.mean()) * 32) if len(s) else 0 for s in surplus]
    return _trimmed(best), np.clip(np.array(shifts) + SHIFTS // 3, 0, SHIFTS - 1)


def rebuild(q: np.ndarray, shifts: np.ndarray, step: int) -> np.ndarray:
    """The coefficients that `q` stands for, float64 whole numbers in the unit of `step`.

    Magnitudes 1, and those above, lie `shifts[0]`, `shifts[1]` (less SHIFTS // 3) 32nds of a step below the whole number,
    where their mean was. Frequency 0 is not shifted.
    """
    below = np.where(np.abs(q) == 1, shifts[0], shifts[1]) - SHIFTS // 3
    below[:1] = 0
    return np.floor((q * 32 - below * np.sign(q)) * float(step) / 32 + 0.5)


def _trimmed(q: np.ndarray) -> np.ndarray:
    return q[: int(np.max(np.flatnonzero(q.any(axis=(1, 2))), initial=-1)) + 1]


def _around(field: np.ndarray, y: int, x: int, offsets: tuple[tuple[int, int], ...]) -> np.ndarray:
    """Mean of the four neighbours at `offsets` of every second element from (y, x) on; `field` has a border of one."""
    rows, columns = field.shape[0] - 2, field.shape[1] - 2
    return (
        sum(
            field[1 + y + dy : 1 + rows + dy : 2, 1 + x + dx : 1 + columns + dx : 2]
            for dy, dx in offsets
        )
        >> 2
    )


def _code_means(
    coder: Encoder | Decoder, shape: tuple[int, int], values: np.ndarray | None
) -> np.ndarray:
    """Code the patches' means (rows, columns) from coarse to fine; the differences' context is the spread around."""
    out = np.zeros(shape, np.int64)
    model, escape = AdaptiveModel.geometric(_MEANS, SYMBOLS), escape_model()

    def code(ys: np.ndarray, xs: np.ndarray, guess: np.ndarray, spread: np.ndarray) -> None:
        rest = None if values is None else values[np.ix_(ys, xs)].ravel() - guess.ravel()
        context = np.searchsorted(_EDGES, np.minimum(spread.ravel(), 4096) << 7)
        numbers = coder.magnitudes(model, escape, context, None if rest is None else np.abs(rest))
        out[np.ix_(ys, xs)] = coder.signed(numbers, rest).reshape(guess.shape) + guess

    code(np.arange(1), np.arange(1), np.zeros((1, 1), np.int64), np.full((1, 1), 4096))
    step = 1 << (max(shape) - 1).bit_length()
    while step > 1:
        half = step // 2
        (even_y, odd_y), (even_x, odd_x) = (
            (np.arange(0, n, step), np.arange(half, n, step)) for n in shape
        )
        for ys, xs, offsets in (
            (odd_y, odd_x, _DIAGONAL),
            (odd_y, even_x, _DIRECT),
            (even_y, odd_x, _DIRECT),
        ):
            if len(ys) and len(xs):
                code(ys, xs, *_guess(out, ys, xs, half, offsets))
        step = half
    return out


def _guess(
    field: np.ndarray,
    ys: np.ndarray,
    xs: np.ndarray,
    distance: int,
    offsets: tuple[tuple[int, int], ...],
) -> tuple[np.ndarray, np.ndarray]:
    """Mean and range, (len(ys), len(xs)) each, of the neighbours at `distance` that lie inside `field`."""
    inside, known = [], []
    for dy, dx in offsets:
        y, x = ys + dy * distance, xs + dx * distance
        inside.append(
            ((y >= 0) & (y < field.shape[0]))[:, None] & ((x >= 0) & (x < field.shape[1]))
        )
        known.append(field[np.ix_(y.clip(0, field.shape[0] - 1), x.clip(0, field.shape[1] - 1))])
    inside, known = np.stack(inside), np.stack(known)
    count = inside.sum(axis=0)
    guess = (2 * (known * inside).sum(axis=0) + count) // (2 * count)
    known = np.where(inside, known, guess)
    return guess, known.max(axis=0) - known.min(axis=0)
