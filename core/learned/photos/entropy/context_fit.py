"""Fits the whole numbers of the context coder to latents of training photographs.

Per level, channels are ordered by their spread. A channel's value is regressed on the mean of its
neighbours, and the magnitude of the remainder on the magnitudes around it (weighted least squares
with weights ≥ 0). The tables, which all levels share, are counts.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from core.learned.ops.tables import frequencies
from core.learned.photos.entropy.context_coder import ContextCoder
from core.learned.photos.entropy.context_model import (
    FINE,
    FLAG,
    KINDS,
    NAMES,
    OF_ALL_LEVELS,
    REACH,
    SLOPE,
    TWELFTHS,
    UNIT,
    ContextModel,
)
from core.learned.photos.entropy.context_walk import Site, follow

TABLES = 48
PER_OCTAVE = 3  # tables; the first stands for magnitudes up to 2^−10
NEVER_SEEN = 0.02  # count of a symbol before any is counted
SMALLEST = 0.003  # mean magnitude below which a channel says nothing about the others
WORTH = 0.03  # share of a channel's variance that a prediction must take away
USUAL = 5.0  # mean magnitude above which low bits are coded as they are
REWEIGHTINGS = 8  # of the least squares


def fit_context_model(latents: list[list[np.ndarray]]) -> dict[str, np.ndarray]:
    """The tensors `context/…` of a model, int32.

    `latents[level]` are pictures' latents (h, w, C), whole numbers.
    """
    rules = [_fit_level(pictures) for pictures in latents]
    counts = np.full((TABLES, 2 * REACH + 1), NEVER_SEEN)
    for one, pictures in zip(rules, latents, strict=True):
        coder = ContextCoder(one)
        for y_hat in pictures:
            coder.count(y_hat, counts)
    tensors = {}
    for name in NAMES:
        if name not in OF_ALL_LEVELS:
            tensors[name] = np.stack([getattr(one, name) for one in rules])
    tensors["thresholds"] = rules[0].thresholds
    tensors["tables"] = np.stack([frequencies(row) for row in counts])
    return {f"context/{name}": value.astype(np.int32) for name, value in tensors.items()}


def _fit_level(pictures: list[np.ndarray]) -> ContextModel:
    """All of a level but its tables, which stay flat: they are counted once the rest is known."""
    count = pictures[0].shape[2]
    flat = np.concatenate([picture.reshape(-1, count) for picture in pictures])
    spread = flat.astype(np.float64).std(0)
    order = np.argsort(-spread, kind="stable")
    used = np.mean([picture.any((0, 1)) for picture in pictures], 0)[order]
    rarest = FLAG // 512
    octaves = np.arange(1, TABLES) / PER_OCTAVE - 10
    # Each fit walks with the rules that are known so far; what is not known yet is 0.
    rules = ContextModel(
        order=order,
        shift=np.zeros(count, np.int64),
        slope=np.zeros((KINDS, count), np.int64),
        weights=np.zeros((KINDS, count, 4), np.int64),
        loudness=np.zeros(count, np.int64),
        share=np.zeros(count, np.int64),
        used=_whole(np.clip(np.round(used * FLAG), rarest, FLAG - rarest)),
        thresholds=_whole(np.round(2.0**octaves * UNIT)),
        tables=np.ones((TABLES, 2 * REACH + 1), np.int64),
    )
    rules = replace(rules, slope=_prediction_slopes(rules, pictures))
    mean = _mean_magnitudes(rules, pictures)
    # A magnitude times loudness / 256 is in units of the channel's mean, in 1/FINE.
    loudness = np.round(FINE * 256 / np.maximum(mean, SMALLEST))
    # So many low bits that what is left has at most the usual magnitude.
    shift = np.ceil(np.log2(np.maximum(mean, 1e-3) / USUAL))
    rules = replace(
        rules,
        shift=_whole(np.maximum(0, shift)),
        loudness=_whole(np.where(mean > SMALLEST, loudness, 0)),
        share=_whole(np.round(255 * np.minimum(mean, 1))),
    )
    return replace(rules, weights=_weights(rules, pictures, mean))


def _whole(numbers: np.ndarray) -> np.ndarray:
    return numbers.astype(np.int64)


def _all_sites(
    rules: ContextModel, pictures: list[np.ndarray]
) -> Iterator[tuple[Site, np.ndarray, np.ndarray]]:
    """`site, predicted, values` for every site of every picture.

    Channels that are 0 all over a picture are walked, too.
    """
    for y_hat in pictures:
        yield from follow(rules, np.arange(len(rules.order)), y_hat)


def _prediction_slopes(rules: ContextModel, pictures: list[np.ndarray]) -> np.ndarray:
    """(KINDS, C): regression of values on the mean of their neighbours, in 1/SLOPE.

    0 where the prediction would take too little of the variance away.
    """
    squares = np.zeros((KINDS, len(rules.order)))
    products = np.zeros_like(squares)
    power = np.zeros_like(squares)
    # With this slope a prediction is the mean itself, in twelfths.
    exact = np.full_like(rules.slope, SLOPE * TWELFTHS)
    for site, twelfths, values in _all_sites(replace(rules, slope=exact), pictures):
        mean = twelfths / TWELFTHS
        at = (site.visit.kind, site.channels)
        squares[at] += (mean**2).sum(0)
        products[at] += (mean * values).sum(0)
        power[at] += (values**2.0).sum(0)
    slope = products / np.maximum(squares, 1)
    explained = products**2 / np.maximum(squares * power, 1)
    in_units = np.clip(np.round(slope * SLOPE), -2 * SLOPE, 2 * SLOPE)
    return _whole(np.where(explained > WORTH, in_units, 0))


def _mean_magnitudes(rules: ContextModel, pictures: list[np.ndarray]) -> np.ndarray:
    """(C,): the mean magnitude of what the prediction leaves."""
    total = np.zeros(len(rules.order))
    for site, predicted, values in _all_sites(rules, pictures):
        total[site.channels] += np.abs(values - predicted).sum(0)
    positions = sum(picture.shape[0] * picture.shape[1] for picture in pictures)
    return total / positions


def _weights(rules: ContextModel, pictures: list[np.ndarray], mean: np.ndarray) -> np.ndarray:
    """(KINDS, C, 4): from a constant and the magnitudes around to the expected magnitude."""
    count = len(mean)
    # Per kind of visit and channel: rows of the three magnitudes around and the one to predict.
    seen: list[list[list[np.ndarray]]] = [[[] for _ in range(count)] for _ in range(KINDS)]
    for site, predicted, values in _all_sites(rules, pictures):
        parts = [site.near, site.surroundings, site.earlier]
        parts = [np.broadcast_to(part, values.shape) for part in parts]
        parts.append(np.abs(values - predicted))
        rows = np.stack(parts, 2).astype(np.float32)
        for place, channel in enumerate(site.channels):
            seen[site.visit.kind][channel].append(rows[:, place])
    # What makes magnitudes of the walk's units: twelfths, and multiples of the channel's mean.
    twelfth = np.full_like(mean, 1 / TWELFTHS)
    normalised = mean / FINE**2
    units = np.stack([np.ones_like(mean), twelfth, normalised, normalised], 1)
    weights = np.zeros((KINDS, count, 4))
    for kind, channels in enumerate(seen):
        for channel, parts in enumerate(channels):
            if not parts or mean[channel] <= 0:
                continue
            rows = np.concatenate(parts).astype(np.float64)
            constant = np.ones((len(rows), 1))
            features = np.concatenate([constant, rows[:, :3]], 1) * units[channel]
            found = _regress(features, rows[:, 3], mean[channel])
            weights[kind, channel] = found * units[channel]
    return _whole(np.round(weights * UNIT))


def _regress(features: np.ndarray, target: np.ndarray, mean: float) -> np.ndarray:
    """Weights (4,) ≥ 0 of features (n, 4) for `target` (n,), whose spread grows with its mean.

    Iteratively reweighted least squares; a feature whose weight comes out negative is dropped.
    """
    use = np.flatnonzero(features.any(0))
    weight = np.ones(len(target))
    found = np.zeros(features.shape[1])
    for _ in range(REWEIGHTINGS):
        some = features[:, use]
        weighted = (some * weight[:, None]).T
        gram = weighted @ some
        # A touch of ridge: features may be proportional to each other.
        ridge = 1e-6 * np.trace(gram) * np.eye(len(use))
        solution = np.linalg.solve(gram + ridge, weighted @ target)
        if (solution < 0).any():
            use = use[solution > 0]
            if not len(use):
                return found
            continue
        found[:] = 0
        found[use] = solution
        expected = np.maximum(some @ solution, 0.02 * mean) + 0.05
        weight = 1 / expected**1.5
    return found
