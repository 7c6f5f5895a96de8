"""Our own cluster: how its workers come to be."""

import multiprocessing
import subprocess
import sys

import psutil
import pytest

from core.compute.cluster import Connection
from tests.conftest import ROOT
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


def test_it_ends_without_a_word_when_the_app_has_gone_before_it_was_ready():
    cluster = subprocess.Popen(
        [sys.executable, "-m", "core.compute", "1"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    for end in (cluster.stdin, cluster.stdout):
        end.close()
    assert cluster.stderr.read() == b"" and cluster.wait(60) == 0
