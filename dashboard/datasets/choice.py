"""What the Data sets page shows: which runs, which of their codecs, by which measure, over which pictures."""

from dataclasses import dataclass

import streamlit as st

from core.errors import RDError
from core.metrics import FORMS
from core.results import Results, analysis
from core.sweep import runs
from core.sweep.runs import Run
from dashboard import state

KEYS = (
    "ds_runs",
    "ds_metric",
    "ds_shown",
    "ds_section",
    "ds_mean",
    "ds_log",
    "ds_quartiles",
    "ds_singles",
    "ds_anchor",
    "ds_side",
)


@dataclass(frozen=True)
class Entry:
    """One codec of one run; `label` is unique among what is shown."""

    label: str
    codec: str
    number: int
    run: Run
    results: Results


@dataclass(frozen=True)
class Shown:
    """Everything chosen. `images` are those that all entries have in full; empty, with a `warning`, when they share none."""

    entries: list[Entry]
    metric: str
    images: list[str]
    warning: str = ""

    @property
    def quality(self) -> str:
        return FORMS[self.metric].label

    def images_of(self, entry: Entry) -> list[str]:
        """The pictures to average for `entry`: the common ones, or its own where there are none."""
        return self.images or analysis.complete_images(entry.results, [entry.codec])


@st.cache_resource(max_entries=8, show_spinner="Reading the results …")
def _finished(stamp: tuple[str, int], _run: Run) -> Results:
    return runs.load(_run)


@st.cache_resource(max_entries=8, show_spinner=False)
def _watcher(run_id: str, _run: Run):
    return runs.watcher(_run)


def results_of(run: Run) -> Results:
    """The results of a finished run, or what a run that is not finished has measured so far."""
    if run.path.exists() and not run.running:
        return _finished(run.stamp, run)
    return _watcher(run.id, run).look()


def choose_runs() -> list[Run]:
    """The multiselect of stored runs; the newest one that has started is chosen at first."""
    ss = st.session_state
    there = {run.id: run for run in runs.runs()}
    state.keep(*KEYS)
    known = [i for i in ss.get("ds_runs", []) if i in there] or list(there)[:1]
    if ss.get("ds_runs") != known:
        ss.ds_runs = known
    ids = st.multiselect(
        "Runs",
        list(there),
        format_func=lambda i: there[i].name,
        key="ds_runs",
        max_selections=5,
        help="Choose several to compare them: yesterday's with today's, or two data sets.",
    )
    return [there[i] for i in ids]


def choose(chosen: list[Run]) -> Shown | None:
    """The controls for codecs and measure. None, with a word on the page, while there is nothing to show."""
    ss = st.session_state
    entries = []
    for number, run in enumerate(chosen):
        try:
            found = results_of(run)
        except RDError as error:
            st.error(f"**{run.name}**: {error}", icon=":material/block:")
            continue
        several = len(chosen) > 1
        entries += [
            Entry(
                f"{found.title(c)} · {run.name}" if several else found.title(c),
                c,
                number,
                run,
                found,
            )
            for c in found.codecs()
        ]
    if not entries:
        st.info(
            "There is no measurement yet." if chosen else "Choose a run above, or start a sweep."
        )
        return None
    codecs = {e.codec: e.results.title(e.codec) for e in entries}
    known = [c for c in ss.get("ds_shown", []) if c in codecs] or list(codecs)
    if ss.get("ds_shown") != known:
        ss.ds_shown = known
    left, right = st.columns([3, 1])
    shown = left.multiselect("Codecs shown", list(codecs), format_func=codecs.get, key="ds_shown")
    metric = right.selectbox(
        "Measure", list(FORMS), format_func=lambda name: FORMS[name].label, key="ds_metric"
    )
    entries = [e for e in entries if e.codec in shown and _has(e, metric)]
    if not entries:
        st.info(
            f"No chosen codec has {FORMS[metric].label}: it was not measured, or the pictures are too small for it."
        )
        return None
    return Shown(entries, metric, *_common(entries))


def _has(entry: Entry, metric: str) -> bool:
    return any(
        analysis.quality(r, metric) is not None
        for r in entry.results.records
        if r["codec"] == entry.codec
    )


def _common(entries: list[Entry]) -> tuple[list[str], str]:
    """(pictures that all entries have in full, what to tell the person about them)."""
    per_run: dict[int, list[Entry]] = {}
    for entry in entries:
        per_run.setdefault(entry.number, []).append(entry)
    whole = [
        analysis.complete_images(group[0].results, [e.codec for e in group])
        for group in per_run.values()
    ]
    common = [image for image in whole[0] if all(image in images for images in map(set, whole))]
    everything = {image for group in per_run.values() for image in group[0].results.images()}
    if not common:
        return [], (
            "No picture was measured by all of these in full. Each curve is over its own pictures: their difference is "
            "not the codecs' alone, and no BD-rate is given."
        )
    if len(common) < len(everything):
        return common, (
            f"All means are over the {len(common)} of {len(everything)} pictures that every shown codec has at all "
            "its settings; the others would shift the means."
        )
    return common, ""
