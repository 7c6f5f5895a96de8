"""Where the calls of a sweep run: in this process, in worker processes of our own, or on a Dask
cluster that is there.
"""

import logging
import math
import os
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from core.errors import DataError
from core.processes import THREADS, fork_workers
from core.results import Record
from core.sweep import signs, task
from core.sweep.signs import Deadlines, Limit
from core.sweep.sources import Item

if TYPE_CHECKING:
    from distributed import Client, Future

WINDOW = 4  # calls in flight per worker: enough to hide the way to and fro
RETRIES = 3  # how often Dask gives a call to another worker when one dies under it
LOOK_EVERY_S = 5  # how often the number of workers is looked at
LATE_EVERY_S = 0.5  # how often calls that take too long are looked for
WAIT_S = 1.0  # how long results are waited for before the sweep looks around
POLL_S = 0.01
CONNECT_S = 10.0  # how long a scheduler may take to answer
# Not our own: what the registry holds depends on the environment, which workers are told later.
PRELOAD = ("distributed", "imagecodecs", "numpy", "PIL.Image", "scipy")
GIVE_UP_S = 60  # how long a cluster may be without any worker

Perform = Callable[..., Record]  # (item, *arguments) -> record or {"error": …}; has its own name


class Pool(ABC):
    """Where calls run: `submit` hands one out, `results` collects what has become of some."""

    @property
    def window(self) -> int:
        """How many calls to have handed out at a time."""
        return 1

    @abstractmethod
    def submit(self, key: str, item: Item, *arguments: object) -> None:
        """Hands out the call named `key`: the pool's function of `item` and `arguments`."""

    @abstractmethod
    def results(self) -> list[tuple[str, Record]]:
        """(key, record or {"error": …}) of calls that have ended; waits WAIT_S at most for one."""


class Here(Pool):
    """This very process, one call at a time: for tiny sweeps, and to check the others against."""

    def __init__(self, perform: Perform) -> None:
        self._perform = perform
        self._calls: deque[tuple[str, Item, tuple[Any, ...]]] = deque()

    def submit(self, key: str, item: Item, *arguments: object) -> None:
        self._calls.append((key, item, arguments))

    def results(self) -> list[tuple[str, Record]]:
        key, item, arguments = self._calls.popleft()
        return [(key, self._perform(item, *arguments))]


class Dask(Pool):
    """A Dask client's workers. With `ship`, images travel as bytes, for workers that do not see
    our disk. With `limit`, a call that outlasts it after its last sign is ended, with its worker.
    """

    def __init__(
        self, client: "Client", ship: bool, perform: Perform, limit: Limit | None = None
    ) -> None:
        from distributed import as_completed

        self.client, self.ship, self._perform = client, ship, perform
        # Calls are added while others end: the iterator holds only what is in flight.
        self._ended = as_completed(loop=client.loop)
        # Dask's name of a call in flight -> ours, and what will be its result
        self._flying: dict[str, tuple[str, Future[Record]]] = {}
        self._deadlines = None if limit is None else Deadlines(limit)
        self._stopped: dict[str, str] = {}  # Dask's name of a call that we ended -> why
        if self._deadlines is not None:
            hear = self._deadlines.hear
            client.subscribe_topic(signs.TOPIC, lambda event: hear(event[1]))
        self._sought = time.monotonic()  # when late calls were last looked for
        self._threads = 1
        self._looked = -math.inf
        self._look()

    @property
    def window(self) -> int:
        return WINDOW * self._threads

    def submit(self, key: str, item: Item, *arguments: object) -> None:
        if self.ship:
            item = item.with_data()
        # A name that was never used: Dask answers a known one with its old result.
        name = f"measure-{key}-{os.urandom(4).hex()}"
        future = self.client.submit(self._perform, item, *arguments, pure=False, key=name)
        self._flying[name] = key, future
        self._ended.add(future)

    def results(self) -> list[tuple[str, Record]]:
        # Not `next(self._ended)`, which waits without an end: a sweep is to notice that it was
        # cancelled, and that all workers are gone.
        deadline = time.monotonic() + WAIT_S
        self._end_late()
        while not self._ended.has_ready():
            self._look()
            self._end_late()
            if time.monotonic() > deadline:
                return []
            time.sleep(POLL_S)
        ready = self._ended.next_batch(block=False)
        return [self._landed(future) for future in ready]

    def _landed(self, future: "Future[Record]") -> tuple[str, Record]:
        """(our name of a call that has ended, its record or why there is none)."""
        name = str(future.key)
        key, _ = self._flying.pop(name)
        why = self._stopped.pop(name, "")
        if self._deadlines is not None:
            self._deadlines.forget(name)
        if why and future.cancelled():
            return key, {"error": why}
        return key, _result(future)

    def _end_late(self) -> None:
        """Ends the calls whose time is over, and has their workers replaced."""
        now = time.monotonic()
        if self._deadlines is None or now - self._sought < LATE_EVERY_S:
            return
        self._sought = now
        late = self._deadlines.late()
        if not late:
            return
        busy = self.client.processing()
        places = set()
        for call, place, limit_s in late:
            self._deadlines.forget(call)
            # Where its worker died meanwhile, the next one gives a new sign.
            if call in self._flying and call in busy.get(place, ()):
                self._stopped[call] = signs.too_long(limit_s)
                self._flying[call][1].cancel(force=True)
                places.add(place)
        if places:  # takes seconds: the other workers go on meanwhile
            threading.Thread(target=_restart, args=(self.client, places), daemon=True).start()

    def _look(self) -> None:
        """Looks, now and then, how many workers there are. Raises DataError when all have been gone
        for a while.
        """
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return
        threads = sum(self.client.nthreads().values())
        if threads:
            self._threads = threads
            self._looked = now
        elif now - self._looked > GIVE_UP_S:
            raise DataError(
                "The Dask cluster has no workers. Start some with `dask worker SCHEDULER`, "
                "then use --resume."
            )


def _result(future: "Future[Record]") -> Record:
    """A call's record, or {"error": …} when it ended its worker each time it was tried."""
    try:
        return future.result()
    except ModuleNotFoundError as error:
        raise DataError(
            f"The cluster's workers cannot import this program ({error}). "
            "Start them in its folder, or install it there."
        ) from error
    except Exception as error:
        # KilledWorker, or cancelled by the scheduler: the call is lost, the sweep is not.
        return {"error": f"The worker ended while it measured this ({type(error).__name__})."}


def _restart(client: "Client", places: set[str]) -> None:
    """Has the nannies replace the workers at these addresses."""
    # A worker without a nanny cannot be replaced; the cluster may have ended meanwhile.
    with suppress(ValueError, OSError, RuntimeError):
        client.restart_workers(list(places), timeout=30, raise_for_error=False)


@contextmanager
def pool(
    workers: int | None = None,
    address: str | None = None,
    perform: Perform | None = None,
    limit: Limit | None = None,
) -> Iterator[Pool]:
    """The pool for `--workers` and `--dask`: `address` of a scheduler, or `workers` local processes
    (None: one a core). What it calls is `perform`; by default those of a sweep.

    `limit` bounds the time of what a call has said to begin (`signs.begin`). `workers=0` measures
    in this process, where nothing can be ended. Raises DataError when no scheduler answers at
    `address`.
    """
    perform = perform or task.perform
    if workers == 0 and address is None:
        yield Here(perform)
        return
    if address is None:
        fork_workers(PRELOAD)
    import dask
    from distributed import Client, LocalCluster

    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": RETRIES,
            "distributed.comm.timeouts.connect": f"{CONNECT_S}s",
        }
    )
    for name in ("distributed", "bokeh"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if address is not None:
        try:
            client = Client(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise DataError(
                f"No Dask scheduler answers at {address}. "
                f"Start one with `dask scheduler`. ({error})"
            ) from error
        with client:
            yield Dask(client, True, perform, limit)
        return
    count = workers or os.cpu_count() or 1
    with (
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            env={**os.environ, **THREADS},
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield Dask(client, False, perform, limit)
