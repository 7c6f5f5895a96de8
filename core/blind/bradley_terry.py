"""Scores from forced choices and draws: the model of Bradley and Terry with Davidson's draws.

With scores θ, two results i and j are compared with the odds (Davidson, JASA 65 (329), 1970)

    i better : j better : no difference  =  exp(θᵢ) : exp(θⱼ) : ν · exp((θᵢ + θⱼ) / 2)

A weak normal prior keeps the scores finite where one result wins always. Intervals are those of the
normal distribution around the mode, with the curvature there.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.blind.votes import Vote, results
from core.errors import DataError

PRIOR_SD = 3.0  # of each score and of ln ν: odds of 20 : 1 are nothing unusual
STEPS = 100
_Z95 = 1.959964


@dataclass(frozen=True)
class Score:
    """One result's score, the mean of all being 0, with its 95 % interval.

    A difference of 1 between two scores means odds of e : 1.
    """

    name: str
    value: float
    low: float
    high: float
    wins: int
    losses: int
    draws: int


@dataclass(frozen=True)
class Ranking:
    """Scores, the best first, and the intervals of their differences."""

    scores: list[Score]
    covariance: np.ndarray  # of the scores in their order

    def apart(self, first: int, second: int) -> bool:
        """Whether the 95 % interval of the difference of two scores lies on one side of 0."""
        v = self.covariance
        variance = v[first, first] + v[second, second] - 2 * v[first, second]
        gap = self.scores[first].value - self.scores[second].value
        return abs(gap) > _Z95 * math.sqrt(max(variance, 0.0))


def rank(votes: Sequence[Vote]) -> Ranking:
    """Scores of all results that `votes` name. Raises DataError where there is no vote."""
    names = results(votes)
    if not votes:
        raise DataError("There is no vote yet.")
    pairs = np.array([[names.index(v.left), names.index(v.right)] for v in votes])
    said = np.array([("left", "right", "same").index(v.said) for v in votes])
    theta, covariance = _fit(pairs, said, len(names))
    # Only differences are known: the mean becomes 0.
    centre = np.eye(len(names)) - 1 / len(names)
    theta = centre @ theta
    covariance = centre @ covariance @ centre
    order = np.argsort(-theta)
    spread = _Z95 * np.sqrt(np.diag(covariance))
    scores = [
        Score(
            names[i],
            float(theta[i]),
            float(theta[i] - spread[i]),
            float(theta[i] + spread[i]),
            *_counts(votes, names[i]),
        )
        for i in order
    ]
    return Ranking(scores, covariance[np.ix_(order, order)])


def _counts(votes: Sequence[Vote], name: str) -> tuple[int, int, int]:
    """(won, lost, drawn)."""
    mine = [vote for vote in votes if name in (vote.left, vote.right)]
    draws = sum(vote.said == "same" for vote in mine)
    wins = sum(
        (vote.said == "left" and vote.left == name) or (vote.said == "right" and vote.right == name)
        for vote in mine
    )
    return wins, len(mine) - wins - draws, draws


def _fit(pairs: np.ndarray, said: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """(scores, their covariance) by Newton's method on the log posterior, which is concave.

    The unknowns are the scores and ln ν.
    """
    # Each of the three outcomes is a linear function of the unknowns, before the normalisation.
    features = np.zeros((len(pairs), 3, count + 1))
    rows = np.arange(len(pairs))
    for side in (0, 1):
        features[rows, side, pairs[:, side]] = 1
        features[rows, 2, pairs[:, side]] = 0.5
    features[:, 2, count] = 1
    seen = features[rows, said]
    precision = np.eye(count + 1) / PRIOR_SD**2
    x = np.zeros(count + 1)
    for _ in range(STEPS):
        logits = features @ x
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        means = np.einsum("no,nok->nk", weights, features)
        gradient = (seen - means).sum(axis=0) - precision @ x
        second = np.einsum("no,noj,nok->jk", weights, features, features)
        hessian = second - means.T @ means + precision
        step = np.linalg.solve(hessian, gradient)
        # A long first step could overshoot.
        x += step * min(1.0, 2.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return x[:count], np.linalg.inv(hessian)[:count, :count]
