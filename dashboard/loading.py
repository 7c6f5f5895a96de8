"""Stored models, loaded in the background one after the other and shared by all sessions; pages
wait for them.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st

from core.errors import ModelError


def start(load: Callable[..., Any], *args: Any) -> Future:
    """Calls `load(*args)` as soon as what was asked for before is loaded.

    Keep the future: `st.cache_resource`.
    """
    return _background().submit(load, *args)


def result(future: Future, forget: Callable[[], None]) -> Any:
    """What was loaded, or None while it is not there.

    Where loading failed, calls `forget()`, so that it is tried again – the model may have been
    mended –, and raises what it raised: a ModelError where the model is at fault.
    """
    if not future.done():
        return None
    try:
        return future.result()
    except Exception:
        forget()
        raise


@st.fragment(run_every=0.4)
def wait_for(model: Callable[[], Any]) -> None:
    """Says that TensorFlow is starting, and draws the page again when `model()` no
    longer is None.
    """
    st.caption(":material/hourglass_top: TensorFlow is starting; this takes some seconds, once.")
    try:
        there = model() is not None
    except ModelError:
        there = True  # the page itself shows why
    if there:
        st.rerun(scope="app")


@st.cache_resource(show_spinner=False)
def _background() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="models")
