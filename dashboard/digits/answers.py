"""Answers of the stored models, computed in the background and shared by all sessions.

A section asks as often as it likes and gets the answer, or None while it is being computed. What
went wrong in a model is raised, and tried again at the next question: it may have been mended.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

import numpy as np
import streamlit as st

from core.rd import digit_rivals
from core.store import zoo
from dashboard import loading
from dashboard.digits.models import Card

Answer = TypeVar("Answer")


def ask(function: Callable[..., Answer], card: Card, *arguments: Any) -> Answer | None:
    """`function(name of the model, *arguments)`, or None while it is not there. Raises RDError."""
    name = f"{function.__module__}.{function.__name__}"
    key = (name, card["name"], card["weights_sha256"], str(zoo.root()), *map(_key, arguments))
    future = _started(key, function, card["name"], arguments)
    answer: Answer | None = loading.result(future, _started.clear)
    return answer


def rivals() -> dict[str, digit_rivals.Points] | None:
    """What SVD, PNG and WebP make of digits, or None while that is being measured."""
    found: dict[str, digit_rivals.Points] | None = loading.result(_rivals(), _rivals.clear)
    return found


def say_waiting() -> None:
    """The line that stands where an answer will be."""
    st.caption(
        ":material/hourglass_top: TensorFlow is starting; this takes a few seconds the first time."
    )


@st.cache_resource(max_entries=256, show_spinner=False)
def _started(
    key: tuple[Any, ...],
    _function: Callable[..., Any],
    _name: str,
    _arguments: tuple[Any, ...],
) -> "Future[Any]":
    return loading.start(_function, _name, *_arguments)


@st.cache_resource(max_entries=1, show_spinner=False)
def _rivals() -> "Future[Any]":
    return loading.start(digit_rivals.rivals)


def _key(argument: Any) -> Any:
    """An argument by its content."""
    if isinstance(argument, np.ndarray):
        return argument.shape, hashlib.sha256(argument.tobytes()).hexdigest()
    return argument
