"""What keeps the server's process small and quick, beside the runs of its pages.

Streamlit would collect garbage after every run of a page, with the interpreter's lock held; that is
switched off (`.streamlit/config.toml`). Instead it is collected now and then, what was imported is
not looked at again, and memory that nobody uses goes back to the system.
"""

import gc
import threading
import time

import streamlit as st

from core import processes

IMPORTED_S = 10.0  # after so long all is imported
EVERY_S = 10.0


def _keep_house() -> None:
    processes.pass_on()
    time.sleep(IMPORTED_S)
    gc.collect()
    gc.freeze()
    while True:
        time.sleep(EVERY_S)
        if any(gc.get_count()[1:]):  # something has been done since
            gc.collect()
            processes.give_back()


@st.cache_resource(show_spinner=False)
def begin() -> threading.Thread:
    """The one thread of this server that does so, started at the first visit."""
    thread = threading.Thread(target=_keep_house, name="housekeeping", daemon=True)
    thread.start()
    return thread
