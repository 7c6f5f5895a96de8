"""A worker process keeps its memory between pictures, and computes in one thread; the app gives its
memory back.
"""

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


# What a local Dask cluster sets in the environment of the process that it is started in.
AS_DASK_STARTS_ITS_WORKERS = {"MALLOC_TRIM_THRESHOLD_": "65536"}


def printed(script: str, kind: str, **environment: str) -> str:
    """What a new process prints, in this environment without what earlier tests' clusters set."""
    own = AS_DASK_STARTS_ITS_WORKERS.keys() | {"OPENBLAS_NUM_THREADS"}
    kept = {name: value for name, value in os.environ.items() if name not in own}
    command = [sys.executable, "-c", script, kind]
    done = subprocess.run(
        command, cwd=ROOT, check=True, text=True, capture_output=True, env=kept | environment
    )
    return done.stdout


def told(kind: str) -> tuple[int, str]:
    """Page faults of a process that makes arrays of 4 MB again and again, and its threads."""
    faults, threads = printed(SCRIPT, kind, **AS_DASK_STARTS_ITS_WORKERS).split()
    return int(faults), threads


def test_a_settled_process_asks_for_no_memory_twice():
    faults, threads = told("settled")
    assert faults < 500 and threads == "1"
    faults, threads = told("plain")
    assert faults > 10_000 and threads == "None"


HOLES = """
import sys
import psutil
from core import processes

def memory():
    return psutil.Process().memory_info().rss >> 20

before = memory()
blocks = [bytearray(b"x") * 50_000 for _ in range(2000)]
del blocks[:-1]
if sys.argv[1] == "given":
    processes.give_back()
print(memory() - before)
"""


PASSED_ON = """
import sys
import psutil
from core import processes

def memory():
    return psutil.Process().memory_info().rss >> 20

if sys.argv[1] == "given":
    processes.pass_on()
bytearray(16 << 20)  # from now on glibc would take such blocks from the heap
before = memory()
pictures = [bytearray(b"x") * 400_000 for _ in range(200)]
del pictures[:-1]
print(memory() - before)
"""


def held(script: str, kind: str) -> int:
    """MiB that a process holds after it has freed all blocks but the last."""
    return int(printed(script, kind))


def test_what_is_not_used_is_given_back():
    assert held(HOLES, "given") < 10
    assert held(HOLES, "kept") > 80


def test_what_is_passed_on_leaves_no_holes():
    assert held(PASSED_ON, "given") < 10
    assert held(PASSED_ON, "kept") > 60
