"""The parts of the page, and the first of them from top to bottom."""

import streamlit as st

from core.decide import stored
from core.errors import RDError
from dashboard import state
from dashboard.decide import (
    answer,
    blind,
    codecs,
    export,
    given,
    job,
    pictures,
    quality,
    start,
)
from dashboard.decide.notebook import notebook
from dashboard.growth import Growth
from dashboard.teach.head import Head
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import plain
from dashboard.waiting import service

DECIDE, GIVEN, BLIND = "decide", "given", "blind"
PARTS = {DECIDE: "Decide", GIVEN: "Given pictures", BLIND: "Blind test"}
PART = Slot("dec_part", DECIDE)


def show(head: Head) -> None:
    """Draws the part that the person chose; the page's head offers Decide as a notebook."""
    owner = state.session_id()
    service().begin(owner, "decide")
    job.adopt()
    growth = Growth(owner)
    part = one_of("Part", PARTS, PART, label_visibility="collapsed")
    if part == DECIDE:
        _decide(growth, head)
    elif part == GIVEN:
        given.show(growth)
    else:
        blind.show(growth)
    job.write_link()
    growth.settle()


def _decide(growth: Growth, head: Head) -> None:
    st.subheader("Your pictures")
    chosen = pictures.choose()
    if chosen is not None:
        st.subheader("The quality")
        place = st.container()
        st.subheader("What must hold")
        codecs.choose()
        if codecs.NAMES.value:
            with place:
                quality.choose(chosen, codecs.NAMES.value, growth)
            head.offer_notebook("decide", notebook())
            start.offer(chosen, growth)
        else:
            st.info("Choose at least one codec.")
    found = job.of(stored.KIND)
    if found is None:
        return
    st.subheader("The answer")
    st.caption(plain(found.title))
    job.watch(found, "Measuring")
    try:
        decision = stored.result(found) if found.state() == "done" else None
    except RDError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return
    if decision is not None:
        told, advice = answer.show(found.id, decision)
        if told.choices:
            st.subheader("Take the files home")
            export.show(found, told, advice)
