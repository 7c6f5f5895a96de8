"""Imports TensorFlow in the background once per server, so that no page waits for it before drawing."""

import threading
import time
from collections.abc import Callable

import streamlit as st

TRIES = 3
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
    for left in reversed(range(TRIES)):
        try:
            import tensorflow  # noqa: F401
        except ImportError:
            if not left:
                raise
            time.sleep(1)  # another thread may have been in the way
        else:
            break
    _ready.set()
