"""Typed places of a person's session, and the row of buttons that fills one.

Widgets that have the key of a slot are drawn with `persist_state="session"`: their values outlive
the runs and pages that do not draw them. Nothing is set anew for that. A value that is set is sent
to the browser, and there it could overtake what the person has done meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

T = TypeVar("T")


@dataclass(frozen=True)
class Slot(Generic[T]):
    """One value of the session: the key of its widget, and the value that it starts with."""

    key: str
    start: T

    @property
    def value(self) -> T:
        """What the session holds now."""
        value: T = st.session_state.get(self.key, self.start)
        return value

    def set(self, value: T) -> None:
        """Changes the value; where a widget has the key, this must come before the widget."""
        if self.key not in st.session_state or st.session_state[self.key] != value:
            st.session_state[self.key] = value

    def begin(self) -> None:
        """Gives the session the value to start with, unless it holds one.

        To be called before the widget is drawn.
        """
        st.session_state.setdefault(self.key, self.start)

    def begin_in_range(self, low: T, high: T, wanted: T) -> None:
        """Gives a slider from `low` to `high` the value `wanted`.

        With another range it is another widget to Streamlit: it would begin at its least value.
        """
        within = f"{self.key}_range"
        if self.value != wanted or st.session_state.get(within) != (low, high):
            st.session_state[self.key] = wanted
            st.session_state[within] = (low, high)

    def begin_within(self, options: Mapping[T, Any] | list[T]) -> None:
        """Like `begin`; a value that is not among `options` (any more) gives way to the first."""
        if self.value not in options:
            self.set(self.start if self.start in options else next(iter(options)))
        self.begin()


def one_of(
    label: str,
    options: Mapping[T, str],
    slot: Slot[T],
    place: Any = st,
    **more: Any,
) -> T:
    """A row of buttons of which exactly one is pressed; `options` maps values to their labels.

    `place` is where it is drawn; `more` goes to `st.segmented_control`.
    """
    slot.begin_within(options)
    place.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        key=slot.key,
        persist_state="session",
        required=True,
        **more,
    )
    return slot.value
