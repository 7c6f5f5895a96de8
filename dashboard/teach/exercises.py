"""Exercises on a page: a question, a place for a number, and a check that explains."""

from collections.abc import Sequence

import streamlit as st

from core.teaching.exercise import Exercise

_ANSWER = "_answer"


def show_exercises(page: str, asked: Sequence[Exercise]) -> None:
    """Draws the exercises, closed at first. `page` begins the keys of their fields."""
    with st.expander("Exercises", icon=":material/school:", key=f"{page}_exercises"):
        st.caption("They are about what this page shows now. Enter checks an answer.")
        for exercise in asked:
            _show(f"{page}_{exercise.key}", exercise)


def answers(page: str) -> tuple[str, ...]:
    """The keys of the page's fields for answers, as far as the session has them."""
    keys = map(str, st.session_state)
    return tuple(k for k in keys if k.startswith(f"{page}_") and k.endswith(_ANSWER))


def _show(key: str, exercise: Exercise) -> None:
    st.markdown(f"**{exercise.title}.** {exercise.question}")
    field, verdict = st.columns([1, 3], vertical_alignment="center")
    with field:
        given = st.number_input(
            exercise.unit or "Answer",
            value=None,
            key=f"{key}{_ANSWER}",
            placeholder="your answer",
            format="%g",
            label_visibility="visible" if exercise.unit else "collapsed",
        )
    if given is None:
        return
    found = exercise.check(given)
    with verdict:
        if found.right:
            st.success(found.said, icon=":material/check:")
        else:
            st.warning(found.said, icon=":material/lightbulb:")
