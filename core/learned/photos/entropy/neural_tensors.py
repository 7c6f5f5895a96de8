"""The stored tensors of the neural entropy coder: their shapes, and what makes them sound.

Weights are whole numbers from −127 to 127 and activations from 0 to 255. A product of a layer's
weights with its inputs must stay below 2²⁴ however it is added up; then float32 holds it exactly.
"""

from collections.abc import Iterator

import numpy as np

from core.learned.ops.tables import PRECISION, sound_tables, split_tables
from core.learned.photos.entropy.neural_layout import (
    CHANNELS,
    FAR,
    FAR_CHANNELS,
    HIDDEN,
    MATRICES,
    NEAR,
    SEEN,
    VISITS,
    WIDTH,
)
from core.learned.photos.entropy.neural_tables import FRACTIONS, SCALES, reach_of

LOUDEST = 127  # of a squashed latent
BRIGHTEST = 255  # of an activation
EXACT = 1 << 24  # float32 holds all whole numbers below
SIGMA_UNIT = 256  # units of a level's units
SINH_UNIT = 1 << 16
PREDICT_UNIT = 256  # units of the linear prediction's weights
LARGEST = 4095  # larger latents count as this in the linear prediction
FACTOR_BITS = 16  # the network's mean: accumulator × factor >> FACTOR_BITS, in 1/FRACTIONS
FLAG = 1 << PRECISION
LARGEST_SHIFT = 24

MATRIX_SHAPES = {
    "around": (max(i for i in MATRICES if i is not None) + 1, SEEN, WIDTH),
    "near": (WIDTH, WIDTH),
    "own": (CHANNELS, HIDDEN),
    "from_near": (WIDTH, HIDDEN),
    "second": (HIDDEN, HIDDEN),
    "out": (HIDDEN, 2 * CHANNELS),
    "out_from_near": (WIDTH, 2 * CHANNELS),
}
LAYERS = {"around": WIDTH, "near": WIDTH, "own": HIDDEN, "second": HIDDEN, "out": 2 * CHANNELS}


def neural_shapes(levels: int) -> dict[str, tuple[int | None, ...]]:
    """The tensors of a neural entropy coder by name; None: any length."""
    shapes: dict[str, tuple[int | None, ...]] = dict(MATRIX_SHAPES)
    for layer, width in LAYERS.items():
        shapes[f"{layer}_bias_level"] = (levels, width)
        shapes[f"{layer}_bias_visit"] = (VISITS, width)
        shapes[f"{layer}_shift"] = (width,)
    shapes |= {
        "order": (CHANNELS,),
        "sigma": (levels, CHANNELS),
        "sinh": (LOUDEST,),
        "factor": (levels, CHANNELS),
        "predict_near": (VISITS, NEAR, CHANNELS),
        "predict_far": (VISITS, FAR, FAR_CHANNELS),
        "used": (levels, CHANNELS),
        "cdf": (None,),
    }
    return {f"neural/{name}": shape for name, shape in shapes.items()}


def has_neural(tensors: dict[str, np.ndarray]) -> bool:
    """Whether a model has a neural entropy coder."""
    return any(name.startswith("neural/") for name in tensors)


def sound_neural(tensors: dict[str, np.ndarray]) -> bool:
    """Whether a coder can use tensors of these shapes: whole numbers in their ranges, no sum that
    float32 cannot hold.
    """
    part = {k.removeprefix("neural/"): v for k, v in tensors.items() if k.startswith("neural/")}
    for name, array in part.items():
        if array.dtype != (np.int8 if name in MATRIX_SHAPES else np.int32):
            return False
    return _sound_ranges(part) and _sound_distributions(part) and _exact(part)


def _sound_ranges(part: dict[str, np.ndarray]) -> bool:
    """Whether the single numbers are in their ranges."""
    positive = ("sigma", "sinh", "used")
    if any((part[name] <= 0).any() for name in positive):
        return False
    if (part["used"] >= FLAG).any() or (part["factor"] < 0).any():
        return False
    if (np.diff(part["sinh"]) <= 0).any():
        return False
    if (np.sort(part["order"]) != np.arange(CHANNELS)).any():
        return False
    shifts = np.concatenate([part[f"{layer}_shift"] for layer in LAYERS])
    return bool((shifts >= 0).all() and (shifts <= LARGEST_SHIFT).all())


def _sound_distributions(part: dict[str, np.ndarray]) -> bool:
    """Whether there is a table of the right length for every scale and fraction."""
    offsets = np.zeros(SCALES * FRACTIONS, np.int32)
    if not sound_tables(part["cdf"], offsets):
        return False
    lengths = [len(table) for table in split_tables(part["cdf"])]
    # the precision, 0, a step up for each symbol from −reach to reach, and one for the escape
    wanted = [2 * reach_of(number) + 4 for number in range(SCALES)]
    return lengths == np.repeat(wanted, FRACTIONS).tolist()


def _exact(part: dict[str, np.ndarray]) -> bool:
    """Whether float32 holds every sum that can occur."""
    predict = np.abs(part["predict_near"].astype(np.int64)).sum(1)
    predict[:, :FAR_CHANNELS] += np.abs(part["predict_far"].astype(np.int64)).sum(1)
    if (predict * LARGEST >= EXACT).any():
        return False
    return all((bound < EXACT).all() for bound in _largest_sums(part))


def _largest_sums(part: dict[str, np.ndarray]) -> Iterator[np.ndarray]:
    """Of each unit the largest size that its accumulator can reach, whatever the latents."""
    size = {name: np.abs(part[name].astype(np.int64)) for name in MATRIX_SHAPES}
    for layer, inputs in (
        ("around", [(size["around"].max(0), LOUDEST)]),
        ("near", [(size["near"], BRIGHTEST)]),
        ("own", [(size["own"], LOUDEST), (size["from_near"], BRIGHTEST)]),
        ("second", [(size["second"], BRIGHTEST)]),
        ("out", [(size["out"], BRIGHTEST), (size["out_from_near"], BRIGHTEST)]),
    ):
        total = sum(matrix.sum(0) * largest for matrix, largest in inputs)
        for kind in ("level", "visit"):
            total = total + np.abs(part[f"{layer}_bias_{kind}"].astype(np.int64)).max(0)
        yield total
