"""How much is measured, how long that takes, and the button that starts it."""

import os
from collections.abc import Sequence

import streamlit as st

from core.codecs.registry import CODECS
from core.decide import run, stored
from core.decide.forecast import Forecast, forecast
from core.decide.question import Question
from core.errors import RDError
from core.sweep.sources import Item
from dashboard import effort, state
from dashboard.decide import codecs, job, pictures
from dashboard.decide.pictures import Pictures
from dashboard.growth import Growth
from dashboard.ui.slots import Slot
from dashboard.ui.text import plain, plural, rough_seconds

SAMPLE = 40  # pictures that a decision starts with


def measured(whole: int) -> Slot[int]:
    """How many of `whole` pictures are measured: one value for each size of a set."""
    return Slot(f"dec_count_{whole}", min(SAMPLE, whole))


def offer(chosen: Pictures, growth: Growth) -> None:
    """Draws the number of pictures, the estimate, and the button."""
    job.show_problem()
    try:
        question = codecs.question()
    except RDError as error:
        st.info(plain(str(error)))
        return
    whole = len(chosen.items)
    count = whole
    left, middle, right = st.columns([2, 4, 1.6], vertical_alignment="bottom")
    if whole > 1:
        wanted = measured(whole)
        wanted.begin()
        count = left.number_input(
            f"Pictures to measure, of {whole:,}",
            1,
            whole,
            key=wanted.key,
            persist_state="session",
            help="Fewer than all are drawn by chance. The answer says how far it holds for all.",
        )
    with middle:
        growth.place(lambda: _estimate(chosen.items, count, question))
    running = (found := job.of(stored.KIND)) is not None and found.state() == "running"
    right.button(
        "Measure",
        type="primary",
        key="dec_start",
        on_click=job.attempt,
        args=(_start, chosen, question, count if count < whole else None),
        disabled=running,
        width="stretch",
    )


def _estimate(items: Sequence[Item], count: int, question: Question) -> bool:
    """About how long it will take, and with which codec; whether that is known."""
    names = question.measured
    files = run.cost(count, len(names))
    said = (
        f"{count:,} picture{plural(count)} × {len(names)} codec{plural(len(names))}: "
        f"about {files:,} files are made and measured"
    )
    owner = state.session_id()
    mpx = effort.mean_megapixels(owner, items)
    speeds = effort.speeds(owner, names)
    if isinstance(mpx, float) and speeds is not None:
        workers = os.cpu_count() or 1
        found = forecast(mpx, count, question, speeds, workers)
        said += f", in about **{rough_seconds(found.seconds)}**: {_parts(found)}"
    st.caption(said + ".")
    return mpx is not None and speeds is not None


def _parts(found: Forecast) -> str:
    """The codecs and their times, the slowest first."""
    return ", ".join(
        f"{plain(CODECS[name].info.title)} {rough_seconds(seconds)}"
        for name, seconds in found.by_codec.items()
    )


def _start(chosen: Pictures, question: Question, sample: int | None) -> None:
    stored.admit()
    folder, source = pictures.source(chosen)
    count = len(chosen.items)
    of = f"{sample:,} of " if sample else ""
    title = f"{of}{count:,} picture{plural(count)} at {question.quality}"
    started = stored.start(title, source, question, sample, folder)
    pictures.hand_over(chosen)
    job.DECISION.set(started.id)
    job.EXPORT.set("")
