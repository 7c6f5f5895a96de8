"""The decision and the export of this session: jobs whose names stand in the page's address."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import jobs
from core.decide import stored
from core.errors import RDError
from core.jobs import Job
from dashboard.ui import address
from dashboard.ui.growing import grow
from dashboard.ui.slots import Slot
from dashboard.ui.text import left_text, plain

DECISION = Slot("dec_job", "")
EXPORT = Slot("dec_export", "")
PROBLEM = Slot("dec_problem", "")
_NAMES = {stored.KIND: DECISION, stored.EXPORT: EXPORT}


def adopt() -> None:
    """Takes over the jobs that the page's address names, once a session."""
    for kind, slot in _NAMES.items():
        named = st.query_params.get(kind, "")
        if not slot.value and named and stored.find(named, kind) is not None:
            slot.set(named)


def write_link() -> None:
    """Puts the jobs into the address: it leads back to them, also from another browser."""
    link = {kind: slot.value for kind, slot in _NAMES.items() if slot.value}
    address.write(link)


def of(kind: str) -> Job | None:
    """The session's job of a kind, where it still exists."""
    return stored.find(_NAMES[kind].value, kind) if _NAMES[kind].value else None


def attempt(action: Callable[..., Any], *arguments: Any) -> None:
    """Does it, or keeps the sentence that says why not for `show_problem`."""
    try:
        action(*arguments)
    except (RDError, OSError) as error:
        PROBLEM.set(str(error))


def show_problem() -> None:
    """Why what the person just asked for was not done, if it was not."""
    if PROBLEM.value:
        st.error(plain(PROBLEM.value), icon=":material/block:")
        PROBLEM.set("")


def watch(job: Job, doing: str) -> None:
    """The progress of a job until it ends, then the whole page once; how it ended otherwise."""
    state = job.state()
    if state == "done":
        return
    if state == "running":
        grow(f"dec_progress_{job.kind}", lambda: _draw(job, doing), every_s=1.0)
        return
    left, right = st.columns([5, 1], vertical_alignment="center")
    said = {"cancelled": "was stopped", "failed": "failed", "interrupted": "was interrupted"}[state]
    left.warning(
        f"This {said}. What was done has been kept.{_last_words(job)}",
        icon=":material/pause_circle:",
    )
    right.button(
        "Go on",
        key=f"dec_resume_{job.kind}",
        on_click=attempt,
        args=(jobs.resume, job),
        width="stretch",
    )


def _draw(job: Job, doing: str) -> bool:
    if job.state() != "running":
        st.rerun()  # the sections below begin
    left, right = st.columns([5, 1], vertical_alignment="center")
    events = [event for event in job.progress() if "total" in event]
    if not events:
        left.progress(0.0, f"{doing}: starting the processes …")
    else:
        last = events[-1]
        share = min(1.0, last["done"] / max(1, last["total"]))
        words = [f"{doing}: {share:.0%}"]
        if last.get("eta_s"):
            words.append(left_text(last["eta_s"]))
        if last["failed"]:
            words.append("some pictures were refused")
        left.progress(share, " · ".join(words))
    right.button(
        "Stop",
        key=f"dec_stop_{job.kind}",
        on_click=attempt,
        args=(jobs.cancel, job),
        disabled=job.stopping(),
        width="stretch",
    )
    return False


def _last_words(job: Job) -> str:
    """The sentence with which a failed job ended, if it left one."""
    lines = [line for line in job.log().splitlines() if line.startswith("error:")]
    return f" {plain(lines[-1].removeprefix('error: '))}" if lines else ""
