"""Hands units to workers that are free, and sees to it that each comes back."""

import itertools
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.compute import limits
from core.compute.clocks import Clocks
from core.compute.cluster import Connection
from core.compute.deaths import Deaths, death, is_let_go
from core.compute.unit import Unit
from core.compute.worker import TOPIC, Handle, Overtime, PictureMissing, run
from core.images import Picture
from core.sweep.signs import too_long

if TYPE_CHECKING:
    from distributed import Client, Future

FOLDERS = ("RDX_MODELS",)  # environment: folders that workers must agree on with the app
AHEAD = 1  # units that wait inside the cluster, so that no worker waits for its next one
SETTLE_S = 3.0  # the first page is drawn before the workers take the cores to start
EMPTY_S = 30.0  # a cluster without a worker for so long gets none any more
DEADLY = "the process that computed this ended each time it was tried"
ANSWER_S = 5.0  # a result that does not come within so long died with the worker that had it
GATHER_S = 0.1  # in which all that was lost with a worker has come back
LOOK_EVERY_S = 1.0  # how often the number of workers and the time limits are looked at


@dataclass
class _Flight:
    """A unit on its way: what is called, how often it was lost, and as which one it was sent."""

    key: Any
    unit: Unit
    tries: int = 0
    number: int = 0


class Hands:
    """One thread that keeps every worker busy with one unit.

    `take()` gives the next (key, unit) or None; `give(key, result, error)` receives what became of
    it, `tell(event)` what a unit says of its progress.
    """

    def __init__(
        self,
        connect: Callable[[], Connection],
        take: Callable[[], Any],
        give: Callable[[Any, Any, BaseException | None], None],
        tell: Callable[[dict], None],
    ) -> None:
        self._connect, self._take, self._give, self._tell = connect, take, give, tell
        self._wake = threading.Event()
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self._flying: dict[str, tuple[_Flight, Future]] = {}
        self._deaths: Deaths[_Flight] = Deaths()
        self._clocks = Clocks()
        self._connection: Connection | None = None
        self._slots, self._looked = 1, 0.0
        self._numbers = itertools.count(1)  # two threads send
        self._peopled = time.monotonic()  # when there was last a worker
        self._closed = False
        self._born = time.monotonic()
        self._answers = ThreadPoolExecutor(1, thread_name_prefix="compute-answers")
        threading.Thread(target=self._serve, name="compute", daemon=True).start()

    @property
    def workers(self) -> int:
        """How many units can be under way at a time."""
        return self._slots

    def look(self) -> None:
        """There may be work."""
        self._wake.set()

    def close(self) -> None:
        """Ends the connection, and the workers that are ours."""
        self._closed = True
        self._wake.set()
        if self._connection is not None:
            self._connection.close()

    def _serve(self) -> None:
        while not self._closed:
            self._wake.wait(LOOK_EVERY_S)
            self._wake.clear()
            try:
                if self._connection is None and time.monotonic() > self._born + SETTLE_S:
                    self._open()  # ready before the first unit comes
                self._watch()
                self._fill()
            except Exception as error:
                self._lose(error)

    def _fill(self) -> None:
        """Gives every free worker a unit."""
        while len(self._flying) < self._slots + AHEAD and (taken := self._take()) is not None:
            self._send(_Flight(*taken))

    def _send(
        self, flight: _Flight, pictures: dict[str, Picture] | None = None, to: str = ""
    ) -> None:
        client = self._open().client
        flight.number = next(self._numbers)
        name = f"unit-{id(self)}-{flight.number}"
        arguments = tuple(
            Handle(a.sha256) if isinstance(a, Picture) else a for a in flight.unit.arguments
        )
        future = client.submit(
            run,
            str(flight.key),
            flight.unit.function,
            arguments,
            pictures or {},
            {name: os.environ[name] for name in FOLDERS if name in os.environ},
            key=name,
            pure=False,
            workers=[to] if to else None,
            allow_other_workers=bool(to),
        )
        with self._lock:
            self._flying[name] = flight, future
        future.add_done_callback(lambda done: self._answers.submit(self._land, name, done))

    def _open(self) -> Connection:
        """The connection, made where there is none."""
        with self._opening:
            if self._connection is None:
                self._connection = self._connect()
                self._connection.client.subscribe_topic(TOPIC, lambda event: self._tell(event[1]))
                self._peopled = time.monotonic()
                self._watch(now=True)
            return self._connection

    def _land(self, name: str, future: "Future") -> None:
        """A unit has ended, one way or another."""
        with self._lock:
            flight, _ = self._flying.pop(name, (None, None))
        if flight is None:  # ended by us: over its time, or lost with its cluster
            return
        came_back = future.status == "error"  # with what the unit itself raised, or its end
        try:
            result, error = future.result(timeout=ANSWER_S), None
        except PictureMissing as missing:
            pictures = {a.sha256: a for a in flight.unit.arguments if isinstance(a, Picture)}
            self._again(flight, pictures, missing.address)
            return
        except Exception as failed:
            result, error = None, failed
        lost = isinstance(error, TimeoutError) and not came_back
        if (lost or is_let_go(error)) and flight.tries < limits.RETRIES:
            flight.tries += 1
            self._again(flight)
            return
        if (died := death(error)) is not None:
            worker, times = died
            if self._deaths.add(worker, flight):
                self._later(GATHER_S, self._bury, worker, times)
            return
        self._give(flight.key, result, error)
        self._wake.set()

    def _bury(self, worker: str, times: int) -> None:
        """Sends again what was lost with a worker; a unit that killed too many is given up."""
        for flight in self._deaths.settle(worker, times):
            if flight.tries > limits.RETRIES:
                self._give(flight.key, None, RuntimeError(DEADLY))
                self._wake.set()
                continue
            self._again(flight)

    def _again(self, flight: _Flight, *how: Any) -> None:
        """Sends a unit that came back; where its cluster has just ended, to the next one."""
        try:
            self._send(flight, *how)
        except Exception as error:
            flight.tries += 1
            if flight.tries > limits.RETRIES or self._closed:
                self._give(flight.key, None, error)
            else:
                self._later(LOOK_EVERY_S, self._again, flight)

    def _later(self, seconds: float, do: Callable[..., None], *arguments: Any) -> None:
        """Calls `do` after a while, in the thread that takes the answers."""
        timer = threading.Timer(seconds, self._answers.submit, (do, *arguments))
        timer.daemon = True
        timer.start()

    def _watch(self, now: bool = False) -> None:
        """Counts the workers, ends units that take too long, and finds those that got lost."""
        if self._connection is None or (time.monotonic() < self._looked + LOOK_EVERY_S and not now):
            return
        self._looked = time.monotonic()
        if not self._connection.alive():
            raise ConnectionError("the cluster has ended")
        client = self._connection.client
        workers = sum(client.nthreads().values())
        self._slots = max(1, workers)
        if workers:
            self._peopled = time.monotonic()
        elif time.monotonic() > self._peopled + EMPTY_S:
            # A worker that dies while it starts is not replaced by its nanny: a new cluster is.
            raise ConnectionError(DEADLY)
        with self._lock:
            may_take = {name: flight.unit.limit_s for name, (flight, _) in self._flying.items()}
        if may_take:
            seen = self._clocks.look(may_take, client.processing(), time.monotonic())
            for name, place in seen.late.items():
                self._end(name, place)
            for name in seen.forgotten:
                self._send_anew(name)

    def _send_anew(self, name: str) -> None:
        """Sends a unit again that got lost on its way."""
        with self._lock:
            flight, future = self._flying.pop(name, (None, None))
        if flight is not None and future is not None:
            future.cancel()
            self._again(flight)

    def _end(self, name: str, place: str) -> None:
        """Ends a unit that hangs, with the process in which it does."""
        with self._lock:
            flight, future = self._flying.pop(name, (None, None))
        if flight is None or future is None or self._connection is None:
            return
        client = self._connection.client
        future.cancel(force=True)
        limit = flight.unit.limit_s
        self._give(flight.key, None, Overtime(too_long(limit)))
        self._deaths.end(place)
        # takes seconds: the other workers go on meanwhile
        threading.Thread(target=_restart, args=(client, [place]), daemon=True).start()

    def _lose(self, error: Exception) -> None:
        """The cluster is gone: what was on its way is sent again, to a new one."""
        connection, self._connection = self._connection, None
        with self._lock:
            flights = [flight for flight, _ in self._flying.values()]
            self._flying.clear()
        if connection is not None:
            with suppress(Exception):  # whatever is left of it
                connection.close()
        for flight in flights:
            flight.tries += 1
            if flight.tries > limits.RETRIES or self._closed:
                self._give(flight.key, None, error)
            else:
                self._send(flight)


def _restart(client: "Client", workers: list[str]) -> None:
    """Has the nannies replace `workers`."""
    with suppress(OSError):  # the cluster has ended meanwhile
        client.restart_workers(workers, timeout=30, raise_for_error=False)
