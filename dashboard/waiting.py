"""How a page waits for work: it stays in its run, and draws a place of its own again at each news.

    page = st.empty()
    for _ in looks(owner):
        found = service().call(owner, key, function, picture, priority=SHOWN)
        page.caption("Computing …" if found is None else str(found))
        if found is not None:
            break

No timer, and no rerun: everything else on the page stays as it was drawn. Inputs and uploaders are
drawn before the loop. When a person does something meanwhile, the run ends at the next look, and
Streamlit starts the next one with all that they did.
"""

import time
from collections.abc import Callable, Iterator

import streamlit as st

from core.compute import Failure, Service

SLICE_S = 0.05  # how long a person's click may wait for a run that waits
SLICE_S_PER_SESSION = 0.005  # … when many runs wait, each of which looks up as often
LOOK_AGAIN_S = 5.0  # what the queue had no room for is asked for again

__all__ = ["Failure", "looks", "service"]


@st.cache_resource(show_spinner=False)
def service() -> Service:
    """The one service of this server."""
    return Service()


def looks(
    owner: str,
    rest_s: float = 0.0,
    patience_s: float = float("inf"),
    hurry: Callable[[], bool] = lambda: False,
) -> Iterator[None]:
    """Yields at once, and then after each news for `owner`, at most once in `rest_s` seconds.

    News with which `hurry()` becomes true do not wait for the end of the rest. Ends after
    `patience_s`; the caller breaks as soon as all is there.
    """
    start = time.monotonic()
    while True:
        looked, news = time.monotonic(), False
        yield
        while not (news and time.monotonic() >= looked + rest_s):
            if service().wait(owner, SLICE_S + SLICE_S_PER_SESSION * service().sessions()):
                news = True
                if hurry():
                    break
            news = news or time.monotonic() > looked + LOOK_AGAIN_S
            _let_the_person_in()
            if time.monotonic() > start + patience_s:
                return


def _let_the_person_in() -> None:
    """Reading the session's state is where Streamlit ends a run for the next one that waits."""
    st.session_state.get("picture")
