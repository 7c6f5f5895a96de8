"""Answers a question by measuring: every picture to the quality, then all at one setting."""

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from core import results
from core.codecs import registry
from core.codecs.base import Codec, Setting
from core.decide import probes as tries
from core.decide.decision import Decision
from core.decide.probes import Tried, better, joined, position
from core.decide.question import Question
from core.decide.work import Call, Hooks, Record, each
from core.errors import DataError
from core.sweep.journal import Journal
from core.sweep.pools import Pool
from core.sweep.run import Progress
from core.sweep.sources import Item

SEARCH_COST = 5  # files that a search makes, about
STRIDE = 1.05  # between settings on a logarithmic scale that are tried one after the other
ROUNDS = 6  # settings that may be tried for all pictures, where quality turns back


def cost(pictures: int, codecs: int) -> int:
    """How many files a decision makes, about."""
    return pictures * codecs * (SEARCH_COST + 1)


def decide(
    items: Sequence[Item],
    question: Question,
    journal: Journal,
    pool: Pool,
    progress: Progress,
    hooks: Hooks,
    whole: int | None = None,
) -> Decision:
    """The measurements that answer `question` on `items`, a sample of `whole` pictures or all.

    Raises DataError when no picture can be read, `work.Ended` when it is cancelled.
    """
    run = _Run(items, question, journal, pool, progress, hooks)
    run.search()
    if not run.readable():
        first = next(iter(run.unreadable.values()), "there is none")
        raise DataError(f"No picture can be read. The first reason: {first}")
    common = {codec: run.settle(codec) for codec in question.measured}
    return Decision(
        header=results.header([registry.get(name) for name in question.measured]),
        question=question,
        tried=run.ordered(),
        common=common,
        whole=whole or len(items),
        unreadable=run.unreadable,
    )


@dataclass
class _Run:
    """The state of `decide`: what is known of every picture and codec."""

    items: Sequence[Item]
    question: Question
    journal: Journal
    pool: Pool
    progress: Progress
    hooks: Hooks
    tried: dict[tuple[str, str], Tried] = field(default_factory=dict)  # (image, codec)
    files: dict[str, tuple[str, int]] = field(default_factory=dict)  # image -> digest, bytes
    unreadable: dict[str, str] = field(default_factory=dict)  # image -> why

    def readable(self) -> list[Item]:
        """The pictures that could be opened."""
        return [item for item in self.items if item.name not in self.unreadable]

    def ordered(self) -> list[Tried]:
        """What was found, picture by picture."""
        names = [item.name for item in self.readable()]
        return [self.tried[name, codec] for name in names for codec in self.question.measured]

    def search(self) -> None:
        """The smallest file of the quality, for every picture and codec."""
        found = each(self._searches(), self.pool, self.journal, self.progress, self.hooks)
        for item in self.items:
            if item.name in self.unreadable:
                continue
            for codec in self.question.measured:
                self._take(item, codec, found[self._search_key(item, codec)])
        self._leave_out()

    def _leave_out(self) -> None:
        """Pictures that no codec takes say nothing of any: they are left out, with the reason."""
        for item in self.readable():
            tried = [self.tried[item.name, codec] for codec in self.question.measured]
            if not any(t.probes for t in tried):
                self.unreadable[item.name] = tried[0].error
                for codec in self.question.measured:
                    del self.tried[item.name, codec]

    def _searches(self) -> Iterator[Call]:
        q = self.question
        for item in self.items:
            try:
                digest, size = self.files[item.name] = digest_of(item)
            except OSError as error:
                self.unreadable[item.name] = f"{item.name} cannot be read: {error.strerror}."
                self.progress.done += SEARCH_COST * len(q.measured)
                continue
            for codec in q.measured:
                arguments = (digest, "search", size, codec, q.measure, q.target)
                yield Call(self._search_key(item, codec), item, arguments, SEARCH_COST)

    def _take(self, item: Item, codec: str, record: Record) -> None:
        if record.get("unreadable"):
            self.unreadable[item.name] = record["error"]
            return
        if record["error"]:
            size = self.files[item.name][1]
            tried = Tried(item.name, codec, 0, 0, size, error=record["error"])
        else:
            tried = tries.read(record | {"image": item.name})
        self.tried[item.name, codec] = tried

    def settle(self, codec: str) -> float | None:
        """The one setting that keeps the share of all pictures above the quality.

        The best there is where none does; None where the codec takes no picture.
        """
        needed = math.ceil(self.question.share * len(self.readable()) - 1e-9)
        setting = registry.get(codec).setting
        there = [t for (_, name), t in self.tried.items() if name == codec and t.probes]
        if not there:
            return None
        # Sorted so that quality grows: the share of them that lies below is the share kept.
        wanted = [t.required for t in there if t.required is not None]
        ladder = sorted(set(wanted), key=lambda value: position(setting, value))
        if len(wanted) < needed:
            value = ladder[-1] if ladder else setting.span()[1]
            self.measure_all(codec, value)
            return value
        lowest = value = one_setting(wanted, needed, setting)
        for value in islice(upwards(lowest, ladder, setting), ROUNDS):
            self.measure_all(codec, value)
            if self.kept(codec, value) >= needed:
                break
        return value

    def kept(self, codec: str, value: float) -> int:
        """How many pictures have the quality at a setting that all were measured at."""
        found = [t.at(value) for (_, name), t in self.tried.items() if name == codec]
        return sum(probe is not None and probe.quality >= self.question.target for probe in found)

    def measure_all(self, codec: str, value: float) -> None:
        """Every picture at one setting, where the searches have not been there already."""
        lacking = [
            item
            for item in self.readable()
            if self.tried[item.name, codec].probes
            and self.tried[item.name, codec].at(value) is None
        ]
        calls = [self._one(item, codec, value) for item in lacking]
        found = each(calls, self.pool, self.journal, self.progress, self.hooks)
        for item, call in zip(lacking, calls, strict=True):
            record = found[call.key]
            if not record["error"]:
                old = self.tried[item.name, codec]
                more = tries.read(record).probes
                self.tried[item.name, codec] = replace(old, probes=joined((*old.probes, *more)))
        self.progress.done += len(self.items) - len(lacking)

    def _one(self, item: Item, codec: str, value: float) -> Call:
        digest, size = self.files[item.name]
        key = key_of(digest, registry.get(codec), self.question.measure, "at", value)
        return Call(key, item, (digest, "at", size, codec, self.question.measure, value))

    def _search_key(self, item: Item, codec: str) -> str:
        q = self.question
        chosen = registry.get(codec)
        return key_of(self.files[item.name][0], chosen, q.measure, "search", q.target)


def one_setting(wanted: Sequence[float], needed: int, setting: Setting) -> float:
    """The lowest of the settings `wanted` that reaches as many pictures as `needed`.

    It is taken that a picture that is reached at one setting is reached at all better ones.
    """
    return sorted(wanted, key=lambda value: position(setting, value))[needed - 1]


def upwards(value: float, ladder: Sequence[float], setting: Setting) -> Iterator[float]:
    """`value`, the better ones of `ladder`, which is sorted, and then ever better settings.

    Where quality mostly grows, the first keeps what is promised; elsewhere a later one does.
    """
    yield value
    for rung in ladder:
        if position(setting, rung) > position(setting, value):
            value = rung
            yield value
    end = setting.span()[1]
    while value != end:
        if setting.step:
            value = setting.check(value + better(setting) * setting.step)
        elif setting.scale == "log":
            value = _not_beyond(value * STRIDE ** better(setting), setting)
        else:
            value = _not_beyond(
                value + better(setting) * (setting.high - setting.low) / 50, setting
            )
        yield value


def _not_beyond(value: float, setting: Setting) -> float:
    return setting.check(min(max(value, setting.low), setting.high))


def digest_of(item: Item) -> tuple[str, int]:
    """(SHA-256 of the item's file, its length in bytes). Raises OSError."""
    data = item.data or Path(item.path).read_bytes()
    return hashlib.sha256(data).hexdigest(), len(data)


def key_of(digest: str, codec: Codec, *more: object) -> str:
    """The name of a result: the picture's file, the codec with options and versions, all else."""
    identity = [
        digest,
        codec.name,
        sorted(codec.info.options.items()),
        codec.identity(codec.setting.default),
        *more,
    ]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]
