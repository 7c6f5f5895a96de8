"""What the person has chosen to see: which runs, which of their codecs, by which measure."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from core.codecs.registry import CODECS
from core.errors import RDError
from core.metrics import FORMS
from core.results import Results
from core.sweep import runs
from core.sweep.journal import Watcher
from core.sweep.runs import Run
from dashboard.ui.slots import Slot
from dashboard.ui.text import plain

RUNS: Slot[list[str]] = Slot("ds_runs", [])
SHOWN: Slot[list[str]] = Slot("ds_shown", [])
METRIC = Slot("ds_metric", "psnr")
MAX_RUNS = 5
EASILY_SEEN = 8  # curves in one chart
WELL_KNOWN = ("jpeg", "jpeg2000", "webp", "avif", "jpegxl", "vvc", "bls2017-neural", "svd")


@dataclass(frozen=True)
class Choice:
    """The ids of the runs, the names of the codecs, and a key of `core.metrics.FORMS`."""

    runs: tuple[str, ...]
    codecs: tuple[str, ...]
    metric: str


@st.cache_resource(max_entries=8, show_spinner="Reading the results …")
def _finished(stamp: tuple[str, int], _run: Run) -> Results:
    return runs.load(_run)


@st.cache_resource(max_entries=8, show_spinner=False)
def _watcher(run_id: str, _run: Run) -> Watcher:
    return runs.watcher(_run)


def results_of(run: Run) -> Results:
    """All results of a finished run, or those so far of any other. Raises DataError."""
    if run.path.exists() and not run.running:
        return _finished(run.stamp, run)
    return _watcher(run.id, run).look()


def runs_now(ids: tuple[str, ...] | list[str]) -> list[Run]:
    """The stored runs of these ids as they stand now, in the order of `ids`."""
    stored = {run.id: run for run in runs.runs()}
    return [stored[i] for i in ids if i in stored]


def choose_runs() -> list[Run]:
    """The choice of stored runs; the newest that was started is chosen at first."""
    stored = {run.id: run for run in runs.runs()}
    known = [i for i in RUNS.value if i in stored]
    RUNS.set(known or list(stored)[:1])
    st.multiselect(
        "Runs",
        list(stored),
        format_func=lambda i: stored[i].name,
        key=RUNS.key,
        persist_state="session",
        max_selections=MAX_RUNS,
        help="Choose several to compare them: yesterday's with today's, or two data sets.",
    )
    return [stored[i] for i in RUNS.value]


def choose(chosen: list[Run]) -> Choice | None:
    """The choice of codecs and measure; None, with a hint on the page, where there is nothing."""
    titles: dict[str, str] = {}
    for run in chosen:
        try:
            titles |= _titles(run)
        except RDError as error:
            st.error(f"**{plain(run.name)}**: {plain(str(error))}", icon=":material/block:")
    if not titles:
        nothing = "There are no measurements yet."
        st.info(nothing if chosen else "Choose a run above, or start a sweep.")
        return None
    left, right = st.columns([3, 1])
    with left:
        _choose_codecs(titles)
    METRIC.begin_within(FORMS)
    right.selectbox(
        "Measure",
        list(FORMS),
        format_func=lambda name: FORMS[name].label,
        key=METRIC.key,
        persist_state="session",
    )
    return Choice(tuple(run.id for run in chosen), tuple(SHOWN.value), METRIC.value)


def _choose_codecs(titles: Mapping[str, str]) -> None:
    known = [codec for codec in SHOWN.value if codec in titles]
    SHOWN.set(known or at_first(list(titles)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.multiselect(
            "Codecs shown",
            list(titles),
            format_func=titles.__getitem__,
            key=SHOWN.key,
            persist_state="session",
        )
        if len(SHOWN.value) < len(titles):
            st.button(f"All {len(titles)}", key="ds_all", on_click=_show, args=(list(titles),))


def at_first(codecs: list[str]) -> list[str]:
    """Those that a chart opens with: all, or where they are too many for the eye, the well-known
    ones.
    """
    if len(codecs) <= EASILY_SEEN:
        return codecs
    return [codec for codec in WELL_KNOWN if codec in codecs] or codecs[:EASILY_SEEN]


def _show(codecs: list[str]) -> None:
    SHOWN.set(codecs)


def _titles(run: Run) -> dict[str, str]:
    """Codec -> title: those measured, and for a run that is going on those still to come."""
    found = results_of(run)
    titles = {codec: found.title(codec) for codec in found.codecs()}
    if run.running:
        coming = [codec for codec in _asked_for(run) if codec in CODECS]
        titles = {codec: CODECS[codec].info.title for codec in coming} | titles
    return titles


def _asked_for(run: Run) -> list[str]:
    """The codecs on the command line of a run."""
    args = run.job.args if run.job else []
    return args[args.index("-c") + 1].split(",") if "-c" in args else []
