"""The results behind a choice as they stand now, and the pictures that all of them share."""

from dataclasses import dataclass

import streamlit as st

from core.errors import DataError, RDError
from core.figures.datasets import Drawn
from core.metrics import FORMS
from core.publish import Sources
from core.results import Results
from core.results.curves import Curve, complete_images, mean_curve, quality
from core.sweep.runs import SHIPPED_ID, Run
from dashboard.datasets.choice import Choice, results_of, runs_now
from dashboard.ui.text import plain


@dataclass(frozen=True)
class Entry:
    """One codec of one run; `label` is unique among what is shown, `number` counts the runs."""

    label: str
    codec: str
    number: int
    run: Run
    results: Results

    def drawn(self) -> Drawn:
        """How charts draw it, without a curve."""
        return Drawn(self.label, self.codec, self.number)


@dataclass(frozen=True)
class Gathered:
    """The entries of a choice. `live`: a run is still measuring, so costly work waits.

    `images` are the pictures that all entries have in full; where they share none, it is empty
    and `warning` says so.
    """

    entries: list[Entry]
    metric: str
    live: bool
    images: list[str]
    warning: str = ""

    @property
    def quality(self) -> str:
        """The measure with its unit, for axes and sentences."""
        return FORMS[self.metric].label

    @property
    def unit(self) -> str:
        return FORMS[self.metric].unit

    def images_of(self, entry: Entry) -> list[str]:
        """The pictures to average for `entry`: the common ones, or else its own."""
        return self.images or complete_images(entry.results, [entry.codec])

    def sources(self, *keys: str) -> Sources:
        """What a chart of these results is made of; `keys` are further references."""
        codecs = tuple(dict.fromkeys(entry.codec for entry in self.entries))
        shipped = any(entry.run.id == SHIPPED_ID for entry in self.entries)
        return Sources(codecs, (self.metric,), ("kodak",) if shipped else (), keys)

    def curve(self, entry: Entry) -> Curve | None:
        """The mean curve at constant setting, or None where there is none yet."""
        images = self.images_of(entry)
        try:
            return mean_curve(entry.results, entry.codec, self.metric, images)
        except DataError:
            return None


def gather(choice: Choice) -> Gathered | None:
    """What the runs hold now of the chosen codecs; None, with a hint, where that is nothing."""
    chosen = runs_now(choice.runs)
    live = any(run.running for run in chosen)
    entries = []
    for number, run in enumerate(chosen):
        entries += _entries(run, number, choice.codecs, several=len(chosen) > 1)
    measured = [entry for entry in entries if _has(entry, choice.metric)]
    if measured:
        return Gathered(measured, choice.metric, live, *_common(measured))
    if entries:
        st.info(
            f"None of the chosen codecs has {FORMS[choice.metric].label}: it was not measured, "
            "or the pictures are too small for it."
        )
    else:
        st.info("There are no measurements yet.")
    return None


def _entries(run: Run, number: int, codecs: tuple[str, ...], several: bool) -> list[Entry]:
    try:
        found = results_of(run)
    except RDError as error:
        st.error(f"**{plain(run.name)}**: {plain(str(error))}", icon=":material/block:")
        return []
    suffix = f" · {run.name}" if several else ""
    return [
        Entry(found.title(codec) + suffix, codec, number, run, found)
        for codec in found.codecs()
        if codec in codecs
    ]


def _has(entry: Entry, metric: str) -> bool:
    records = (r for r in entry.results.records if r["codec"] == entry.codec)
    return any(quality(record, metric) is not None for record in records)


def _common(entries: list[Entry]) -> tuple[list[str], str]:
    """(pictures that all entries have in full, what to tell the person about them)."""
    by_run: dict[int, list[Entry]] = {}
    for entry in entries:
        by_run.setdefault(entry.number, []).append(entry)
    complete = []
    everything: set[str] = set()
    for group in by_run.values():
        results = group[0].results
        complete.append(complete_images(results, [e.codec for e in group]))
        everything |= set(results.images())
    shared = set(complete[0]).intersection(*complete)
    common = [image for image in complete[0] if image in shared]
    if not common:
        return [], (
            "No picture was measured in full by all of these. Each curve is over its own "
            "pictures: the codecs alone do not explain the difference, and no BD-rate is given."
        )
    if len(common) < len(everything):
        return common, (
            f"All means are over the {len(common)} of {len(everything)} pictures that every "
            "codec shown has at all its settings; the others would shift the means."
        )
    return common, ""
