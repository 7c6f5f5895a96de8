"""Imports TensorFlow in the background once per server, so that no page waits for it before drawing."""

import threading
from collections.abc import Callable

import streamlit as st

_ready = threading.Event()


@st.cache_resource(show_spinner=False)
def start(_wait: Callable[[], None]) -> threading.Thread:
    """Starts the import once `_wait()` has returned; every further call is free."""
    thread = threading.Thread(target=_import, args=(_wait,), name="warm-up", daemon=True)
    thread.start()
    return thread


def ready() -> bool:
    """Whether TensorFlow can be used without waiting."""
    return _ready.is_set()


def _import(wait: Callable[[], None]) -> None:
    wait()
    import tensorflow  # noqa: F401
    _ready.set()
