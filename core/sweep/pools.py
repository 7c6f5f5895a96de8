"""Where the jobs of a sweep run: in this process, in worker processes of our own, or on a Dask cluster that is there."""

import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from core.errors import DataError
from core.sweep import task
from core.sweep.sources import Item

if TYPE_CHECKING:
    from distributed import Client, Future

WINDOW = 4  # jobs in flight per worker: enough to hide the way to and fro
RETRIES = 3  # how often Dask gives a job to another worker when one dies under it
LOOK_EVERY_S = 5  # how often the number of workers is looked at
GIVE_UP_S = 60  # how long a cluster may be without any worker


class Pool:
    """Where jobs run. `window` is how many to hand out at a time; `results()` waits up to a second or so for some of them."""

    window = 1

    def submit(self, key: str, *arguments: object) -> None:
        raise NotImplementedError

    def results(self) -> list[tuple[str, dict]]:
        raise NotImplementedError


class Here(Pool):
    """This very process, one job at a time: for tiny sweeps, and to check the others against."""

    def __init__(self) -> None:
        self._jobs: deque[tuple[str, tuple]] = deque()

    def submit(self, key: str, *arguments: object) -> None:
        self._jobs.append((key, arguments))

    def results(self) -> list[tuple[str, dict]]:
        key, arguments = self._jobs.popleft()
        return [(key, task.perform(*arguments))]


class Dask(Pool):
    """A Dask client's workers. With `ship`, images travel as bytes, for workers that do not see our disk."""

    def __init__(self, client: "Client", ship: bool) -> None:
        self.client, self.ship = client, ship
        self._flying: dict[str, tuple[str, Future]] = {}
        self._ready: SimpleQueue[str] = SimpleQueue()
        self._threads, self._looked = 1, -LOOK_EVERY_S
        self._look()

    @property
    def window(self) -> int:
        return WINDOW * self._threads

    def submit(self, key: str, item: Item, *arguments: object) -> None:
        item = item.with_data() if self.ship else item
        future = self.client.submit(
            task.perform, item, *arguments, pure=False, key=f"measure-{key}-{os.urandom(4).hex()}"
        )
        self._flying[future.key] = key, future
        future.add_done_callback(lambda done: self._ready.put(done.key))

    def results(self) -> list[tuple[str, dict]]:
        ready = []
        try:
            ready.append(self._ready.get(timeout=1))
            while True:
                ready.append(self._ready.get_nowait())
        except Empty:
            self._look()
        return [(key, _result(future)) for key, future in map(self._flying.pop, ready)]

    def _look(self) -> None:
        """Looks, now and then, how many workers there are. Raises DataError when all have been gone for a while."""
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return
        threads = sum(self.client.nthreads().values())
        if threads:
            self._threads, self._looked = threads, now
        elif now - self._looked > GIVE_UP_S:
            raise DataError(
                "The Dask cluster has no workers. Start some with `dask worker SCHEDULER`, then use --resume."
            )


def _result(future: "Future") -> dict:
    """A job's record, or {"error": …} when it ended its worker each time it was tried."""
    try:
        return future.result()
    except ModuleNotFoundError as error:
        raise DataError(
            f"The cluster's workers cannot import this program ({error}). Start them in its folder."
        ) from error
    except (
        Exception
    ) as error:  # KilledWorker, or cancelled by the scheduler: the job is lost, the sweep is not
        return {
            "error": f"The worker process ended while it measured this ({type(error).__name__})."
        }


@contextmanager
def pool(workers: int | None = None, address: str | None = None) -> Iterator[Pool]:
    """The pool for `--workers` and `--dask`: `address` of a scheduler, or `workers` local processes (None: one a core).

    `workers=0` measures in this process. Raises DataError when no scheduler answers at `address`.
    """
    if workers == 0 and address is None:
        yield Here()
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
                f"No Dask scheduler answers at {address}. Start one with `dask scheduler`. ({error})"
            ) from error
        with client:
            yield Dask(client, ship=True)
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
        yield Dask(client, ship=False)
