"""The stored runs: how they stand, their names, bringing in results made elsewhere, and deleting."""

from datetime import datetime

import streamlit as st

from core import jobs
from core.errors import RDError
from core.sweep import runs
from core.sweep.runs import Run
from dashboard.ui.text import seconds_text

STATES = {
    "running": ":material/hourglass_top: running",
    "done": ":material/check_circle: complete",
    "cancelled": ":material/pause_circle: stopped",
    "failed": ":material/error: failed",
    "interrupted": ":material/power_off: interrupted",
}


def show_progress(run: Run) -> None:
    """How far a run is, with the button that stops it or lets it go on. Nothing for a finished one."""
    if run.job is None or run.state == "done":
        return
    last = next((e for e in reversed(run.job.progress()) if "total" in e), None)
    left, right = st.columns([5, 1], vertical_alignment="center")
    if run.running:
        if last is None:
            left.progress(0.0, f"**{run.name}** · starting the worker processes …")
        else:
            eta = (
                f" · about {seconds_text(last['eta_s'])} left"
                if last.get("eta_s") is not None
                else ""
            )
            failed = f" · {last['failed']} failed" if last["failed"] else ""
            done = (
                f"{last['done']:,} of {last['total']:,} measurements · {last['rate']:.1f} a second"
            )
            left.progress(
                min(1.0, last["done"] / max(1, last["total"])),
                f"**{run.name}** · {done}{failed}{eta}",
            )
        right.button(
            "Stop", key=f"ds_stop_{run.id}", on_click=jobs.cancel, args=(run.job,), width="stretch"
        )
        return
    done = f" at {last['done']:,} of {last['total']:,} measurements" if last else ""
    left.warning(
        f"**{run.name}** was {run.state}{done}. What it measured is kept." + _said(run),
        icon=":material/pause_circle:",
    )
    right.button(
        "Go on",
        key=f"ds_resume_{run.id}",
        on_click=_attempt,
        args=(jobs.resume, run.job),
        width="stretch",
    )


def _said(run: Run) -> str:
    if run.state != "failed" or run.job is None:
        return ""
    lines = [line for line in run.job.log().splitlines() if line.startswith("error:")]
    return f" {lines[-1]}" if lines else ""


def show() -> None:
    """The list of all stored runs, and the uploader for results files."""
    ss = st.session_state
    if problem := ss.pop("ds_library_problem", None):
        st.error(problem, icon=":material/block:")
    for run in runs.runs():
        with st.container(border=True):
            left, middle, show_it, delete = st.columns([4, 3, 1, 1], vertical_alignment="center")
            if run.job is None:
                left.markdown(f"**{run.name}**")
            else:
                left.text_input(
                    "Name",
                    run.name,
                    key=f"ds_name_{run.id}",
                    label_visibility="collapsed",
                    on_change=lambda run=run: _attempt(runs.rename, run, ss[f"ds_name_{run.id}"]),
                )
            when = (
                ""
                if run.job is None
                else f" · {datetime.fromtimestamp(run.created):%Y-%m-%d %H:%M}"
            )
            middle.caption(f"{STATES.get(run.state, run.state)}{when}")
            show_it.button(
                "Show", key=f"ds_show_{run.id}", on_click=_show, args=(run,), width="stretch"
            )
            with delete.popover("Delete", disabled=run.job is None or run.running, width="stretch"):
                st.write(f"Delete **{run.name}** with all its results?")
                st.button(
                    "Delete it",
                    key=f"ds_delete_{run.id}",
                    type="primary",
                    on_click=_attempt,
                    args=(runs.remove, run),
                )
    with st.form("ds_import", border=True, clear_on_submit=True):
        file = st.file_uploader(
            "Bring in results of `python -m core sweep` made elsewhere",
            ["json"],
            key="ds_import_file",
        )
        if st.form_submit_button("Add to the stored runs") and file is not None:
            _attempt(runs.add, file.name, file.getvalue())
            st.rerun()


def _show(run: Run) -> None:
    st.session_state.update(ds_runs=[run.id], ds_open="explore")


def _attempt(action, *arguments) -> None:
    """Does it, or keeps the sentence that says why not for the next drawing of the list."""
    try:
        action(*arguments)
    except (RDError, OSError) as error:
        st.session_state.ds_library_problem = str(error)
