"""The SVD page's questions about a picture, answered by the processes that compute.

A run of the page waits for each answer where it is drawn; a person who does something meanwhile
is not kept waiting.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from core.compute import SHOWN
from core.errors import DataError
from core.images import Picture
from core.linear import lowrank
from core.linear.lowrank import Factors
from core.rd import svd_study
from core.rd.svd_study import Approximation, Spectrum
from dashboard import state
from dashboard.waiting import Failure, looks, service

Answer = TypeVar("Answer")
LIMIT_S = 240.0  # the largest matrices take long, on a busy machine longer


@dataclass(frozen=True)
class Subject:
    """The picture, and the way in which it is dealt with where it is large (see `svd_study`)."""

    picture: Picture
    way: str

    def ask(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """`function(picture, way, limit, *arguments)`. Raises DataError when it failed."""
        limit = lowrank.MAX_PIXELS
        key = ("svd", function.__name__, self.picture.sha256, self.way, limit, *arguments)
        return _wait(key, function, self.picture, self.way, limit, *arguments)

    def spectrum(self) -> Spectrum:
        return self.ask(svd_study.spectrum)

    def approximation(self, rank: int) -> Approximation:
        return self.ask(svd_study.approximation, rank)

    def rank_for_bytes(self, budget: int) -> int | None:
        """The rank of the best `svd` file within a budget; None when no file is that small."""
        return self.ask(svd_study.rank_for_bytes, budget) or None


def is_large(picture: Picture) -> bool:
    """Whether a full SVD of the picture would take too long."""
    return picture.width * picture.height > lowrank.MAX_PIXELS


def decompose(matrix: np.ndarray) -> Factors:
    """The SVD of a small matrix, float32 (m, n)."""
    return _wait(("svd", matrix.shape, matrix.tobytes()), lowrank.decompose, matrix)


def _wait(key: tuple[Any, ...], function: Callable[..., Answer], *arguments: Any) -> Answer:
    owner = state.session_id()
    found: Any = None
    for _ in looks(owner):
        found = service().call(owner, key, function, *arguments, priority=SHOWN, limit_s=LIMIT_S)
        if found is not None:
            break
    if isinstance(found, Failure):
        raise DataError(found.reason)
    answer: Answer = found
    return answer
