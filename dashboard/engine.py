"""Measurements for the pages: asked for by content, computed in the background, remembered within a bound.

A page asks for whatever it would like to show (`match`, `point`) and gets the result, or None while it is not there yet.
What a session no longer asks for is dropped from the queue, so a moved slider never waits for its old positions.
Results are keyed by the SHA-256 of the pixels, the codec and the setting; sessions that look at the same picture share them.
"""

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from core.codecs.base import Codec
from core.errors import RDError
from core.images import Picture
from core.metrics import NAMES, QUICK
from core.rd.match import Match, match_bytes, match_quality
from core.rd.measure import Measured, complete, evaluate

MATCH, SHOWN, CURVE, EXTRA = range(4)  # priorities: what is looked at first
LEAVE_S = 30.0  # a session that has not asked for so long is taken to have left: pages ask every second or two
MAX_ENTRIES = 20_000
MAX_BYTES = 256_000_000


@dataclass(frozen=True)
class Failure:
    """A measurement that ended with an error; `reason` is the sentence to show."""

    reason: str


@dataclass
class _Task:
    priority: int
    work: Callable[[], Any]
    owners: set[str] = field(default_factory=set)
    running: bool = False


class _Dropped(Exception):
    """Nobody waits for this task any more."""


class Engine:
    """A few worker threads, a queue that forgets what nobody wants, and a bounded memory of results."""

    def __init__(self, workers: int) -> None:
        self._lock = threading.Condition()
        self._tasks: OrderedDict[tuple, _Task] = OrderedDict()
        self._memory: OrderedDict[tuple, Any] = OrderedDict()
        self._bytes = 0
        self._urgent = time.monotonic()
        self._asked: dict[
            str, float
        ] = {}  # session -> when it last asked for something that is not there
        for number in range(workers):
            threading.Thread(target=self._serve, name=f"measure-{number}", daemon=True).start()

    def wait_until_first_results(self, quiet_s: float = 2, limit_s: float = 20) -> None:
        """Returns once nobody has asked for anything urgent for a while: the first picture is compared and drawn before the
        import of TensorFlow takes a core, and Python's lock, for seconds."""
        end = time.monotonic() + limit_s
        while time.monotonic() < min(end, self._urgent + quiet_s):
            time.sleep(0.2)

    # What pages ask for

    def begin(self, owner: str) -> None:
        """A new run of the session `owner`: what it asked for before, and does not ask for again, is dropped."""
        with self._lock:
            for key in list(self._tasks):
                self._release(key, owner)

    def pending(self, owner: str) -> int:
        """How many results `owner` still waits for."""
        with self._lock:
            return sum(owner in task.owners for task in self._tasks.values())

    def match(
        self,
        owner: str,
        picture: Picture,
        codec: Codec,
        measure_name: str,
        target: float,
        priority: int = MATCH,
    ) -> Match | Failure | None:
        """The codec matched to `target` in `measure_name`: "bytes" (at most), "bytes_at_least", or a quality (at least)."""
        key = (picture.sha256, codec.name, "match", measure_name, target)

        def work() -> Match:
            def size_of(value: float) -> int:
                self._check_wanted(key)
                known = self._recall((picture.sha256, codec.name, "point", value))
                return (
                    known.point.bytes
                    if isinstance(known, Measured)
                    else len(codec.encode(picture.image, value).data)
                )

            def measure_at(value: float, names: tuple[str, ...]) -> Measured:
                self._check_wanted(key)
                quick = set(names) <= set(QUICK)
                return self._measure(picture, codec, value, everything=not quick)

            if measure_name in ("bytes", "bytes_at_least"):
                found = match_bytes(
                    codec,
                    picture.image,
                    int(target),
                    QUICK,
                    size_of,
                    measure_name == "bytes_at_least",
                )
            else:
                found = match_quality(codec, picture.image, measure_name, target, QUICK, measure_at)
            found = replace(found, measured=found.measured.light())
            self._remember(
                (picture.sha256, codec.name, "point", found.measured.point.setting), found.measured
            )
            return found

        return self._ask(owner, key, priority, work)

    def point(
        self, owner: str, picture: Picture, codec: Codec, value: float, priority: int = CURVE
    ) -> Measured | Failure | None:
        """The measurement at one setting, by the quick measures alone unless the others are known already."""
        key = (picture.sha256, codec.name, "point", value)
        full = self._recall((*key, "full"))
        return full or self._ask(
            owner, key, priority, lambda: self._measure(picture, codec, value, everything=False)
        )

    def full(
        self, owner: str, picture: Picture, codec: Codec, value: float, priority: int = EXTRA
    ) -> Measured | Failure | None:
        """The measurement at one setting with all measures (the first one waits for TensorFlow)."""
        key = (picture.sha256, codec.name, "point", value, "full")
        return self._ask(
            owner, key, priority, lambda: self._measure(picture, codec, value, everything=True)
        )

    def known(self, picture: Picture, codec: Codec, value: float) -> Measured | Failure | None:
        """What is remembered of one setting; nothing is computed."""
        key = (picture.sha256, codec.name, "point", value)
        return self._recall((*key, "full")) or self._recall(key)

    def ask(self, owner: str, key: tuple, work: Callable[[], Any], priority: int = EXTRA) -> Any:
        """What `work()` returns, or a Failure, or None while it is not there. `key` names all that decides the result; bytes and
        results with `nbytes` count against the memory's bound."""
        return self._ask(owner, ("own", *key), priority, work)

    # Work

    def _measure(self, picture: Picture, codec: Codec, value: float, everything: bool) -> Measured:
        key = (picture.sha256, codec.name, "point", value)
        if isinstance(known := self._recall((*key, "full")), Measured):
            return known
        known = self._recall(key)
        if not isinstance(known, Measured):
            known = evaluate(codec, picture.image, value, NAMES if everything else QUICK)
        elif everything:
            known = complete(known, codec, picture.image)
        known = known.light()
        self._remember((*key, "full") if everything else key, known)
        return known

    def _ask(self, owner: str, key: tuple, priority: int, work: Callable[[], Any]) -> Any:
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
            if priority == MATCH:
                self._urgent = time.monotonic()
            task = self._tasks.setdefault(key, _Task(priority, work))
            task.priority = min(task.priority, priority)
            task.owners.add(owner)
            self._asked[owner] = time.monotonic()
            self._lock.notify()
            return None

    def _serve(self) -> None:
        while True:
            with self._lock:
                while (key := self._next()) is None:
                    self._lock.wait()
                task = self._tasks[key]
                task.running = True
            try:
                result = task.work()
            except _Dropped:
                result = None
            except RDError as error:
                result = Failure(str(error))
            except Exception as error:  # a defect of a codec must not end the worker
                result = Failure(
                    f"{type(error).__name__} inside the codec; this is a fault of ours. {error}"
                )
            with self._lock:
                self._tasks.pop(key, None)
                if result is not None:
                    self._remember(key, result)

    def _next(self) -> tuple | None:
        for owner in [o for o, asked in self._asked.items() if time.monotonic() - asked > LEAVE_S]:
            del self._asked[owner]
            for key in list(self._tasks):
                self._release(key, owner)
        waiting = [
            (task.priority, i, key)
            for i, (key, task) in enumerate(self._tasks.items())
            if not task.running
        ]
        return min(waiting, key=lambda w: w[:2])[2] if waiting else None

    def _release(self, key: tuple, owner: str) -> None:
        task = self._tasks[key]
        task.owners.discard(owner)
        if not task.owners and not task.running:
            del self._tasks[key]

    def _check_wanted(self, key: tuple) -> None:
        with self._lock:
            if key not in self._tasks or not self._tasks[key].owners:
                raise _Dropped

    # Memory

    def _recall(self, key: tuple) -> Any:
        with self._lock:
            return self._memory.get(key)

    def _remember(self, key: tuple, result: Any) -> None:
        with self._lock:
            self._bytes += _weight(result) - _weight(self._memory.pop(key, None))
            self._memory[key] = result
            while len(self._memory) > MAX_ENTRIES or (
                self._bytes > MAX_BYTES and len(self._memory) > 1
            ):
                self._bytes -= _weight(self._memory.popitem(last=False)[1])


def _weight(result: Any) -> int:
    if isinstance(result, Match):
        return len(result.measured.data)
    if isinstance(result, Measured):
        return len(result.data)
    return len(result) if isinstance(result, bytes) else getattr(result, "nbytes", 0)


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The one engine of this server."""
    return Engine(workers=os.cpu_count() or 2)
