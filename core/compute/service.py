"""Jobs that sessions ask for, done by workers one unit at a time, and what came of them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from dataclasses import dataclass, field
from typing import Any

from cachetools import LRUCache

from core.compute import cluster, limits
from core.compute.hands import Hands
from core.compute.turns import Turns
from core.compute.unit import EXTRA, SHOWN, Failure, Unit
from core.compute.worker import Overtime
from core.errors import RDError

Key = Hashable
Steps = Generator[Unit, Any, Any]
KEPT_FREE_S = 5.0  # how long a worker is kept free for the next pictures that people ask for


@dataclass
class _Job:
    key: Key
    steps: Steps
    unit: Unit
    owners: dict[str, int] = field(default_factory=dict)  # session -> urgency
    running: bool = False


class _Session:
    """When a session last asked, and whether something has come since it last looked; what it looks
    at, and whether it has asked for pictures of that.
    """

    def __init__(self) -> None:
        self.asked = time.monotonic()
        self.news = threading.Event()
        self.subject: Hashable = None
        self.has_asked = False


class Service:
    """Jobs by key, shared by all sessions that ask for them; the package's docstring says more."""

    def __init__(self, connect: Callable[[], cluster.Connection] = cluster.connect) -> None:
        self._lock = threading.RLock()
        self._jobs: dict[Key, _Job] = {}
        self._turns = Turns()
        self._sessions: dict[str, _Session] = {}
        self._memory: LRUCache[Key, Any] = LRUCache(limits.MEMORY_BYTES, getsizeof=_weight)
        self._progress: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._patient: set[Key] = set()  # jobs that run and that nobody looks at yet
        self._urgent_at = -KEPT_FREE_S  # when a unit was last handed out that somebody waits for
        self._hands = Hands(connect, self._next_unit, self._done, self._told)

    # What pages ask for

    def begin(self, owner: str, subject: Hashable = None) -> None:
        """A new run of the session: what it asked for, and does not ask for again, is dropped.

        `subject` is what it looks at. Who has seen nothing of that yet is a newcomer; who still
        waits for pictures keeps its place in the line.
        """
        with self._lock:
            session = self._session(owner)
            urgencies = [job.owners[owner] for job in self._jobs.values() if owner in job.owners]
            if subject != session.subject:
                session.subject, session.has_asked = subject, False
                self._turns.line_up(owner, new=True)
            elif session.has_asked and SHOWN not in urgencies:
                self._turns.line_up(owner, new=False)
            self._drop(owner)

    def call(
        self,
        owner: str,
        key: Key,
        function: Callable[..., Any],
        *arguments: Any,
        priority: int = EXTRA,
        limit_s: float = limits.UNIT_S,
    ) -> Any:
        """What `function(*arguments)` returns, or a Failure, or None while a worker is at it."""
        return self.plan(owner, key, lambda: _single(Unit(function, arguments, limit_s)), priority)

    def plan(self, owner: str, key: Key, steps: Callable[[], Steps], priority: int = EXTRA) -> Any:
        """What the generator `steps()` returns, or a Failure, or None while it is under way."""
        with self._lock:
            session = self._session(owner)
            session.asked = time.monotonic()
            session.has_asked |= priority == SHOWN
            if (known := self.recall(key)) is not None:
                return known
            job = self._jobs.get(key) or self._open(key, steps)
            if isinstance(job, Failure):
                return job
            if job is None:
                return self.recall(key)
            if owner not in job.owners and self._full(owner):
                return None  # asked again at the next look, when there is room
            job.owners[owner] = min(priority, job.owners.get(owner, priority))
            if not job.running:
                self._turns.add(key, owner, job.owners[owner])
        self._hands.look()
        return None

    def recall(self, key: Key) -> Any:
        """What the app's memory holds under `key`, or None."""
        with self._lock:
            return self._memory.get(key)

    def remember(self, key: Key, result: Any) -> None:
        """Keeps `result` in the app's memory, within its bound."""
        with self._lock:
            if _weight(result) <= limits.MEMORY_BYTES:
                self._memory[key] = result

    def pending(self, owner: str) -> int:
        """How many results `owner` still waits for."""
        with self._lock:
            return sum(owner in job.owners for job in self._jobs.values())

    def ahead(self, owner: str) -> int:
        """How many pieces of other people's work come before those of `owner`."""
        with self._lock:
            return self._turns.ahead(owner)

    def sessions(self) -> int:
        """How many sessions have work waiting or under way."""
        with self._lock:
            return len(self._sessions)

    def progress(self, key: Key) -> tuple[float, str] | None:
        """How far the call `key` says it is: (share, text)."""
        with self._lock:
            return self._progress.get(str(key))

    def wait(self, owner: str, timeout: float) -> bool:
        """Waits up to `timeout` seconds for something that `owner` asked for; whether it came."""
        with self._lock:
            session = self._session(owner)
            session.asked = time.monotonic()
        came = session.news.wait(timeout)
        session.news.clear()
        return came

    def wake(self, owner: str) -> None:
        """Ends the wait of `owner`: there is news of another kind."""
        with self._lock:
            self._session(owner).news.set()

    def close(self) -> None:
        """Ends the workers that are ours."""
        self._hands.close()

    # Jobs

    def _open(self, key: Key, steps: Callable[[], Steps]) -> "_Job | Failure | None":
        """A new job, up to its first unit; None when it needed none: its result is remembered."""
        generator = steps()
        try:
            unit = next(generator)
        except StopIteration as done:
            self.remember(key, done.value)
            return None
        except RDError as error:
            failure = Failure(str(error))
            self.remember(key, failure)
            return failure
        job = self._jobs[key] = _Job(key, generator, unit)
        return job

    def _next_unit(self) -> tuple[Key, Unit] | None:
        """The next piece of work for a free worker."""
        with self._lock:
            self._let_go()
            key = self._turns.take(urgent=self._keeps_free())
            if key is None:
                return None
            job = self._jobs[key]
            job.running = True
            if min(job.owners.values()) == SHOWN:
                self._urgent_at = time.monotonic()
            else:
                self._patient.add(key)
            return key, job.unit

    def _keeps_free(self) -> bool:
        """Whether the worker that is free now is kept for pictures: where several people look, and
        have just asked for some, all other work leaves one to them.
        """
        if len(self._sessions) < 2 or time.monotonic() > self._urgent_at + KEPT_FREE_S:
            return False
        return len(self._patient) >= max(1, self._hands.workers - 1)

    def _done(self, key: Key, result: Any, error: BaseException | None) -> None:
        """A unit has come back: the job goes on to its next one, or is done."""
        with self._lock:
            self._patient.discard(key)
            job = self._jobs.get(key)
            if job is None:
                return
            job.running = False
            try:
                job.unit = job.steps.throw(error) if error else job.steps.send(result)
            except StopIteration as done:
                self._finish(job, done.value)
            except (RDError, Overtime) as refusal:
                self._finish(job, Failure(str(refusal)))
            except Exception as fault:  # a defect of one codec must not end the service
                self._finish(job, Failure(_fault(fault)))
            else:
                self._go_on(job)

    def _told(self, event: dict) -> None:
        with self._lock:
            if any(str(key) == event["unit"] for key in self._jobs):
                self._progress[event["unit"]] = event["share"], event["text"]

    def _go_on(self, job: _Job) -> None:
        if not job.owners:  # nobody waits any more: dropped between two units
            job.steps.close()
            del self._jobs[job.key]
            return
        for owner, urgency in job.owners.items():
            self._turns.add(job.key, owner, urgency, front=True)

    def _finish(self, job: _Job, result: Any) -> None:
        del self._jobs[job.key]
        self._progress.pop(str(job.key), None)
        if result is not None:
            self.remember(job.key, result)
        for owner in job.owners:
            self._session(owner).news.set()

    def _drop(self, owner: str) -> None:
        """Drops all that the session has asked for."""
        for key in [key for key, job in self._jobs.items() if owner in job.owners]:
            self._release(key, owner)

    def _release(self, key: Key, owner: str) -> None:
        job = self._jobs[key]
        job.owners.pop(owner, None)
        self._turns.remove(key, owner)
        if not job.owners and not job.running:
            job.steps.close()
            del self._jobs[key]

    # Sessions

    def _session(self, owner: str) -> _Session:
        return self._sessions.setdefault(owner, _Session())

    def _full(self, owner: str) -> bool:
        crowded = len(self._turns) >= limits.UNITS
        return crowded or self._turns.waiting(owner) >= limits.UNITS_PER_SESSION

    def _let_go(self) -> None:
        """Drops the work of sessions that have left."""
        oldest = time.monotonic() - limits.LEASE_S
        for owner in [name for name, s in self._sessions.items() if s.asked < oldest]:
            del self._sessions[owner]
            self._drop(owner)
            self._turns.forget(owner)


def _single(unit: Unit) -> Steps:
    return (yield unit)


def _fault(error: Exception) -> str:
    return f"{type(error).__name__} inside the codec; this is a fault of ours. {error}"


def _weight(result: Any) -> int:
    """Bytes of memory, roughly: what the result says of itself, and a little for the rest."""
    size = len(result) if isinstance(result, bytes) else getattr(result, "nbytes", 0)
    return int(size) + 500
