"""What all benchmarks share: the picture, and a yardstick of the same run.

A time by itself means little on a busy machine. Each benchmark puts `ratio` into its `extra_info`:
its median time as a multiple of the median of a reference that was timed in the same run, by turns
with it. `make bench` writes everything to benchmarks.json, with the machine's description.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest

ROUNDS = 7


@pytest.fixture(scope="session")
def photo() -> np.ndarray:
    """scikit-image's astronaut, (512, 512, 3)."""
    from skimage import data

    return np.ascontiguousarray(data.astronaut())


@pytest.fixture
def timed(benchmark):
    """pytest-benchmark's fixture; skips where nothing is to be timed (`make test`)."""
    if benchmark.disabled:
        pytest.skip("benchmarks run with `make bench`")
    return benchmark


@pytest.fixture
def against(timed) -> Callable[..., float]:
    """`against(work, reference, size)`: times `work` for the report, and `reference` by turns with
    it; returns the ratio.
    """

    def compare(
        work: Callable[[], object], reference: Callable[[], object], size: str, rounds: int = ROUNDS
    ) -> float:
        reference()
        times: list[float] = []

        def setup() -> None:
            start = time.perf_counter()
            reference()
            times.append(time.perf_counter() - start)

        timed.pedantic(work, setup=setup, rounds=rounds, warmup_rounds=1)
        ratio = timed.stats.stats.median / statistics.median(times)
        timed.extra_info.update(
            size=size, ratio=round(ratio, 2), reference_s=statistics.median(times)
        )
        return ratio

    return compare
