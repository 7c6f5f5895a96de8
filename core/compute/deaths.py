"""Who is to blame when a worker dies: the unit that it was at, not those that waited behind it.

A worker has one thread and does its units in the order in which it got them. When it dies, all of
them come back at once. The oldest was being done; the others are sent again before it, so that a
unit that kills its worker takes nobody else's with it.
"""

import threading
from typing import Generic, Protocol, TypeVar


class Sent(Protocol):
    """What was sent to a worker: its place in the order of sending, and how often it was blamed."""

    number: int
    tries: int


S = TypeVar("S", bound=Sent)


class Deaths(Generic[S]):
    """What came back from workers that died, until it is settled.

    >>> from types import SimpleNamespace as Unit
    >>> first, second = Unit(number=1, tries=0), Unit(number=2, tries=0)
    >>> deaths = Deaths()
    >>> deaths.add("worker", second), deaths.add("worker", first)
    (True, False)
    >>> [unit.number for unit in deaths.settle("worker")], first.tries, second.tries
    ([2, 1], 1, 0)
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lost: dict[str, list[S]] = {}
        self._ended: set[str] = set()

    def end(self, worker: str) -> None:
        """The worker is ended on purpose: none of what it still has is to blame."""
        with self._lock:
            self._ended.add(worker)

    def add(self, worker: str, unit: S) -> bool:
        """Notes that `unit` was lost with `worker`; whether it is the first that was."""
        with self._lock:
            lost = self._lost.setdefault(worker, [])
            lost.append(unit)
            return len(lost) == 1

    def settle(self, worker: str, times: int = 1) -> list[S]:
        """What was lost with `worker`, in the order in which to send it again.

        The one to blame is the last; its `tries` grow by `times`: how many workers died under it.
        """
        with self._lock:
            lost = sorted(self._lost.pop(worker, ()), key=lambda unit: unit.number)
            on_purpose = worker in self._ended
            self._ended.discard(worker)
        if not lost or on_purpose:
            return lost
        lost[0].tries += times
        return [*lost[1:], lost[0]]


def death(error: BaseException | None) -> tuple[str, int] | None:
    """(the worker that a unit was lost with, how many have died under it); None if none has."""
    from distributed import KilledWorker

    if not isinstance(error, KilledWorker):
        return None
    return error.last_worker.address, error.allowed_failures + 1


def is_let_go(error: BaseException | None) -> bool:
    """Whether the scheduler let the unit go before it came to an end."""
    from distributed.client import FutureCancelledError

    return isinstance(error, FutureCancelledError)
