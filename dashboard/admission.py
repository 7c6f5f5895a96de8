"""The door of the app: so many people at once; the others wait in a
queue and are told their place.
"""

import threading
import time
from collections import OrderedDict

import streamlit as st

from core.compute import limits

LOOK_EVERY_S = 0.5


class Door:
    """Who is inside, since when they did nothing, and who waits, first come first served."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside: dict[str, float] = {}
        self._queue: OrderedDict[str, float] = OrderedDict()

    def place(self, owner: str) -> int:
        """0 for a session that is let in, else its place in the queue."""
        now = time.monotonic()
        with self._lock:
            if owner not in self._inside:
                self._queue[owner] = now
                self._make_room(now)
                for name in list(self._queue):
                    if len(self._inside) >= limits.SESSIONS:
                        break
                    del self._queue[name]
                    self._inside[name] = now
            if owner in self._inside:
                self._inside[owner] = now
                return 0
            return list(self._queue).index(owner) + 1

    def _make_room(self, now: float) -> None:
        """Forgets who left the queue, and those inside who did nothing for long."""
        for name in [n for n, seen in self._queue.items() if now - seen > limits.LEASE_S]:
            del self._queue[name]
        for name in [n for n, seen in self._inside.items() if now - seen > limits.IDLE_S]:
            del self._inside[name]


@st.cache_resource(show_spinner=False)
def _door() -> Door:
    return Door()


def admit(owner: str) -> None:
    """Returns once there is room for the session; until then the page tells its place."""
    told = st.empty()
    while place := _door().place(owner):
        told.info(
            f"All {limits.SESSIONS} places of this server are taken. You are number {place} in "
            "the queue; the page opens by itself.",
            icon=":material/hourglass_top:",
        )
        time.sleep(LOOK_EVERY_S)
    told.empty()
