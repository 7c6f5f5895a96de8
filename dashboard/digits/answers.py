"""Answers of the stored models, given by the processes that compute, shared by all sessions.

A section asks as often as it likes and gets the answer, or None while it is being computed.
"""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from core.compute import FIGURES, SHOWN
from core.errors import ModelError
from core.rd import digit_rivals
from core.store import zoo
from dashboard import state
from dashboard.digits.models import Card
from dashboard.waiting import Failure, service

Answer = TypeVar("Answer")
LIMIT_S = 240.0  # the first answer of a process waits for its import of TensorFlow


def ask(function: Callable[..., Answer], card: Card, *arguments: Any) -> Answer | None:
    """`function(name of the model, *arguments)`, or None while it is not there.

    Raises ModelError when the model is at fault.
    """
    model = (card["name"], card["weights_sha256"], str(zoo.root()))
    key = ("digits", function.__name__, *model, *map(_key, arguments))
    return _call(key, SHOWN, function, card["name"], *arguments)


def rivals() -> dict[str, digit_rivals.Points] | None:
    """What SVD, PNG and WebP make of digits, or None while that is being measured."""
    return _call(("digits", "rivals"), FIGURES, digit_rivals.rivals)


def say_waiting() -> None:
    """The line that stands where an answer will be."""
    st.caption(
        ":material/hourglass_top: Asking the model; the first answer takes a few seconds, while "
        "TensorFlow starts."
    )


def _call(
    key: tuple[Any, ...], priority: int, function: Callable[..., Answer], *arguments: Any
) -> Answer | None:
    owner = state.session_id()
    found = service().call(owner, key, function, *arguments, priority=priority, limit_s=LIMIT_S)
    if isinstance(found, Failure):
        raise ModelError(found.reason)
    answer: Answer | None = found
    return answer


def _key(argument: Any) -> Any:
    """An argument by its content."""
    if isinstance(argument, np.ndarray):
        return argument.shape, hashlib.sha256(argument.tobytes()).hexdigest()
    return argument
