"""Our own cluster, as a process: `python -m core.compute WORKERS` (see `cluster`)."""

import logging
import os
import select
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from core.compute import limits
from core.processes import THREADS, fork_workers

if TYPE_CHECKING:
    from distributed import LocalCluster

WORK = "core.compute.worker"  # with the codecs
PRELOAD = (WORK, "distributed")
LOOK_EVERY_S = 2.0  # how often the workers are counted
DEAD_S = 5.0  # a worker without a process for so long is not started again by its nanny
ABSENT_S = 120.0  # one whose process has not come to the scheduler for so long never will


def serve(workers: int) -> None:
    """Runs a scheduler and so many processes, prints the scheduler's address, waits for the end.

    The end is that of the standard input: the app that started this has gone.
    """
    fork_workers(PRELOAD)
    import dask
    from distributed import LocalCluster

    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": 0,  # `Hands` knows better who is to blame
            "distributed.worker.memory.target": False,  # results are small: nothing to spill
            "distributed.worker.memory.spill": False,
            "distributed.worker.memory.pause": False,
            "distributed.worker.memory.terminate": 0.95,
            "distributed.worker.daemon": True,
            # What watches the cluster itself would keep an idle machine busy.
            "distributed.worker.profile.enabled": False,
            "distributed.admin.tick.interval": "1s",
            "distributed.admin.tick.limit": "30s",
            "distributed.admin.system-monitor.interval": "5s",
            "distributed.worker.memory.monitor-interval": "500ms",
        }
    )
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        memory_limit=limits.WORKER_BYTES,
        preload=[WORK],  # imported before the first unit comes, where nothing was yet
        env=THREADS,
        silence_logs=logging.CRITICAL,
    ) as cluster:
        with suppress(BrokenPipeError):  # the app may have gone meanwhile
            os.write(sys.stdout.fileno(), f"{cluster.scheduler_address}\n".encode())
        absent: dict[object, float] = {}
        while not select.select([sys.stdin], [], [], LOOK_EVERY_S)[0]:
            replace_lost(cluster, workers, absent)


def replace_lost(cluster: "LocalCluster", workers: int, absent: dict[object, float]) -> None:
    """Starts others in place of workers that are not coming back, so that there are `workers`.

    A nanny starts a worker that died again, but not one that died while it started. `absent`: since
    when each worker has been missing; kept from call to call.
    """
    assert cluster.scheduler is not None  # the cluster has been started
    there = {worker.name for worker in list(cluster.scheduler.workers.values())}
    missing = set(cluster.worker_spec) - there
    now = time.monotonic()
    for name in absent.keys() - missing:
        del absent[name]
    lost = []
    for name in missing:
        nanny = cluster.workers.get(name)
        alive = nanny is not None and nanny.is_alive()
        if now - absent.setdefault(name, now) > (ABSENT_S if alive else DEAD_S):
            lost.append(name)
    if lost:
        cluster.sync(cluster.scale_down, lost)
        cluster.scale(workers)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
