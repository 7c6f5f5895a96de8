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
    command = [sys.executable, "-c", script, kind]
    return int(subprocess.run(command, cwd=ROOT, check=True, text=True, capture_output=True).stdout)


def test_what_is_not_used_is_given_back():
    assert held(HOLES, "given") < 10
    assert held(HOLES, "kept") > 80


def test_what_is_passed_on_leaves_no_holes():
    assert held(PASSED_ON, "given") < 10
    assert held(PASSED_ON, "kept") > 60
