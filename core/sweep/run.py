"""Runs the plan of a sweep in a pool. Work is handed out in a window, so that memory does not grow
with the data set; each result goes to the journal the moment it arrives; equal measurements are
made once.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from core.codecs.base import Codec
from core.metrics import NAMES
from core.results import has
from core.sweep.journal import Journal, Record
from core.sweep.plan import Planned, Unreadable
from core.sweep.pools import Pool


@dataclass
class Progress:
    """How far a sweep is. `done` counts results, reused ones and failures; `measured` only what was
    measured just now.
    """

    total: int
    done: int = 0
    measured: int = 0
    reused: int = 0
    failed: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> float:
        """Measurements per second so far."""
        return self.measured / max(time.monotonic() - self.started, 1e-9)

    @property
    def eta_s(self) -> float | None:
        """Seconds until the end at this rate; None while nothing is known."""
        return (self.total - self.done) / self.rate if self.measured else None


@dataclass
class Outcome:
    """What a run leaves: (image, codec, setting) -> key, for all that it was asked for; the
    failures; whether it got to the end.

    The journal holds the records of the keys, but for what failed or was not reached.
    """

    keys: dict[tuple[str, str, float], str] = field(default_factory=dict)
    failures: list[Record] = field(default_factory=list)
    complete: bool = False

    def records(self, journal: Journal) -> Iterator[Record]:
        """The records in the order of the plan, whatever the order in which they were measured."""
        for (image, _, _), key in self.keys.items():
            if key in journal:
                yield journal.get(key) | {"image": image}


def run(
    plan: Iterable[Planned | Unreadable],
    codecs: dict[str, Codec],
    journal: Journal,
    pool: Pool,
    progress: Progress,
    names: Iterable[str] = NAMES,
    watch: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    known: Mapping[str, Record] = MappingProxyType({}),
) -> Outcome:
    """Makes every measurement of `plan` that neither `journal` nor `known` (earlier records by
    their file's key) holds; says where all are.

    `watch` is called with every step forward. Once `cancelled()` is true nothing more is handed
    out, and what is in flight is dropped. Results come out in the plan's order.
    """
    sweep = _Sweep(codecs, journal, pool, progress, tuple(names), known)
    progress.started = time.monotonic()
    rest = iter(plan)
    planned = next(rest, None)
    while (planned or sweep.waiting) and not cancelled():
        while planned and len(sweep.waiting) < pool.window and not cancelled():
            sweep.take(planned)
            watch(progress)
            planned = next(rest, None)
        if sweep.waiting:
            for key, result in pool.results():
                sweep.serve(key, result)
            watch(progress)
    sweep.outcome.complete = not planned and not sweep.waiting
    return sweep.outcome


@dataclass
class _Sweep:
    """The state of `run`. `waiting` holds, by key, what one measurement in flight will
    serve.
    """

    codecs: dict[str, Codec]
    journal: Journal
    pool: Pool
    progress: Progress
    names: tuple[str, ...]
    known: Mapping[str, Record]
    waiting: dict[str, list[Planned]] = field(default_factory=dict)
    outcome: Outcome = field(default_factory=Outcome)

    def take(self, planned: Planned | Unreadable) -> None:
        """Finds its result in what is known, joins it to an equal one in flight, or hands it
        to the pool.
        """
        if isinstance(planned, Unreadable):
            self._fail(planned.item.name, None, None, planned.error, planned.count)
            return
        self.outcome.keys[planned.item.name, planned.codec, planned.setting] = planned.key
        earlier = self.known.get(planned.file)
        if earlier is not None and has(earlier, self.names):
            self.journal.add(
                planned.key, earlier | {"image": planned.item.name, "key": planned.file}
            )
        if planned.key in self.journal:
            self.progress.done += 1
            self.progress.reused += 1
        elif planned.key in self.waiting:
            self.waiting[planned.key].append(planned)
        else:
            self.waiting[planned.key] = [planned]
            spec = getattr(self.codecs[planned.codec], "spec", None)
            self.pool.submit(
                planned.key,
                planned.item,
                planned.sha256,
                planned.codec,
                spec,
                planned.setting,
                self.names,
            )

    def serve(self, key: str, result: Record) -> None:
        """Stores a result, or the failure of all that waited for it."""
        served = self.waiting.pop(key)
        if "error" in result:
            for planned in served:
                self._fail(planned.item.name, planned.codec, planned.setting, result["error"])
            return
        # The file's key goes with the record, for sweeps that will look for it in these results.
        self.journal.add(key, result | {"key": served[0].file})
        self.progress.measured += 1
        self.progress.reused += len(served) - 1
        self.progress.done += len(served)

    def _fail(
        self, image: str, codec: str | None, setting: float | None, error: str, count: int = 1
    ) -> None:
        failure = {"image": image, "codec": codec, "setting": setting, "error": error}
        self.outcome.failures.append(failure)
        self.journal.fail(failure)
        self.progress.done += count
        self.progress.failed += count
