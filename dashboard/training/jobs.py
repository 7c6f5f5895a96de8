"""The jobs of the Train & models page: watch one, stop it, go on with it."""

import streamlit as st

from core import jobs
from core.errors import RDError
from core.jobs import Job
from dashboard.training.charts import curve_names, training_chart
from dashboard.ui.charts import chart_config
from dashboard.ui.text import seconds_text

MARKS = {
    "running": ":blue-badge[running]",
    "done": ":green-badge[done]",
    "cancelled": ":orange-badge[stopped]",
    "failed": ":red-badge[failed]",
    "interrupted": ":orange-badge[killed]",
}
KIND = "training"


def show() -> None:
    """All training jobs, the running ones first and redrawn every second."""
    found = jobs.jobs(KIND)
    if not found:
        st.info(
            "No training has been started here yet. The stored models below are at your service all the same.",
            icon=":material/model_training:",
        )
        return
    running = any(job.state() == "running" for job in found)
    st.fragment(_list, run_every=1.0 if running else None)(running)


def _list(was_running: bool) -> None:
    found = jobs.jobs(KIND)
    running = [job for job in found if job.state() == "running"]
    if was_running != bool(running):
        st.rerun(
            scope="app"
        )  # a finished job may have stored a model; a resumed one wants to be polled
    for job in running + [job for job in found if job not in running]:
        open_it = job in running or len(found) == 1
        with st.expander(
            f"**{job.title}** {MARKS[job.state()]}", expanded=open_it, key=f"job_{job.id}"
        ):
            _show_job(job)


def _show_job(job: Job) -> None:
    state, events = job.state(), job.progress()
    latest = next((e for e in reversed(events) if e.get("event") == "progress"), None)
    if latest:
        share = min(1.0, latest["step"] / max(1, latest["steps"]))
        text = f"step {latest['step']:,} of {latest['steps']:,} · {seconds_text(latest['step_s'])} a step"
        if state == "running":
            text += f" · {seconds_text(latest['eta_s'])} to go"
        st.progress(share, text)
        names = curve_names(events)[:3]
        for column, name in zip(st.columns(max(1, len(names))), names, strict=False):
            column.plotly_chart(
                training_chart(events, name),
                key=f"chart_{job.id}_{name}",
                config=chart_config(f"{job.id}-{name}"),
            )
    elif state == "running":
        st.progress(0.0, "Starting: TensorFlow is loading the data …")
    if state == "failed":
        lines = [line for line in job.log().splitlines() if line.strip()]
        said = (
            [e["message"] for e in events if e.get("message")] or lines or ["It left no message."]
        )
        st.error(said[-1].removeprefix("error: "), icon=":material/block:")
    _buttons(job, state)
    st.caption(f"`python -m core {' '.join(job.args)}`")


def _buttons(job: Job, state: str) -> None:
    with st.container(horizontal=True):
        if state == "running":
            st.button(
                "Stop",
                icon=":material/stop_circle:",
                key=f"stop_{job.id}",
                on_click=_try,
                args=(jobs.cancel, job),
                disabled=job.stopping(),
                help="Stops after the step in flight and keeps a checkpoint.",
            )
        else:
            if state != "done":
                st.button(
                    "Resume",
                    icon=":material/play_circle:",
                    key=f"resume_{job.id}",
                    on_click=_try,
                    args=(jobs.resume, job),
                )
            st.button(
                "Forget",
                icon=":material/delete:",
                key=f"forget_{job.id}",
                on_click=_try,
                args=(jobs.remove, job),
                help="Deletes the job with its checkpoint and its curves; a stored model stays.",
            )


def _try(act, job: Job) -> None:
    try:
        act(job)
    except RDError as error:
        st.session_state.train_refusal = str(error)
