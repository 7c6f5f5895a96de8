"""Whether a browser has drawn the pictures that it was sent: it says so at an address beside the
app, which begins no run.

    with arrivals.expect(wake) as arrival:
        viewer(panels, key, arrival=arrival)
        ...                                      # until `arrival.has_come()`, or for a while

A browser draws together all that comes while it is busy: what waits for the pictures lets them be
seen first. Where the app is served without its addresses (see `routes`), `arrival` is None.
"""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = "drawn"


class Arrival:
    """One drawing that somebody waits for; `name` is known to its page alone."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self.name = secrets.token_urlsafe(12)
        self._wake = wake
        self._come = threading.Event()

    def has_come(self) -> bool:
        """Whether the browser has drawn."""
        return self._come.is_set()

    def come(self) -> None:
        """The browser has drawn: wakes who waits."""
        self._come.set()
        self._wake()


class _Expected:
    """Those that are waited for just now; each run waits for one at most."""

    def __init__(self) -> None:
        self.served = False
        self.by_name: dict[str, Arrival] = {}


_expected = _Expected()


@contextmanager
def expect(wake: Callable[[], None]) -> Iterator[Arrival | None]:
    """An arrival to give to a viewer; `wake()` is called, in another thread, when it has come."""
    if not _expected.served:
        yield None
        return
    arrival = Arrival(wake)
    _expected.by_name[arrival.name] = arrival
    try:
        yield arrival
    finally:
        del _expected.by_name[arrival.name]


def routes(base: str = "") -> list[Route]:
    """The addresses that the browser speaks to, below the app's own root path `base`."""
    _expected.served = True
    root = f"/{base.strip('/')}" if base.strip("/") else ""
    return [Route(f"{root}/{FOLDER}/{{name}}", _take, methods=["POST"])]


async def _take(request: Request) -> Response:
    """Whoever names an arrival has been told its name; any other name means nothing."""
    arrival = _expected.by_name.get(request.path_params["name"])
    if arrival is not None:
        arrival.come()
    return Response(status_code=204)
