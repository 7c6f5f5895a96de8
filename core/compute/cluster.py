"""The cluster whose workers compute: one of our own on this machine, or one that is there already.

Our own lives in a process of its own, `python -m core.compute WORKERS`, so that its scheduler takes
no time from the app and its workers are started from a clean `__main__`. It ends when the app that
holds the other end of its standard input does.
"""

import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import DataError

if TYPE_CHECKING:
    from distributed import Client

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "RDX_DASK"  # environment: the scheduler of a cluster that is there
WORKERS = "RDX_WORKERS"  # environment: how many workers of our own, instead of one a core
CONNECT_S = 30


class Connection:
    """A client of the cluster, and our own cluster's process where there is one."""

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """Raises DataError when no scheduler answers."""
        self._own: subprocess.Popen[str] | None = None
        if address is None:
            self._own, address = _start(workers or os.cpu_count() or 1)
        try:
            self.client = _client(address)
        except BaseException:
            self._end()
            raise

    def alive(self) -> bool:
        """Whether the scheduler is there."""
        ended = self._own is not None and self._own.poll() is not None
        return not ended and self.client.status in ("running", "connecting")

    def close(self) -> None:
        """Ends our own cluster; leaves another's as it was."""
        self.client.close(timeout=2)
        self._end()

    def _end(self) -> None:
        if self._own is not None and self._own.stdin is not None:
            self._own.stdin.close()
            try:
                self._own.wait(5)
            except subprocess.TimeoutExpired:
                self._own.kill()


def connect() -> Connection:
    """The connection that the environment asks for. Raises DataError."""
    workers = os.environ.get(WORKERS, "")
    return Connection(os.environ.get(ADDRESS) or None, int(workers) if workers.isdigit() else None)


def _client(address: str) -> "Client":
    from distributed import Client

    for name in ("distributed", "distributed.client", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=CONNECT_S, set_as_default=False, direct_to_workers=True)
    except (OSError, ValueError, TimeoutError) as error:
        raise DataError(f"No Dask scheduler answers at {address}. ({error})") from error


def _start(workers: int) -> tuple["subprocess.Popen[str]", str]:
    """Our own cluster: (its process, the address of its scheduler)."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    process = subprocess.Popen(
        [sys.executable, "-m", "core.compute", str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))},
        start_new_session=True,  # Ctrl-C in the app's terminal is for the app: the pipe ends us
    )
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    if not address:
        raise DataError("The processes that compute could not be started.")
    return process, address
