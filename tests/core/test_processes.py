"""A worker process keeps its memory between pictures, and computes in one thread; threads share."""

import os
import subprocess
import sys

from tests.conftest import ROOT

SCRIPT = """
import os, resource, sys
if sys.argv[1] == "settled":
    from core.processes import settle
    settle()
import numpy as np

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        a = np.ones(500_000); b = a * 2 + 1; del a, b
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

faults()
print(faults(), os.environ.get("OPENBLAS_NUM_THREADS"))
"""


def told(kind: str) -> tuple[int, str]:
    """Page faults of a process that makes arrays of 4 MB again and again, and its threads."""
    names = {"OPENBLAS_NUM_THREADS"}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    out = subprocess.run(
        [sys.executable, "-c", SCRIPT, kind],
        cwd=ROOT,
        check=True,
        text=True,
        capture_output=True,
        # as Dask starts its workers
        env=environment | {"MALLOC_TRIM_THRESHOLD_": "65536"},
    ).stdout.split()
    return int(out[0]), out[1]


def test_a_settled_process_asks_for_no_memory_twice():
    faults, threads = told("settled")
    assert faults < 500 and threads == "1"
    faults, threads = told("plain")
    assert faults > 10_000 and threads == "None"


THREADS = """
import ctypes, sys, threading
from core import processes
if sys.argv[1] == "shared":
    processes.share_heaps()
together, kept = threading.Barrier(21), []

def work():
    kept.append(bytearray(100_000))
    together.wait()

for _ in range(20):
    threading.Thread(target=work).start()
together.wait()
ctypes.CDLL(None).malloc_stats()
"""


def heaps(kind: str) -> int:
    """How many heaps a process of twenty threads has."""
    command = [sys.executable, "-c", THREADS, kind]
    return subprocess.run(
        command, cwd=ROOT, check=True, text=True, capture_output=True
    ).stderr.count("Arena ")


def test_threads_share_their_heaps():
    assert heaps("shared") == 2 < heaps("plain")
