"""The pairs of a blind test, in an order and on sides that nobody can guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

MOST = 4  # results that are compared in one test


@dataclass(frozen=True)
class Trial:
    """Two results of one picture, by their names."""

    picture: str
    left: str
    right: str


def trials(
    pictures: Sequence[str], results: Sequence[str], seed: int, repeats: int = 1
) -> list[Trial]:
    """Every pair of `results` on every picture, `repeats` times, shuffled.

    Each pair's sides are drawn anew, so that a preference for one side favours nobody.
    """
    rng = np.random.default_rng(seed)
    found = []
    for picture in pictures:
        for pair in combinations(results, 2):
            for _ in range(repeats):
                left, right = rng.permutation(pair)
                found.append(Trial(picture, str(left), str(right)))
    return [found[i] for i in rng.permutation(len(found))]
