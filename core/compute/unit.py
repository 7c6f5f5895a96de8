"""What is asked of the service: a call for a worker, how urgent it is, and what a failure says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.compute import limits

SHOWN, CURVE, FIGURES, EXTRA = range(4)  # what is looked at, curves, further figures, all else


class Unit(NamedTuple):
    """One call for a worker, small, so that turns are taken; it may take `limit_s` at most."""

    function: Callable[..., Any]
    arguments: tuple = ()
    limit_s: float = limits.UNIT_S


@dataclass(frozen=True)
class Failure:
    """A job that ended with an error; `reason` is the sentence to show."""

    reason: str
