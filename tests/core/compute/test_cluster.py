"""Our own cluster: how its workers come to be."""

import multiprocessing

import psutil
import pytest

from core.compute.cluster import Connection
from tests.core.compute import chores


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no such processes here"
)
def test_workers_are_forked_from_a_process_of_one_thread():
    """A fork of a process with several would hold locks that nobody opens."""
    connection = Connection(workers=2)
    try:
        connection.client.wait_for_workers(2, 60)
        workers = connection.client.run(chores.pid).values()
        parents = {psutil.Process(worker).ppid() for worker in workers}
        (parent,) = map(psutil.Process, parents)
        assert len(set(workers)) == 2 and parent.num_threads() == 1
        assert "forkserver" in " ".join(parent.cmdline())
    finally:
        connection.close()
