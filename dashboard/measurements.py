"""What Compare and Photos measure: asked for by content, computed by the service, remembered.

A page asks for whatever it would like to show (`match`, `point`, `complete`, `png`) and gets the
result, a Failure with the sentence to show, or None while it is not there. Results are keyed by the
SHA-256 of the pixels, the codec with its options, and the setting; sessions that look at the same
picture share them, and they outlive the app on disk.
"""

from collections.abc import Callable, Generator, Iterable
from typing import Any

import streamlit as st

from core.codecs.base import Codec
from core.compute import CURVE, EXTRA, FIGURES, SHOWN, Failure, Service, Unit, limits
from core.compute.store import Store
from core.images import Picture
from core.metrics import NAMES, QUICK
from core.rd import tasks
from core.rd.match import (
    Attempt,
    Found,
    Match,
    answer,
    attempt_of,
    quality_error,
    search_bytes,
    search_quality,
    target_measure,
)
from core.rd.measure import Measured
from dashboard.memory import Memory, png_key
from dashboard.waiting import service

BYTES, BYTES_AT_LEAST = "bytes", "bytes_at_least"

Work = Generator[Unit, Any, Any]


class Measurements:
    """The questions of the pages, as work for the service."""

    def __init__(self, service: Service, store: Store) -> None:
        self.service = service
        self._memory = Memory(service, store)

    # What pages ask for

    def match(
        self,
        owner: str,
        picture: Picture,
        codec: Codec,
        measure: str,
        target: float,
        priority: int = SHOWN,
    ) -> Match | Failure | None:
        """The codec matched to `target` in `measure`, with its picture known to `png`.

        `measure` is BYTES (at most), BYTES_AT_LEAST, or a quality (at least, in its form).
        """
        key = ("match", picture.sha256, codec.name, measure, target)
        return self.service.plan(
            owner, key, lambda: self._matching(picture, codec, measure, target), priority
        )

    def point(
        self, owner: str, picture: Picture, codec: Codec, value: float, priority: int = CURVE
    ) -> Measured | Failure | None:
        """The measurement at one setting, with the quick measures and what else is known."""
        if (known := self.known(picture, codec, value)) is not None:
            return known
        key = ("measured", picture.sha256, codec.name, value)
        return self.service.plan(
            owner, key, lambda: self._measuring(picture, codec, value), priority
        )

    def shown(
        self, owner: str, picture: Picture, codec: Codec, value: float
    ) -> Measured | Failure | None:
        """The measurement at a setting that a person chose, with its picture known to `png`."""
        key = ("shown", picture.sha256, codec.name, value)
        return self.service.plan(owner, key, lambda: self._showing(picture, codec, value), SHOWN)

    def complete(
        self,
        owner: str,
        picture: Picture,
        codec: Codec,
        measured: Measured,
        names: Iterable[str] = NAMES,
        priority: int = FIGURES,
    ) -> Measured | Failure | None:
        """The measurement with all of `names` that the picture allows."""
        names = tuple(names)
        best = self._memory.richest(picture, codec, measured)
        if not best.point.lacks(names):
            return best
        key = ("complete", picture.sha256, codec.name, measured.point.setting, names)
        return self.service.plan(
            owner, key, lambda: self._completing(picture, codec, best, names), priority
        )

    def known(self, picture: Picture, codec: Codec, value: float) -> Measured | None:
        """What the memory holds of one setting; nothing is computed."""
        return self._memory.known(picture, codec, value)

    def richest(self, picture: Picture, codec: Codec, measured: Measured) -> Measured:
        """`measured` with all that is known of its setting; nothing is computed."""
        return self._memory.richest(picture, codec, measured)

    def png(
        self, owner: str, picture: Picture, codec: Codec, measured: Measured, priority: int = SHOWN
    ) -> bytes | Failure | None:
        """The picture that a file decodes to, as PNG."""
        value = measured.point.setting
        return self.service.plan(
            owner,
            png_key(picture, codec, value),
            lambda: self._decoding(picture, codec, measured),
            priority,
        )

    def original(self, owner: str, picture: Picture) -> bytes | Failure | None:
        """The picture itself as PNG."""
        key = ("original", picture.sha256)
        return self.service.plan(owner, key, lambda: self._original(picture), SHOWN)

    # Work: generators that yield units

    def _matching(self, picture: Picture, codec: Codec, measure: str, target: float) -> Work:
        record = self._memory.match(picture, codec, measure, target)
        if record is not None:
            value = float(record["setting"])
            measured = yield from self._showing(picture, codec, value)
            if measure not in (BYTES, BYTES_AT_LEAST):
                measured = yield from self._measuring(picture, codec, value, (measure,))
            return Match(measured, target, record["error"], record["met"], record["encodes"])
        if measure in (BYTES, BYTES_AT_LEAST):
            found, measured = yield from self._fitting(picture, codec, measure, int(target))
            value = found.value
            error = measured.point.bytes / target - 1
        else:
            found = yield from self._reaching(picture, codec, measure, target)
            value = found.value
            yield from self._showing(picture, codec, value)
            measured = yield from self._measuring(picture, codec, value, (measure,))
            error = quality_error(measured, measure, target)
        match = Match(measured, target, error, found.met, found.encodes)
        record = {"setting": value, "error": error, "met": found.met, "encodes": found.encodes}
        self._memory.keep_match(picture, codec, measure, target, record)
        return match

    def _fitting(
        self, picture: Picture, codec: Codec, measure: str, budget: int
    ) -> Generator[Unit, Any, tuple[Found, Measured]]:
        """The setting that fits `budget`, and its measurement, with its picture known to `png`.

        Where the file is not as long as was known, what was known is forgotten by now: once more.
        """
        found, measured, expected = yield from self._fitted(picture, codec, measure, budget)
        if measured.point.bytes != expected:
            found, measured, _ = yield from self._fitted(picture, codec, measure, budget)
        return found, measured

    def _fitted(
        self, picture: Picture, codec: Codec, measure: str, budget: int
    ) -> Generator[Unit, Any, tuple[Found, Measured, int | None]]:
        """What `_fitting` gives, and the length that its file should have."""
        at_least = measure == BYTES_AT_LEAST
        sizes = self._memory.sizes(picture, codec)
        pixels = picture.width * picture.height
        found = answer(search_bytes(codec, pixels, budget, at_least, sizes))
        step, encodes = tasks.Fitted({}, found, None), 0
        while step.found is None:
            given = picture, codec, budget, at_least, sizes, step.best, QUICK
            step = yield self._unit(picture, tasks.fit, *given)
            encodes += len(step.sizes)
            sizes = self._memory.add_sizes(picture, codec, step.sizes)
        found = step.found._replace(encodes=encodes)
        if step.shown:
            measured = self._memory.keep_shown(picture, codec, *step.shown)
        else:
            timed = step.best[1] if step.best else None
            measured = yield from self._showing(picture, codec, found.value, timed)
        return found, measured, sizes.get(found.value)

    def _reaching(
        self, picture: Picture, codec: Codec, measure: str, target: float
    ) -> Generator[Unit, Any, Found]:
        """The setting that reaches a quality."""
        name = target_measure(measure, picture.height, picture.width).name
        probes: dict[float, Attempt] = {}
        for value in self._memory.sizes(picture, codec):
            known = self.known(picture, codec, value)
            if known is not None and not known.point.lacks((name,)):
                probes[value] = attempt_of(known, name)
        search = search_quality(codec, name, target, probes)
        try:
            value = next(search)
            while True:
                names = tuple(dict.fromkeys((*QUICK, name)))
                measured = yield from self._measuring(picture, codec, value, names)
                value = search.send(attempt_of(measured, name))
        except StopIteration as done:
            return done.value

    def _measuring(
        self, picture: Picture, codec: Codec, value: float, names: tuple[str, ...] = QUICK
    ) -> Work:
        known = self._memory.recall(picture, codec, value)
        if known is None:
            known = yield self._unit(picture, tasks.measure, picture, codec, value, names)
            return self._memory.keep(picture, codec, known)
        if known.point.lacks(names):
            known = yield self._unit(picture, tasks.add_measures, picture, codec, known, names)
            return self._memory.keep(picture, codec, known)
        return known

    def _showing(
        self, picture: Picture, codec: Codec, value: float, timed: tasks.Timed | None = None
    ) -> Work:
        known = self._memory.recall(picture, codec, value)
        if known is not None:
            yield from self._decoding(picture, codec, known)
            return known
        shown = yield self._unit(picture, tasks.show, picture, codec, value, timed, QUICK)
        return self._memory.keep_shown(picture, codec, *shown)

    def _decoding(self, picture: Picture, codec: Codec, measured: Measured) -> Work:
        value = measured.point.setting
        png = self._memory.png(picture, codec, value)
        if png is None:
            png = yield self._unit(picture, tasks.decoded_png, codec, measured.data)
            self._memory.keep_png(picture, codec, value, png)
        return png

    def _original(self, picture: Picture) -> Work:
        png = self._memory.original(picture)
        if png is None:
            png = yield self._unit(picture, tasks.picture_png, picture)
            self._memory.keep_original(picture, png)
        return png

    def _completing(
        self, picture: Picture, codec: Codec, measured: Measured, names: tuple[str, ...]
    ) -> Work:
        for name in measured.point.lacks(names):  # one a unit: some take seconds
            measured = self._memory.richest(picture, codec, measured)
            if measured.point.lacks((name,)):
                one = (name,)
                unit = self._unit(picture, tasks.add_measures, picture, codec, measured, one)
                measured = self._memory.keep(picture, codec, (yield unit))
        return measured

    @staticmethod
    def _unit(picture: Picture, function: Callable[..., Any], *arguments: Any) -> Unit:
        return Unit(function, arguments, limits.unit_seconds(picture.width * picture.height))


@st.cache_resource(show_spinner=False)
def measurements() -> Measurements:
    """The one of this server."""
    return Measurements(service(), Store())


__all__ = ["CURVE", "EXTRA", "FIGURES", "SHOWN", "Failure", "Measurements", "measurements"]
