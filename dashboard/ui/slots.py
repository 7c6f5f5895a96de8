"""Typed places of a person's session, and the row of buttons that fills one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import streamlit as st

T = TypeVar("T")
_KEPT = "kept_keys"  # keys of this session that outlive a visit to another page


def keep(*keys: str) -> None:
    """Makes widget values outlive a visit to another page, where their widgets are not drawn:
    Streamlit forgets the values of widgets that a run does not draw, unless they are set anew.

    It also sends them to the browser in every run: one that was sent once only can be lost when the
    next run replaces the widget before the browser has drawn it.
    """
    kept: set[str] = st.session_state.setdefault(_KEPT, set())
    kept.update(keys)
    _set_anew(keys)


def hold_kept() -> None:
    """Sets anew all values that any page has kept. To be called in each run of each page, before
    the page.
    """
    _set_anew(st.session_state.get(_KEPT, ()))


def _set_anew(keys: Iterable[str]) -> None:
    for key in keys:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


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
        st.session_state[self.key] = value

    def keep(self) -> None:
        """Makes the value, or the one to start with, outlive a visit to another page: `keep`."""
        st.session_state[self.key] = self.value
        keep(self.key)

    def keep_within(self, options: Mapping[T, Any] | list[T]) -> None:
        """Like `keep`; a value that is not among `options` (any more) gives way to the first."""
        if self.value not in options:
            self.set(self.start if self.start in options else next(iter(options)))
        self.keep()


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
    slot.keep_within(options)
    place.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        key=slot.key,
        required=True,
        **more,
    )
    return slot.value
