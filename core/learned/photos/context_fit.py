"""Fits the whole numbers of the context coder to latents of training photographs; see `core/learned/photos/context_coder.py`.

Per level: channels are ordered by their spread; a channel's value is regressed on the mean of its neighbours, the magnitude of
what is left on the magnitudes around (weighted least squares, weights ≥ 0); the tables, which all levels share, are counts.
"""

from dataclasses import replace

import numpy as np

from core.learned.ops.tables import frequencies
from core.learned.photos.context_coder import (
    FINE,
    FLAG,
    KINDS,
    NAMES,
    REACH,
    SLOPE,
    TWELFTHS,
    UNIT,
    ContextCoder,
    ContextModel,
    Site,
    follow,
)

TABLES = 48
PER_OCTAVE = 3  # tables; the first stands for magnitudes up to 2^−10
SMALLEST = 0.003  # mean magnitude below which a channel says nothing about the others
WORTH = 0.03  # share of a channel's variance that a prediction must take away
USUAL = 5.0  # mean magnitude above which low bits are coded as they are


def fit_context_model(latents: list[list[np.ndarray]]) -> dict[str, np.ndarray]:
    """`latents[level]`: latents (h, w, C) of pictures, whole numbers → the tensors `context/…` of a model."""
    rules = [_fit_level(pictures) for pictures in latents]
    counts = np.full((TABLES, 2 * REACH + 1), 0.02)
    for one, pictures in zip(rules, latents, strict=True):
        coder = ContextCoder(one)
        for y_hat in pictures:
            coder.count(y_hat, counts)
    tables = np.stack([frequencies(row) for row in counts])
    out = {
        name: np.stack([getattr(one, name) for one in rules])
        for name in NAMES
        if name not in ("thresholds", "tables")
    }
    out |= {"thresholds": rules[0].thresholds, "tables": tables}
    return {f"context/{name}": value.astype(np.int32) for name, value in out.items()}


def _fit_level(pictures: list[np.ndarray]) -> ContextModel:
    count = pictures[0].shape[2]
    flat = np.concatenate([p.reshape(-1, count) for p in pictures]).astype(np.float64)
    order = np.argsort(-flat.std(0), kind="stable")
    used = np.mean([p.any((0, 1)) for p in pictures], 0)[order]
    thresholds = np.round(2.0 ** (np.arange(1, TABLES) / PER_OCTAVE - 10) * UNIT)
    zeros = np.zeros(count, np.int64)
    rules = ContextModel(
        order,
        zeros,
        np.zeros((KINDS, count), np.int64),
        np.zeros((KINDS, count, 4), np.int64),
        zeros,
        zeros,
        np.clip(np.round(used * FLAG), FLAG // 512, FLAG - FLAG // 512).astype(np.int64),
        thresholds.astype(np.int64),
        np.ones((TABLES, 2 * REACH + 1), np.int64),
    )
    rules = replace(rules, slope=_slopes(rules, pictures))
    mean = _mean_magnitudes(rules, pictures)
    loud = np.where(mean > SMALLEST, np.round(FINE * 256 / np.maximum(mean, SMALLEST)), 0).astype(
        np.int64
    )
    rules = replace(
        rules,
        shift=np.maximum(0, np.ceil(np.log2(np.maximum(mean, 1e-3) / USUAL))).astype(np.int64),
        loudness=loud,
        share=np.round(255 * np.minimum(mean, 1)).astype(np.int64),
    )
    return replace(rules, weights=_weights(rules, pictures, mean))


def _all_sites(rules: ContextModel, pictures: list[np.ndarray], see) -> None:
    """`see(site, predicted, values)` for every site of every picture; a channel that is 0 all over a picture counts, too."""
    for y_hat in pictures:
        follow(rules, np.arange(len(rules.order)), y_hat, see)


def _slopes(rules: ContextModel, pictures: list[np.ndarray]) -> np.ndarray:
    """(KINDS, C): regression of values on the mean of their neighbours, 0 where that takes too little variance away."""
    squares, products, power = (np.zeros((KINDS, len(rules.order))) for _ in range(3))

    def see(site: Site, twelfths: np.ndarray, values: np.ndarray) -> None:
        mean, at = twelfths / TWELFTHS, (site.visit.kind, site.channels)
        squares[at] += (mean**2).sum(0)
        products[at] += (mean * values).sum(0)
        power[at] += (values**2.0).sum(0)

    exact = np.full_like(
        rules.slope, SLOPE * TWELFTHS
    )  # with this slope a prediction is the mean itself, in twelfths
    _all_sites(replace(rules, slope=exact), pictures, see)
    slope = products / np.maximum(squares, 1)
    worth = products**2 / np.maximum(squares * power, 1) > WORTH
    return np.where(worth, np.clip(np.round(slope * SLOPE), -2 * SLOPE, 2 * SLOPE), 0).astype(
        np.int64
    )


def _mean_magnitudes(rules: ContextModel, pictures: list[np.ndarray]) -> np.ndarray:
    """(C,): of what the prediction leaves."""
    total = np.zeros(len(rules.order))

    def see(site: Site, predicted: np.ndarray, values: np.ndarray) -> None:
        total[site.channels] += np.abs(values - predicted).sum(0)

    _all_sites(rules, pictures, see)
    return total / sum(p.shape[0] * p.shape[1] for p in pictures)


def _weights(rules: ContextModel, pictures: list[np.ndarray], mean: np.ndarray) -> np.ndarray:
    """(KINDS, C, 4): from a constant and what stands around to the expected magnitude."""
    seen: list[list[list[np.ndarray]]] = [[[] for _ in range(len(mean))] for _ in range(KINDS)]

    def see(site: Site, predicted: np.ndarray, values: np.ndarray) -> None:
        shape = values.shape
        parts = [
            np.broadcast_to(part, shape) for part in (site.near, site.surroundings, site.earlier)
        ]
        rows = np.stack([*parts, np.abs(values - predicted)], 2).astype(np.float32)
        for place, channel in enumerate(site.channels):
            seen[site.visit.kind][channel].append(rows[:, place])

    _all_sites(rules, pictures, see)
    units = np.stack(
        [np.ones_like(mean), np.full_like(mean, 1 / TWELFTHS), mean / FINE**2, mean / FINE**2], 1
    )
    out = np.zeros((KINDS, len(mean), 4))
    for kind, channels in enumerate(seen):
        for channel, parts in enumerate(channels):
            if parts and mean[channel] > 0:
                rows = np.concatenate(parts).astype(np.float64)
                features = (
                    np.concatenate([np.ones((len(rows), 1)), rows[:, :3]], 1) * units[channel]
                )
                out[kind, channel] = _regress(features, rows[:, 3], mean[channel]) * units[channel]
    return np.round(out * UNIT).astype(np.int64)


def _regress(features: np.ndarray, target: np.ndarray, mean: float) -> np.ndarray:
    """Weights (4,) ≥ 0 of features (n, 4) for `target` (n,), whose spread grows with its expectation."""
    use, weight, found = (
        np.flatnonzero(features.any(0)),
        np.ones(len(target)),
        np.zeros(features.shape[1]),
    )
    for _ in range(8):
        some = features[:, use]
        gram = (some * weight[:, None]).T @ some
        solution = np.linalg.solve(
            gram + 1e-6 * np.trace(gram) * np.eye(len(use)), (some * weight[:, None]).T @ target
        )
        if (solution < 0).any():
            use = use[solution > 0]
            if not len(use):
                return found
            continue
        found[:] = 0
        found[use] = solution
        weight = 1 / (np.maximum(some @ solution, 0.02 * mean) + 0.05) ** 1.5
    return found
