"""Our own cluster, as a process: `python -m core.compute WORKERS` (see `cluster`)."""

import logging
import sys

from core.compute import limits
from core.sweep.task import THREADS


def serve(workers: int) -> None:
    """Runs a scheduler and so many processes, prints the scheduler's address, waits for the end.

    The end is that of the standard input: the app that started this has gone.
    """
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
        }
    )
    with LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address="127.0.0.1:0",
        memory_limit=limits.WORKER_BYTES,
        preload=["core.compute.worker"],  # the codecs are imported before the first unit comes
        env=THREADS,
        silence_logs=logging.CRITICAL,
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
