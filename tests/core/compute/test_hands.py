"""What becomes of units whose worker dies or is ended, with a cluster that is played by hand."""

import threading
from types import SimpleNamespace

import pytest

from core.compute import Unit, limits
from core.compute.hands import DEADLY, Hands
from tests.core.compute import chores


class Future:
    """A unit at the cluster; `end` lets it come back."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.status = "pending"
        self._error: Exception | None = None

    def add_done_callback(self, call) -> None:
        self._call = call

    def end(self, error: Exception | None = None) -> None:
        self._error = error
        self.status = "error" if error else "finished"
        self._call(self)

    def lose(self) -> None:
        """Its result is known to be there, but does not come."""
        self._error = TimeoutError()
        self.status = "pending"
        self._call(self)

    def result(self, timeout: float) -> str:
        if self._error is not None:
            raise self._error
        return "done"


class Cluster:
    """A connection and its client: `sent` holds what was submitted, newest last."""

    def __init__(self) -> None:
        self.client = self
        self.sent: list[tuple[str, Future]] = []  # (key of the unit, its future)
        self.broken = False

    def submit(self, run, unit, function, arguments, pictures, folders, key, **how) -> Future:
        if self.broken:
            raise OSError("no cluster")
        self.sent.append((unit, Future(key)))
        return self.sent[-1][1]

    def nthreads(self) -> dict[str, int]:
        return {"a": 1, "b": 1}

    def subscribe_topic(self, *_: object) -> None: ...
    def processing(self) -> dict[str, list[str]]:
        return {}

    def alive(self) -> bool:
        return True

    def close(self) -> None: ...


def killed(worker: str, allowed: int = 0) -> Exception:
    """What a unit ends with when its worker has died."""
    from distributed import KilledWorker

    return KilledWorker("task", SimpleNamespace(address=worker), allowed)


class Bench:
    """Hands with units `one`, `two`, `three` to do, and what they gave back."""

    def __init__(self) -> None:
        self.cluster, self.given = Cluster(), {}
        self._waiting = ["one", "two", "three"]
        self.hands = Hands(lambda: self.cluster, self._take, self._give, lambda event: None)
        self.hands.look()
        self.until(lambda: len(self.cluster.sent) == 3)

    def _take(self):
        return (self._waiting.pop(0), Unit(chores.pid)) if self._waiting else None

    def _give(self, key, result, error) -> None:
        self.given[key] = error or result

    def until(self, is_so) -> None:
        while not is_so():
            threading.Event().wait(0.005)

    def names(self) -> list[str]:
        return [name for name, _ in self.cluster.sent]


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.hands.close()


def test_the_unit_at_work_is_blamed_and_goes_last(bench):
    """In each of three deaths another unit is the oldest: none is blamed twice, all come back."""
    assert bench.names() == ["one", "two", "three"]
    for life in range(limits.RETRIES):
        futures = dict(bench.cluster.sent[-3:])
        for name in ("three", "one", "two"):  # whatever the order in which they come back
            futures[name].end(killed("a"))
        bench.until(lambda life=life: len(bench.cluster.sent) == 3 * (life + 2))
        order = bench.names()[-3:]
        oldest = min(futures, key=lambda name: int(futures[name].name.rsplit("-", 1)[1]))
        assert order[-1] == oldest
    for _, future in bench.cluster.sent[-3:]:
        future.end()
    bench.until(lambda: len(bench.given) == 3)
    assert set(bench.given.values()) == {"done"}


def test_a_result_that_died_with_its_worker_is_computed_again(bench):
    (_, lost), *others = bench.cluster.sent
    for _, future in others:
        future.end()
    lost.lose()
    bench.until(lambda: bench.names().count("one") == 2)
    assert "one" not in bench.given
    bench.cluster.sent[-1][1].end()
    bench.until(lambda: len(bench.given) == 3)
    assert set(bench.given.values()) == {"done"}


def test_a_unit_that_ends_with_a_timeout_of_its_own_is_not_tried_again(bench):
    for _, future in bench.cluster.sent:
        future.end(TimeoutError("no answer"))
    bench.until(lambda: len(bench.given) == 3)
    assert len(bench.cluster.sent) == 3


def test_a_unit_under_which_too_many_workers_die_ends_in_words(bench):
    for _, future in bench.cluster.sent[1:]:
        future.end()
    for life in range(limits.RETRIES + 1):
        bench.until(lambda life=life: bench.names().count("one") == life + 1)
        bench.cluster.sent[-1 if life else 0][1].end(killed(f"worker {life}"))
    bench.until(lambda: len(bench.given) == 3)
    assert str(bench.given["one"]) == DEADLY and bench.given["two"] == "done"


def test_a_cluster_that_tries_by_itself_counts_its_own_deaths(bench):
    (_, one), (_, two), (_, three) = bench.cluster.sent
    one.end(killed("a", allowed=limits.RETRIES))
    bench.until(lambda: "one" in bench.given)
    assert str(bench.given["one"]) == DEADLY
    two.end()
    three.end()


def test_what_comes_back_to_a_broken_cluster_is_sent_once_there_is_one_again(bench, monkeypatch):
    monkeypatch.setattr("core.compute.hands.LOOK_EVERY_S", 0.05)
    bench.cluster.broken = True
    bench.cluster.sent[0][1].end(killed("a"))
    threading.Event().wait(0.12)
    bench.cluster.broken = False
    bench.until(lambda: bench.names().count("one") == 2)
    bench.cluster.sent[-1][1].end()
    bench.until(lambda: bench.given.get("one") == "done")
