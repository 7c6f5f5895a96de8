"""From the trained network to the whole numbers of the neural entropy coder:
`core/learned/photos/entropy/integer_network.py`.

Each unit gets its own step, so that its activations fill 0 … 255, and the largest power of two by
which its weights still fit into −127 … 127. A unit's step is taken out again in the weights of the
next layer.
"""

from collections.abc import Iterable

import numpy as np

from core.learned.photos.entropy import neural_tables
from core.learned.photos.entropy.neural_layout import CHANNELS, MASKS, MATRICES
from core.learned.photos.entropy.neural_tables import FRACTIONS, OCTAVES, PER_OCTAVE
from core.learned.photos.entropy.neural_tensors import (
    BRIGHTEST,
    FACTOR_BITS,
    FLAG,
    LOUDEST,
    PREDICT_UNIT,
    SIGMA_UNIT,
    SINH_UNIT,
)
from core.learned.photos.neural.task import COUNTS, LAYER, Sites

LARGEST_WEIGHT = 127
SQUASHED = 32  # units of a squashed latent
SAMPLE = 16  # times COUNTS positions, to see how large activations get
HIGHEST = 99.99  # percentile of an activation that becomes BRIGHTEST


def quantise(
    parameters: dict[str, np.ndarray], order: np.ndarray, sigma: np.ndarray, sites: Sites
) -> dict[str, np.ndarray]:
    """The tensors `neural/…`. `order` (C,), `sigma` (levels, C): as in training; `sites`: what it
    was trained on.
    """
    p = {name: value.astype(np.float64) for name, value in parameters.items()}
    for name, mask in MASKS.items():
        p[name] *= mask
    largest = _largest_activations(p, sigma, sites)
    steps = {name: np.maximum(value, 1e-3) / BRIGHTEST for name, value in largest.items()}
    squashed = np.full(1, 1 / SQUASHED)
    around = [p[f"around{i}"] for i in range(max(i for i in MATRICES if i is not None) + 1)]
    out = _hidden("around", p, {"around": (np.stack(around), squashed)}, steps["around"])
    out |= _hidden("near", p, {"near": (p["near"], steps["around"])}, steps["near"])
    out |= _hidden(
        "own",
        p,
        {"own": (p["own"], squashed), "from_near": (p["from_near"], steps["near"])},
        steps["own"],
    )
    out |= _hidden("second", p, {"second": (p["second"], steps["own"])}, steps["second"])
    out |= _outputs(p, sigma, steps)
    thresholds = np.sinh((np.arange(LOUDEST) + 0.5) / SQUASHED)
    out |= {
        "order": order,
        "sigma": np.round(sigma * SIGMA_UNIT),
        "sinh": np.round(thresholds * SINH_UNIT),
        "predict_near": np.round(p["predict_near"] * PREDICT_UNIT),
        "predict_far": np.round(p["predict_far"] * PREDICT_UNIT),
        "used": _used(sites, len(sigma)),
        "cdf": neural_tables.build(),
    }
    return {
        f"neural/{name}": value.astype(np.int8 if value.dtype == np.int8 else np.int32)
        for name, value in out.items()
    }


def _used(sites: Sites, levels: int) -> np.ndarray:
    """(levels, C): probability, in 1/FLAG, that a picture has anything in a channel."""
    first = np.cumsum([0, *(h * w for _, h, w in sites.shapes.tolist())])
    share = np.zeros((levels, CHANNELS))
    for level, start, end in zip(sites.shapes[:, 0], first, first[1:], strict=False):
        share[level] += sites.values[start:end].any(0)
    share /= np.maximum(np.bincount(sites.shapes[:, 0], minlength=levels), 1)[:, None]
    return np.clip(np.round(share * FLAG), FLAG // 512, FLAG - FLAG // 512)


def _hidden(
    layer: str, p: dict, inputs: dict[str, tuple[np.ndarray, np.ndarray]], step: np.ndarray
) -> dict[str, np.ndarray]:
    """A layer of rectified units. `inputs`: weights (…, in, units) and the steps of what comes in;
    `step`: of what goes out.
    """
    exact = {name: w * s[:, None] / step for name, (w, s) in inputs.items()}
    power = _powers(exact.values())
    out = {name: _rounded(w * 2.0**power).astype(np.int8) for name, w in exact.items()}
    out[f"{layer}_shift"] = power
    scale = 2.0**power / step
    out[f"{layer}_bias_level"] = np.round(p[f"{layer}_bias_level"] * scale)
    # half a step, for the shift rounds down
    out[f"{layer}_bias_visit"] = np.round(p[f"{layer}_bias_visit"] * scale + 2.0**power / 2)
    return out


def _outputs(p: dict, sigma: np.ndarray, steps: dict) -> dict[str, np.ndarray]:
    """The last layer: means in units of their own, scales in 1/PER_OCTAVE octaves times a power of
    two.
    """
    exact = {
        "out": p["out"] * steps["second"][:, None],
        "out_from_near": p["out_from_near"] * steps["near"][:, None],
    }
    largest = np.maximum(*(np.abs(w).max(0) for w in exact.values()))
    mean_scale = LARGEST_WEIGHT / np.maximum(largest[:CHANNELS], 1e-9)
    scales = {name: w[:, CHANNELS:] * PER_OCTAVE for name, w in exact.items()}
    power = _powers(scales.values())
    scale = np.concatenate([mean_scale, PER_OCTAVE * 2.0**power])
    out = {name: _rounded(w * scale).astype(np.int8) for name, w in exact.items()}
    out["out_shift"] = np.concatenate([np.zeros(CHANNELS), power])
    biases = np.concatenate([p["mean_bias"], p["scale_bias"] - OCTAVES[0]], 1)
    out["out_bias_level"] = np.round(biases * scale)
    by_visit = p["scale_bias_visit"] * PER_OCTAVE * 2.0**power + 2.0**power / 2
    out["out_bias_visit"] = np.concatenate([np.zeros_like(by_visit), np.round(by_visit)], 1)
    out["factor"] = np.round(sigma / mean_scale * FRACTIONS * (1 << FACTOR_BITS))
    return out


def _powers(weights: Iterable[np.ndarray]) -> np.ndarray:
    """Per unit the largest power of two, 0 to 16, with which all its weights (…, in, units) stay
    whole numbers in range.
    """
    largest = np.max([np.abs(w).reshape(-1, w.shape[-1]).max(0) for w in weights], 0)
    return np.clip(np.floor(np.log2(LARGEST_WEIGHT / np.maximum(largest, 1e-9))), 0, 16)


def _rounded(weights: np.ndarray) -> np.ndarray:
    return np.clip(np.round(weights), -LARGEST_WEIGHT, LARGEST_WEIGHT)


def _largest_activations(p: dict, sigma: np.ndarray, sites: Sites) -> dict[str, np.ndarray]:
    """Per layer of rectified units, what nearly no activation exceeds."""
    rng = np.random.default_rng(0)
    layer = LAYER[sites.visit]
    groups = [np.flatnonzero(layer == i) for i in range(len(COUNTS))]
    found: dict[str, list[np.ndarray]] = {}
    for _ in range(SAMPLE):
        rows = [rng.choice(some, n) for some, n in zip(groups, COUNTS, strict=True)]
        for name, values in _activations(p, sigma, sites.batch(np.concatenate(rows))).items():
            found.setdefault(name, []).append(values.astype(np.float32))
    return {
        name: np.percentile(np.concatenate(values), HIGHEST, axis=0).astype(np.float64)
        for name, values in found.items()
    }


def _activations(p: dict, sigma: np.ndarray, batch: dict) -> dict[str, np.ndarray]:
    """The rectified layers of a batch, as `core/learned/photos/neural/net.py` computes them, in
    numpy.
    """
    levels, visit = batch["levels"], batch["visit"]
    units, count = sigma[levels], len(levels)

    def squash(y: np.ndarray, unit: np.ndarray) -> np.ndarray:
        return np.clip(np.arcsinh(y / unit), -LOUDEST / SQUASHED, LOUDEST / SQUASHED)

    def active(layer: str, sums: np.ndarray) -> np.ndarray:
        biases = p[f"{layer}_bias_level"][levels] + p[f"{layer}_bias_visit"][visit]
        return np.maximum(sums + biases, 0)

    near = squash(batch["near"], units).transpose(1, 0, 2).reshape(count, -1)
    far = squash(batch["far"], units[:, : batch["far"].shape[2]])
    seen = np.concatenate([near, far.transpose(1, 0, 2).reshape(count, -1)], 1)
    sums = np.zeros((count, len(p["near"])))
    for i in range(1, len(COUNTS)):
        some = LAYER[visit] == i
        sums[some] = seen[some] @ p[f"around{i - 1}"]
    out = {"around": active("around", sums)}
    out["near"] = active("near", out["around"] @ p["near"])
    own = squash(batch["y"], units) @ p["own"]
    out["own"] = active("own", own + out["near"] @ p["from_near"])
    out["second"] = active("second", out["own"] @ p["second"])
    return out
