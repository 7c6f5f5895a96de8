"""A decision's figures: what each codec weighs at the quality, and how far that holds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from core.codecs import registry
from core.codecs.base import Setting
from core.decide import statistics
from core.decide.decision import Decision
from core.decide.probes import Tried, position
from core.decide.statistics import Estimate, Spread

Mode = Literal["one", "each"]  # one setting for all pictures, or each at its own


@dataclass(frozen=True)
class Figures:
    """What the pictures weigh with one codec in one mode.

    `bytes` is the sum over all compared pictures. `now` and `baseline` are changes of that sum in
    percent, −30 being 30 % less, against the files as they are and against the baseline codec in
    the same mode, where that takes the pictures. `files` are the lengths of single files,
    `changes` their changes against now.
    """

    bytes: int
    now: Estimate
    baseline: Estimate | None
    files: Spread
    changes: Spread


@dataclass(frozen=True)
class Choice:
    """One codec's answer.

    `setting` is the one for all pictures, at which `reached` of `count` have the quality; of all
    pictures of the kind at least the share `floor` will (95 % confidence). `unmet` pictures have it
    at no setting, `refused` the codec does not take. `able`: it keeps the promised share.
    `encode_s` and `decode_s` are medians in seconds per megapixel at the settings that count.
    `beyond`: by how many percent each picture's own setting changes the bytes of the one setting.
    """

    codec: str
    title: str
    setting: float
    reached: int
    count: int
    floor: float
    unmet: int
    refused: int
    able: bool
    encode_s: float
    decode_s: float
    one: Figures
    each: Figures

    @property
    def beyond(self) -> float:
        return 100 * (self.each.bytes / self.one.bytes - 1)

    def figures(self, mode: Mode) -> Figures:
        return self.one if mode == "one" else self.each


class Answer:
    """The figures of all codecs over the pictures that all of them take."""

    def __init__(self, decision: Decision, seed: int = 0) -> None:
        self.decision = decision
        self._drawn_by: dict[tuple[str, Mode], np.ndarray] = {}
        self.taken = [c for c in decision.question.measured if decision.common.get(c) is not None]
        self.images = [
            image
            for image in decision.images
            if all(decision.table[codec][image].probes for codec in self._qualified())
        ]
        self._drawn = statistics.draw(len(self.images), seed=seed)

    def _qualified(self) -> list[str]:
        """The codecs that take most pictures: one that takes few would leave nothing to compare."""
        share = self.decision.question.share
        count = len(self.decision.images)
        tables = self.decision.table
        return [
            codec
            for codec in self.taken
            if sum(bool(t.probes) for t in tables[codec].values()) >= share * count
        ]

    @property
    def now(self) -> int:
        """Bytes that the compared pictures take as they are."""
        return int(self._now.sum())

    @cached_property
    def _now(self) -> np.ndarray:
        codec = self.decision.question.measured[0]
        rows = self.decision.table[codec]
        return np.array([rows[image].now for image in self.images], float)

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """codec -> its answer, of those that take the pictures."""
        if not self.images:
            return {}
        return {codec: self._choice(codec) for codec in self._qualified()}

    def ratio(self, codec: str, other: str, mode: Mode, confidence: float) -> Estimate:
        """By how many percent the bytes of `codec` differ from those of `other`."""
        mine, theirs = (self._sizes(name, mode).sum() for name in (codec, other))
        drawn = self._totals(codec, mode) / self._totals(other, mode)
        return statistics.estimate(100 * float(mine / theirs - 1), _change(drawn), confidence)

    def _choice(self, codec: str) -> Choice:
        decision, q = self.decision, self.decision.question
        setting = decision.common[codec]
        assert setting is not None
        all_of = list(decision.table[codec].values())
        at_one = [t.at(setting) for t in all_of]
        reached = sum(p is not None and p.quality >= q.target for p in at_one)
        count = len(all_of)
        encode_s, decode_s = _speed(all_of, setting)
        return Choice(
            codec=codec,
            title=decision.title(codec),
            setting=setting,
            reached=reached,
            count=count,
            floor=statistics.share_at_least(reached, count),
            unmet=sum(bool(t.probes) and t.required is None for t in all_of),
            refused=sum(not t.probes for t in all_of),
            able=reached >= math.ceil(q.share * count - 1e-9),
            encode_s=encode_s,
            decode_s=decode_s,
            one=self._figures(codec, "one"),
            each=self._figures(codec, "each"),
        )

    def _figures(self, codec: str, mode: Mode) -> Figures:
        sizes = self._sizes(codec, mode)
        baseline = self.decision.question.baseline
        now = 100 * float(sizes.sum() / self._now.sum() - 1)
        drawn = _change(self._totals(codec, mode) / self._now[self._drawn].sum(axis=1))
        against = None
        if baseline in self._qualified():
            against = self.ratio(codec, baseline, mode, statistics.CONFIDENCE)
        return Figures(
            bytes=int(sizes.sum()),
            now=statistics.estimate(now, drawn),
            baseline=against,
            files=statistics.spread(sizes),
            changes=statistics.spread(_change(sizes / self._now)),
        )

    def _sizes(self, codec: str, mode: Mode) -> np.ndarray:
        """Bytes of each compared picture's file."""
        rows = self.decision.table[codec]
        setting = self.decision.common[codec]
        sizes = []
        for image in self.images:
            tried = rows[image]
            probe = tried.own if mode == "each" else tried.at(setting or 0.0)
            probe = probe or tried.own  # a file that failed at the one setting alone
            assert probe is not None
            sizes.append(probe.bytes)
        return np.array(sizes, float)

    def _totals(self, codec: str, mode: Mode) -> np.ndarray:
        """Bytes of all pictures in each resample."""
        if (codec, mode) not in self._drawn_by:
            if mode == "each":
                totals = self._sizes(codec, mode)[self._drawn].sum(axis=1)
            else:
                totals = self._resampled(codec)
            self._drawn_by[codec, mode] = totals
        return self._drawn_by[codec, mode]

    def _resampled(self, codec: str) -> np.ndarray:
        setting = registry.get(codec).setting
        rows = [self.decision.table[codec][image] for image in self.images]
        required = [math.inf if t.required is None else position(setting, t.required) for t in rows]
        logs = [_log_bytes(t, setting) for t in rows]
        share = self.decision.question.share
        return statistics.totals_at_one(np.array(required), logs, share, self._drawn)


def _log_bytes(tried: Tried, setting: Setting) -> tuple[np.ndarray, np.ndarray]:
    """(positions on the setting's scale, rising; logarithms of the bytes there)."""
    points = sorted((position(setting, p.setting), math.log(p.bytes)) for p in tried.probes)
    x, y = np.array(points).T
    return x, y


def _speed(all_of: Sequence[Tried], setting: float) -> tuple[float, float]:
    """Medians of (encoding, decoding) in seconds per megapixel."""
    times = []
    for tried in all_of:
        probe = tried.at(setting) or tried.own
        if probe is not None:
            size = tried.width * tried.height / 1e6
            times.append((probe.encode_s / size, probe.decode_s / size))
    encode_s, decode_s = np.median(times, axis=0)
    return float(encode_s), float(decode_s)


def _change(ratio: np.ndarray) -> np.ndarray:
    """Ratios as changes in percent: 0.7 is −30."""
    return 100 * (ratio - 1)
