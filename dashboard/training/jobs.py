"""The jobs of the Train & models page: watch one, stop it, resume it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import jobs
from core.errors import RDError
from core.figures.training import curve_names, training_chart
from core.jobs import Job
from core.publish import Sources
from dashboard.ui.charts import show_chart
from dashboard.ui.growing import grow
from dashboard.ui.slots import Slot
from dashboard.ui.text import left_text, plain, seconds_text

MARKS = {
    "running": ":blue-badge[running]",
    "done": ":green-badge[done]",
    "cancelled": ":orange-badge[stopped]",
    "failed": ":red-badge[failed]",
    "interrupted": ":orange-badge[killed]",
}
KIND = "training"
MAX_CHARTS = 3
REFUSAL = Slot("train_refusal", "")  # shown at the next drawing, by whatever comes first


def show() -> None:
    """All training jobs, the running ones first and redrawn every second."""
    if not jobs.jobs(KIND):
        st.info(
            "No training has been started here yet. You can use the stored models below all the "
            "same.",
            icon=":material/model_training:",
        )
        return
    running = {job.id for job in jobs.jobs(KIND) if job.state() == "running"}
    grow("train_jobs", lambda: _draw(running), every_s=1.0)


def show_refusal() -> None:
    """Why what the person just asked for was not done, if it was not."""
    if REFUSAL.value:
        st.error(plain(REFUSAL.value), icon=":material/block:")
        REFUSAL.set("")


def _draw(ran_before: set[str]) -> bool:
    """The list; `ran_before` are the jobs that ran when the page was drawn."""
    show_refusal()
    found = jobs.jobs(KIND)
    running = [job for job in found if job.state() == "running"]
    ended = [job for job in found if job not in running]
    if any(job.id in ran_before and job.state() == "done" for job in ended):
        _offer_model()
    for job in running + ended:
        title = f"**{plain(job.title)}** {MARKS[job.state()]}"
        opened = job in running or len(found) == 1
        with st.expander(title, expanded=opened, key=f"job_{job.id}"):
            _show_job(job)
    return not running


def _offer_model() -> None:
    """A training has ended while its page was open: the list of models below is older."""
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.success("A training has finished and stored its model.", icon=":material/check:")
    if right.button("Show it below", key="train_show_model", width="stretch"):
        st.rerun()


def _show_job(job: Job) -> None:
    state, events = job.state(), job.progress()
    steps = [event for event in events if event.get("event") == "progress"]
    if steps:
        _show_progress(steps[-1], running=state == "running")
        _show_charts(job, events)
    elif state == "running":
        st.progress(0.0, "Starting: TensorFlow is loading the data …")
    if state == "failed":
        st.error(plain(_last_words(job, events)), icon=":material/block:")
    _show_buttons(job, state)
    st.caption(f"`python -m core {' '.join(job.args)}`")


def _show_progress(latest: dict[str, Any], running: bool) -> None:
    done, total = latest["step"], latest["steps"]
    text = f"step {done:,} of {total:,} · {seconds_text(latest['step_s'])} per step"
    if running:
        text += f" · {left_text(latest['eta_s'])}"
    st.progress(min(1.0, done / max(1, total)), text)


def _show_charts(job: Job, events: list[dict[str, Any]]) -> None:
    names = curve_names(events)[:MAX_CHARTS]
    for column, name in zip(st.columns(max(1, len(names))), names, strict=False):
        fig = training_chart(events, name)
        show_chart(fig, f"chart_{job.id}_{name}", f"{job.id}-{name}", Sources(), column)


def _last_words(job: Job, events: list[dict[str, Any]]) -> str:
    """The sentence with which a job failed: its last message, or else the end of its log."""
    messages = [event["message"] for event in events if event.get("message")]
    lines = [line for line in job.log().splitlines() if line.strip()]
    said: list[str] = messages or lines or ["It left no message."]
    return said[-1].removeprefix("error: ")


def _show_buttons(job: Job, state: str) -> None:
    with st.container(horizontal=True):
        if state == "running":
            _button(
                "Stop",
                "stop_circle",
                f"stop_{job.id}",
                jobs.cancel,
                job,
                "Stops after the current step and keeps a checkpoint.",
                disabled=job.stopping(),
            )
            return
        if state != "done":
            _button("Resume", "play_circle", f"resume_{job.id}", jobs.resume, job)
        _button(
            "Forget",
            "delete",
            f"forget_{job.id}",
            jobs.remove,
            job,
            "Deletes the job with its checkpoint and its curves; a stored model stays.",
        )


def _button(
    label: str,
    icon: str,
    key: str,
    action: Callable[[Job], None],
    job: Job,
    help: str = "",
    disabled: bool = False,
) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        key=key,
        on_click=_attempt,
        args=(action, job),
        help=help or None,
        disabled=disabled,
    )


def _attempt(action: Callable[[Job], None], job: Job) -> None:
    try:
        action(job)
    except RDError as error:
        REFUSAL.set(str(error))
