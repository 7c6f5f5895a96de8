"""Carries out an order: settings first, then files; the promise is checked on the files."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.codecs import registry
from core.decide import question
from core.decide import run as decisions
from core.decide.probes import Tried, position
from core.decide.probes import read as read_tried
from core.decide.run import ROUNDS, SEARCH_COST, key_of
from core.decide.work import Call, Hooks, Record, each
from core.export.files import Files
from core.export.order import Order
from core.sweep.journal import Journal
from core.sweep.pools import Pool
from core.sweep.run import Progress
from core.sweep.sources import Item

SAMPLE = 40  # pictures on which the search for the one setting begins


@dataclass(frozen=True)
class Exported:
    """What there is in the end: one record a picture and codec, in order.

    A record has the path of its file under "file", or why there is none under "error". `settings`
    has the one setting of each codec, where there is one.
    """

    order: Order
    records: list[Record]
    settings: dict[str, float]

    def of(self, codec: str) -> list[Record]:
        """The records of one codec."""
        return [record for record in self.records if record["codec"] == codec]


def cost(order: Order, pictures: int) -> int:
    """How many files an export makes, about."""
    if order.target is None:
        searched = 0
    elif order.mode == "each":
        searched = SEARCH_COST * pictures
    else:
        # A setting that is given begins the search; it mostly ends it too.
        lacking = [codec for codec in order.codecs if codec not in order.settings]
        searched = (SEARCH_COST + 1) * min(pictures, SAMPLE) if lacking else 0
    return len(order.codecs) * (pictures + searched)


def export(
    items: Sequence[Item],
    order: Order,
    folder: Path,
    journal: Journal,
    pool: Pool,
    progress: Progress,
    hooks: Hooks,
) -> Exported:
    """Writes the files of `order` below `folder`. What `journal` holds is not made again.

    Raises DataError where no picture can be read, `work.Ended` when it is cancelled.
    """
    files = Files(items, order, folder, journal, pool, progress, hooks)
    files.look()
    run = _Run(files, order, journal, pool, progress, hooks)
    for codec in order.codecs:
        run.carry_out(codec)
    return Exported(order, files.ordered(), run.settings)


@dataclass
class _Run:
    """The state of `export`: which settings the files are made at."""

    files: Files
    order: Order
    journal: Journal
    pool: Pool
    progress: Progress
    hooks: Hooks
    settings: dict[str, float] = field(default_factory=dict)

    def carry_out(self, codec: str) -> None:
        """All files of one codec."""
        order = self.order
        if order.target is None:
            self.settings[codec] = order.settings[codec]
            self.files.write(codec, self._all_at(order.settings[codec]))
        elif order.mode == "each":
            found = self.search(codec, self.files.readable())
            self.files.write(codec, {name: _own(tried) for name, tried in found.items()})
        else:
            self._at_one(codec)

    def _all_at(self, value: float) -> dict[str, float]:
        """Every picture at one setting."""
        return {item.name: value for item in self.files.readable()}

    def search(self, codec: str, items: Sequence[Item]) -> dict[str, Tried]:
        """image -> the searches for the quality; refused pictures get their record at once."""
        order = self.order
        calls: dict[str, Call] = {}
        found: dict[str, Tried] = {}
        for item in items:
            known = order.known.get((item.name, codec))
            if known is not None and known.probes:
                found[item.name] = known
                self.progress.done += SEARCH_COST
                continue
            digest, size = self.files.digests[item.name]
            chosen = registry.get(codec)
            key = key_of(digest, chosen, order.measure, "search", order.target)
            arguments = (digest, "search", size, codec, order.measure, order.target)
            calls[item.name] = Call(key, item, arguments, SEARCH_COST)
        results = each(calls.values(), self.pool, self.journal, self.progress, self.hooks)
        for image, call in calls.items():
            record = results[call.key]
            if record["error"]:
                self.files.refuse(image, codec, record)
            else:
                found[image] = read_tried(record | {"image": image})
        return found

    def _at_one(self, codec: str) -> None:
        """All files at one setting, raised until the share of them has the quality."""
        value = self._start(codec)
        for round_ in range(ROUNDS):
            # A setting that an earlier run went on to: its files have replaced the earlier ones.
            later = self._marker(codec, round_ + 1)
            if later in self.journal:
                value = self.journal.get(later)["setting"]
                continue
            self.settings[codec] = value
            self.files.write(codec, self._all_at(value))
            higher = self._higher(codec, value)
            if higher is None:
                return
            value = higher
            self.journal.add(later, {"setting": value})
        self.settings[codec] = value
        self.files.write(codec, self._all_at(value))

    def _marker(self, codec: str, round_: int) -> str:
        """The journal's key of the setting at which a round begins."""
        every = "".join(digest for digest, _ in self.files.digests.values())
        digest = hashlib.sha256(every.encode()).hexdigest()
        order = self.order
        more = order.measure, order.target, order.share, order.settings.get(codec), round_
        return key_of(digest, registry.get(codec), "one", *more)

    def _start(self, codec: str) -> float:
        """The setting to begin with: the given one, or the one of a sample."""
        order = self.order
        if codec in order.settings:
            return order.settings[codec]
        first = self._marker(codec, 0)
        if first in self.journal:
            return float(self.journal.get(first)["setting"])
        assert order.target is not None
        asked = question.Question(order.measure, order.target, (codec,), codec, order.share)
        chosen = question.sample(self.files.items, SAMPLE)
        decision = decisions.decide(
            chosen, asked, self.journal, self.pool, self.progress, self.hooks, len(self.files.items)
        )
        value = decision.common[codec]
        if value is None:  # it takes none of the sample: its reasons will be in the records
            value = registry.get(codec).setting.default
        self.journal.add(first, {"setting": value})
        return value

    def _higher(self, codec: str, value: float) -> float | None:
        """A better setting where too few files have the quality; None where nothing is to gain."""
        order = self.order
        records = self.files.records
        there = [item for item in self.files.readable() if "file" in records[item.name, codec]]
        reached = [item for item in there if order.reaches(records[item.name, codec])]
        needed = math.ceil(order.share * len(there) - 1e-9)
        if len(reached) >= needed:
            return None
        failing = [item for item in there if item not in reached]
        setting = registry.get(codec).setting
        wanted = sorted(
            (tried.required for tried in self.search(codec, failing).values() if tried.required),
            key=lambda wished: position(setting, wished),
        )
        if not wanted:
            return None
        higher = wanted[min(needed - len(reached), len(wanted)) - 1]
        if position(setting, higher) > position(setting, value):
            return higher
        # Quality turns back there: the next better setting, if there is one.
        better = [w for w in wanted if position(setting, w) > position(setting, value)]
        return better[0] if better else None


def _own(tried: Tried) -> float | None:
    """The setting to export a picture at: the required one, or the best where none is enough."""
    own: Any = tried.own
    return own and own.setting
