"""From the whole numbers of a stored neural entropy coder back to a network that can be trained.

The inverse of `core/learned/photos/neural/export.py`, but for what rounding took. The steps of the
activations are not stored; any will do, as a unit's step is taken out again in the next layer. Here
a unit's step makes the weights that lead to it as large as they are in a fresh network.
"""

from collections.abc import Mapping

import numpy as np

from core.learned.photos.entropy.neural_layout import CHANNELS, MASKS
from core.learned.photos.entropy.neural_tables import FRACTIONS, OCTAVES, PER_OCTAVE
from core.learned.photos.entropy.neural_tensors import (
    FACTOR_BITS,
    MATRIX_SHAPES,
    PREDICT_UNIT,
    SIGMA_UNIT,
)
from core.learned.photos.neural.export import SQUASHED

FRESH_NORM = 2**0.5  # of the weights that lead to a unit


def restored(
    tensors: Mapping[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Parameters as `net.start_parameters` names them, float32; the coder's order of channels (C,);
    the levels' units σ (levels, C).

    `tensors`: a stored model's, with those named `neural/…`.
    """
    part = {}
    for name, value in tensors.items():
        if name.startswith("neural/"):
            part[name.removeprefix("neural/")] = value.astype(np.float64)
    for name, mask in MASKS.items():
        part[name] *= mask
    sigma = part["sigma"] / SIGMA_UNIT
    squashed = np.full(1, 1 / SQUASHED)
    p: dict[str, np.ndarray] = {}
    around = _hidden(part, "around", {"around": squashed}, p)
    near = _hidden(part, "near", {"near": around}, p)
    own = _hidden(part, "own", {"own": squashed, "from_near": near}, p)
    second = _hidden(part, "second", {"second": own}, p)
    _outputs(part, sigma, near, second, p)
    for i, weights in enumerate(p.pop("around")):
        p[f"around{i}"] = weights
    for kind in ("near", "far"):
        p[f"predict_{kind}"] = part[f"predict_{kind}"] / PREDICT_UNIT
    found = {name: value.astype(np.float32) for name, value in p.items()}
    return found, part["order"].astype(np.int64), sigma.astype(np.float32)


def _hidden(
    part: dict[str, np.ndarray],
    layer: str,
    inputs: dict[str, np.ndarray],
    p: dict[str, np.ndarray],
) -> np.ndarray:
    """Put a layer of rectified units into `p`; returns the steps of its activations.

    `inputs`: the weights' names, and the steps of what comes in.
    """
    # An accumulator times this is an activation.
    unit = 2.0 ** -part[f"{layer}_shift"]
    exact = {name: part[name] * unit / step[:, None] for name, step in inputs.items()}
    power = sum(np.square(w).reshape(-1, w.shape[-1]).sum(0) for w in exact.values())
    shape = MATRIX_SHAPES[layer]
    matrices = shape[0] if len(shape) == 3 else 1
    step = FRESH_NORM / np.sqrt(np.maximum(power / matrices, 1e-9))
    for name, weights in exact.items():
        p[name] = weights * step
    p[f"{layer}_bias_level"] = part[f"{layer}_bias_level"] * unit * step
    # The half step is there because accumulators are rounded down.
    p[f"{layer}_bias_visit"] = (part[f"{layer}_bias_visit"] * unit - 0.5) * step
    return step


def _outputs(
    part: dict[str, np.ndarray],
    sigma: np.ndarray,
    near: np.ndarray,
    second: np.ndarray,
    p: dict[str, np.ndarray],
) -> None:
    """Put the last layer into `p`; `near` and `second` are the steps of what comes in."""
    # Where the factor is largest, its rounding matters least.
    widest = sigma.argmax(0), np.arange(CHANNELS)
    factor = np.maximum(part["factor"][widest], 1)
    mean_scale = sigma[widest] * FRACTIONS * (1 << FACTOR_BITS) / factor
    power = 2.0 ** part["out_shift"][CHANNELS:]
    scale = np.concatenate([mean_scale, PER_OCTAVE * power])
    p["out"] = part["out"] / scale / second[:, None]
    p["out_from_near"] = part["out_from_near"] / scale / near[:, None]
    mean_bias, scale_bias = np.split(part["out_bias_level"] / scale, 2, 1)
    p["mean_bias"] = mean_bias
    p["scale_bias"] = scale_bias + OCTAVES[0]
    by_visit = part["out_bias_visit"][:, CHANNELS:]
    p["scale_bias_visit"] = (by_visit - power / 2) / (PER_OCTAVE * power)
