"""Where the jobs of a sweep run: in this process, in worker processes of our own, or on a Dask
cluster that is there.
"""

import logging
import math
import os
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from core.errors import DataError
from core.results import Record
from core.sweep import task
from core.sweep.sources import Item

if TYPE_CHECKING:
    from distributed import Client, Future

WINDOW = 4  # jobs in flight per worker: enough to hide the way to and fro
RETRIES = 3  # how often Dask gives a job to another worker when one dies under it
LOOK_EVERY_S = 5  # how often the number of workers is looked at
WAIT_S = 1.0  # how long results are waited for before the sweep looks around
POLL_S = 0.01
GIVE_UP_S = 60  # how long a cluster may be without any worker

Perform = Callable[..., Record]  # (item, *arguments) -> record or {"error": …}; has its own name


class Pool(ABC):
    """Where jobs run: `submit` hands one out, `results` collects what has become of some."""

    @property
    def window(self) -> int:
        """How many jobs to have handed out at a time."""
        return 1

    @abstractmethod
    def submit(self, key: str, item: Item, *arguments: object) -> None:
        """Hands out the job called `key`: the pool's function of `item` and `arguments`."""

    @abstractmethod
    def results(self) -> list[tuple[str, Record]]:
        """(key, record or {"error": …}) of jobs that have ended; waits WAIT_S at most for one."""


class Here(Pool):
    """This very process, one job at a time: for tiny sweeps, and to check the others against."""

    def __init__(self, perform: Perform) -> None:
        self._perform = perform
        self._jobs: deque[tuple[str, Item, tuple[Any, ...]]] = deque()

    def submit(self, key: str, item: Item, *arguments: object) -> None:
        self._jobs.append((key, item, arguments))

    def results(self) -> list[tuple[str, Record]]:
        key, item, arguments = self._jobs.popleft()
        return [(key, self._perform(item, *arguments))]


class Dask(Pool):
    """A Dask client's workers. With `ship`, images travel as bytes, for workers that do not see
    our disk.
    """

    def __init__(self, client: "Client", ship: bool, perform: Perform) -> None:
        from distributed import as_completed

        self.client, self.ship, self._perform = client, ship, perform
        # Jobs are added while others end: the iterator holds only what is in flight.
        self._ended = as_completed(loop=client.loop)
        self._keys: dict[str, str] = {}  # Dask's name of a job in flight -> ours
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
        self._keys[name] = key
        self._ended.add(future)

    def results(self) -> list[tuple[str, Record]]:
        # Not `next(self._ended)`, which waits without an end: a sweep is to notice that it was
        # cancelled, and that all workers are gone.
        deadline = time.monotonic() + WAIT_S
        while not self._ended.has_ready():
            self._look()
            if time.monotonic() > deadline:
                return []
            time.sleep(POLL_S)
        ready = self._ended.next_batch(block=False)
        return [(self._keys.pop(future.key), _result(future)) for future in ready]

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
    """A job's record, or {"error": …} when it ended its worker each time it was tried."""
    try:
        return future.result()
    except ModuleNotFoundError as error:
        raise DataError(
            f"The cluster's workers cannot import this program ({error}). "
            "Start them in its folder, or install it there."
        ) from error
    except Exception as error:
        # KilledWorker, or cancelled by the scheduler: the job is lost, the sweep is not.
        return {"error": f"The worker ended while it measured this ({type(error).__name__})."}


@contextmanager
def pool(
    workers: int | None = None, address: str | None = None, perform: Perform | None = None
) -> Iterator[Pool]:
    """The pool for `--workers` and `--dask`: `address` of a scheduler, or `workers` local processes
    (None: one a core). Its jobs are calls of `perform`; by default those of a sweep.

    `workers=0` measures in this process. Raises DataError when no scheduler answers at `address`.
    """
    perform = perform or task.perform
    if workers == 0 and address is None:
        yield Here(perform)
        return
    import dask
    from distributed import Client, LocalCluster

    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": RETRIES,
            "distributed.comm.timeouts.connect": "10s",
        }
    )
    for name in ("distributed", "bokeh"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if address is not None:
        try:
            client = Client(address, timeout="10s", set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise DataError(
                f"No Dask scheduler answers at {address}. "
                f"Start one with `dask scheduler`. ({error})"
            ) from error
        with client:
            yield Dask(client, ship=True, perform=perform)
        return
    count = workers or os.cpu_count() or 1
    with (
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            env=task.THREADS,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield Dask(client, ship=False, perform=perform)
