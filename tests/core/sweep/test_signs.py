"""What hangs in a pool is ended with a sentence; what goes on is left alone."""

import pytest

from core.sweep import pools, signs
from core.sweep.pools import Pool
from core.sweep.sources import Item
from tests.core.sweep import chores

LIMIT_S = 1.0


def _all(pool: Pool, count: int) -> dict[str, dict]:
    """The results of so many jobs, by their keys."""
    found: dict[str, dict] = {}
    while len(found) < count:
        found |= dict(pool.results())
    return found


@pytest.mark.slow
def test_a_job_that_hangs_is_ended_and_its_worker_replaced():
    asked = []

    def limit(pixels: int) -> float:
        asked.append(pixels)
        return LIMIT_S

    with pools.pool(1, perform=chores.work, limit=limit) as pool:
        pool.submit("before", Item("a"), "none")
        before = _all(pool, 1)["before"]
        pool.submit("hang", Item("b"), "hang")
        # Three signs, together above the limit: each begins a time of its own.
        pool.submit("three", Item("c"), "three", 0.5 * LIMIT_S)
        found = _all(pool, 2)
    assert found["hang"] == {"error": "This took more than 1 s and was stopped."}
    assert found["three"]["name"] == "c" and found["three"]["pid"] != before["pid"]
    assert set(asked) == {1}


def test_without_a_worker_signs_go_nowhere():
    signs.begin(10)
    with pools.pool(0, perform=chores.work, limit=lambda pixels: 0.0) as pool:
        pool.submit("three", Item("c"), "three")
        assert _all(pool, 1)["three"]["name"] == "c"


def test_a_clock_runs_from_the_last_sign(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(signs.time, "monotonic", lambda: now[0])
    deadlines = signs.Deadlines(lambda pixels: pixels / 10)
    for pixels in (50, 20):
        deadlines.hear({"call": "a", "place": "tcp://x", "pixels": pixels})
    now[0] += 2
    assert deadlines.late() == []
    now[0] += 0.1
    assert deadlines.late() == [signs.Late("a", "tcp://x", 2.0)]
    deadlines.forget("a")
    assert deadlines.late() == []
