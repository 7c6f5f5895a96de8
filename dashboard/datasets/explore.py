"""Exploring runs: the choice of what to see, and one section, which grows while runs measure."""

from collections.abc import Callable

import streamlit as st

from core.sweep.runs import Run
from dashboard.datasets import library
from dashboard.datasets.choice import Choice, choose, choose_runs, runs_now
from dashboard.datasets.gathered import Gathered, gather
from dashboard.datasets.sections import bd, curves, export, published, speed, table
from dashboard.ui.growing import grow
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.tuning import tuning_note

CURVES, BD, SPEED, TABLE, EXPORT = "Curves", "BD-rate", "Speed", "Table", "Take away"
DRAW: dict[str, Callable[[Gathered], None]] = {
    CURVES: curves.draw,
    BD: bd.draw,
    SPEED: speed.draw,
    TABLE: table.draw,
    EXPORT: export.draw,
}
SECTION = Slot("ds_section", CURVES)
EVERY_S = 2.0


def show() -> bool:
    """Progress of the runs, the controls, and the section that the person chose; whether there is
    something to see.
    """
    chosen = choose_runs()
    ids = [run.id for run in chosen]
    grow("ds_progress", lambda: _draw_progress(runs_now(ids)), EVERY_S)
    choice = choose(chosen)
    if choice is None:
        return False
    names = {name: name for name in DRAW}
    section = one_of("Section", names, SECTION, label_visibility="collapsed")
    if section == CURVES:
        curves.controls()
    elif section == SPEED:
        speed.controls(choice.metric)
    grow("ds_growing", lambda: _draw(choice, section), EVERY_S)
    if section == CURVES:
        published.show(choice.metric)
    return True


def _draw_progress(chosen: list[Run]) -> bool:
    for run in chosen:
        library.show_progress(run)
    return not any(run.running for run in chosen)


def _draw(choice: Choice, section: str) -> bool:
    shown = gather(choice)
    if shown is None:
        return not any(run.running for run in runs_now(choice.runs))
    tuning_note(choice.codecs, choice.metric)
    if shown.warning:
        st.warning(shown.warning, icon=":material/info:")
    DRAW[section](shown)
    return not shown.live
