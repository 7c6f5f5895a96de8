"""The stored runs: how far they are, their names, results from elsewhere, and deleting."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import jobs
from core.errors import RDError
from core.jobs import Job
from core.sweep import runs
from core.sweep.runs import Run
from dashboard.datasets.choice import RUNS
from dashboard.ui.slots import Slot
from dashboard.ui.text import left_text, plain

PART = Slot("ds_open", "explore")
_PROBLEM = Slot("ds_library_problem", "")
STATES = {
    "running": ":material/hourglass_top: running",
    "done": ":material/check_circle: complete",
    "cancelled": ":material/pause_circle: stopped",
    "failed": ":material/error: failed",
    "interrupted": ":material/power_off: interrupted",
}


def show_progress(run: Run) -> None:
    """How far a run is, and the button that stops or resumes it. Nothing for a finished one."""
    if run.job is None or run.state == "done":
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    events = [event for event in run.job.progress() if "total" in event]
    last = events[-1] if events else None
    if run.running:
        _show_running(run, last, left)
        _action(right, "Stop", f"ds_stop_{run.id}", jobs.cancel, run.job)
        return
    done = f" at {last['done']:,} of {last['total']:,} measurements" if last else ""
    left.warning(
        f"**{plain(run.name)}** was {run.state}{done}. What it measured has been kept."
        + _reason(run, run.job),
        icon=":material/pause_circle:",
    )
    if right.button("Resume", key=f"ds_resume_{run.id}", width="stretch"):
        _attempt(jobs.resume, run.job)
        st.rerun()  # the sections of the page that had ended grow again


def _show_running(run: Run, last: dict[str, Any] | None, place: DeltaGenerator) -> None:
    name = f"**{plain(run.name)}**"
    if last is None:
        place.progress(0.0, f"{name} · starting the worker processes …")
        return
    parts = [
        f"{name} · {last['done']:,} of {last['total']:,} measurements",
        f"{last['rate']:.1f} per second",
    ]
    if last["failed"]:
        parts.append(f"{last['failed']} failed")
    if last.get("eta_s") is not None:
        parts.append(left_text(last["eta_s"]))
    place.progress(min(1.0, last["done"] / max(1, last["total"])), " · ".join(parts))


def _reason(run: Run, job: Job) -> str:
    """The sentence with which a failed run ended, if it left one."""
    if run.state != "failed":
        return ""
    lines = [line for line in job.log().splitlines() if line.startswith("error:")]
    return f" {plain(lines[-1])}" if lines else ""


def show() -> None:
    """The list of all stored runs, and the uploader for results files."""
    if _PROBLEM.value:
        st.error(plain(_PROBLEM.value), icon=":material/block:")
        _PROBLEM.set("")
    for run in runs.runs():
        with st.container(border=True):
            _show_run(run)
    with st.form("ds_import", border=True, clear_on_submit=True):
        file = st.file_uploader(
            "Add results that `python -m core sweep` produced elsewhere",
            ["json"],
            key="ds_import_file",
        )
        if st.form_submit_button("Add to the stored runs") and file is not None:
            _attempt(runs.add, file.name, file.getvalue())
            st.rerun()


def _show_run(run: Run) -> None:
    name, state, show_it, delete = st.columns([4, 3, 1, 1], vertical_alignment="center")
    standing = STATES.get(run.state, run.state)
    if run.job is None:
        name.markdown(f"**{plain(run.name)}**")
    else:
        _name_field(run, name)
        standing += f" · {datetime.fromtimestamp(run.created):%Y-%m-%d %H:%M}"
    state.caption(standing)
    show_it.button(
        "Show", key=f"ds_show_{run.id}", on_click=show_run, args=(run.id,), width="stretch"
    )
    with delete.popover("Delete", disabled=run.job is None or run.running, width="stretch"):
        st.write(f"Delete **{plain(run.name)}** with all its results?")
        _action(st.container(), "Delete it", f"ds_delete_{run.id}", runs.remove, run, "primary")


def _name_field(run: Run, place: DeltaGenerator) -> None:
    field: Slot[str] = Slot(f"ds_name_{run.id}", run.name)
    place.text_input(
        "Name",
        run.name,
        key=field.key,
        label_visibility="collapsed",
        on_change=lambda: _attempt(runs.rename, run, field.value),
    )


def _action(
    place: DeltaGenerator,
    label: str,
    key: str,
    action: Callable[..., None],
    of: Job | Run,
    kind: Any = "secondary",
) -> None:
    """A button that does something to a run."""
    place.button(label, key=key, on_click=_attempt, args=(action, of), type=kind, width="stretch")


def show_run(run_id: str) -> None:
    """Makes the part Explore show this run alone, in the next run of the page."""
    RUNS.set([run_id])
    PART.set("explore")


def _attempt(action: Callable[..., None], *arguments: Any) -> None:
    """Does it, or keeps the sentence that says why not for the next drawing of the list."""
    try:
        action(*arguments)
    except (RDError, OSError) as error:
        _PROBLEM.set(str(error))
