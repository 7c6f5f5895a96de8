"""How processes are set up: a worker has one thread, and memory that it keeps; the app gives its
back.

One measurement is one thread: the cores are shared by workers. And what the codecs and measures
allocate for each picture, megabytes of arrays, is not given back to the system in between: asking
for it again would cost a page fault for every 4 kB, a third of the time of some measures. (Dask
has its workers give back everything at once, `MALLOC_TRIM_THRESHOLD_` = 65536.)
"""

import ctypes
import gc
import multiprocessing
import os
from collections.abc import Collection
from functools import cache
from multiprocessing import forkserver

# An owner of a cluster may have set these otherwise.
THREADS = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    ),
    "1",
)
# Parameters of glibc's mallopt (malloc.h), with their values in bytes.
M_TRIM_THRESHOLD, KEPT = -1, 256 << 20  # unused memory at the heap's end that is kept
M_MMAP_THRESHOLD, LARGE = -3, 32 << 20  # what is larger is asked from the system, and given back
PICTURE = 128 << 10  # … in a process that only passes pictures on
SELDOM = 10_000, 20, 100  # thresholds of the garbage collector's three generations


@cache
def settle() -> None:
    """Sets this process up, once. For worker processes, before their first job."""
    for name, value in THREADS.items():
        os.environ.setdefault(name, value)
    keep_memory()
    collect_seldom()


def keep_memory() -> None:
    """Has this process keep the memory of its arrays, for those that follow."""
    _set(M_TRIM_THRESHOLD, KEPT)
    _set(M_MMAP_THRESHOLD, LARGE)


def collect_seldom() -> None:
    """Has Python's garbage collector look for reference cycles less often.

    By default it takes a seventh of the time that an import of TensorFlow takes.
    """
    gc.set_threshold(*SELDOM)


def pass_on() -> None:
    """Sets up a process that only passes pictures on: their memory is given back with each.

    By itself glibc soon takes them from the heaps of its threads, which then are full of holes.
    """
    _set(M_MMAP_THRESHOLD, PICTURE)


def give_back() -> None:
    """Gives memory that this process does not use back to the system.

    By itself glibc keeps what lies between blocks that are in use.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def fork_workers(preload: Collection[str]) -> None:
    """Has the workers of Dask's local clusters forked from a process with one thread that has
    imported the modules `preload`: they start in a tenth of the time, and share the memory of what
    was imported. Where the system has no such processes, workers start by themselves.

    That process lives as long as this one; what it has imported is what the first call names. It
    has the environment of that call: pass workers a later one.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return
    ours = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(THREADS)  # libraries look when they are imported
    multiprocessing.set_forkserver_preload([*preload])
    forkserver.ensure_running()  # it imports while this process does
    for name, value in ours.items():
        os.environ.pop(name)
        if value is not None:
            os.environ[name] = value
    import dask
    from distributed import utils, versions

    dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
    # Dask would have it import pandas, and do so itself; workers do not use it.
    packages, versions.optional_packages = versions.optional_packages, []
    utils.get_mp_context()
    versions.optional_packages = packages
    multiprocessing.set_forkserver_preload([*preload])  # should it have to be started again


def _set(parameter: int, value: int) -> None:
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # absent where the C library is another
    if mallopt is not None:
        mallopt(parameter, value)
