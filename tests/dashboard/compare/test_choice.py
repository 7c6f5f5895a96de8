"""What Compare shows, in the session's state: also where Streamlit ends a run on the way."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import streamlit as st

from core.images import Picture
from dashboard.compare import choice
from tests.conftest import synthetic


class RunEnds(BaseException):
    """The next run waits."""


class State(dict):
    """A session's state that ends the run at its `last` access, before or after it is done."""

    def __init__(self) -> None:
        super().__init__(cmp_link_read=True)
        self.accesses, self.last = itertools.count(), -1

    def _look(self) -> None:
        if next(self.accesses) == self.last:
            raise RunEnds

    def __getitem__(self, key: str) -> Any:
        self._look()
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self._look()
        return super().get(key, default)

    def __setitem__(self, key: str, value: Any) -> None:
        self._look()
        super().__setitem__(key, value)
        self._look()

    def __getattr__(self, key: str) -> Any:
        return self[key]

    def __setattr__(self, key: str, value: Any) -> None:
        if key in ("accesses", "last"):
            super().__setattr__(key, value)
        else:
            self[key] = value


def interrupted(monkeypatch: pytest.MonkeyPatch, picture: Picture) -> Iterator[State]:
    """A state in which another picture was shown, for each access at which the run may end; ends
    with the one in which it never did.
    """
    for last in itertools.count():
        state = State()
        monkeypatch.setattr(st, "session_state", state)
        choice.initialise(Picture("before", synthetic(50, 80)))
        state.cmp_bytes = 1000
        state.accesses, state.last = itertools.count(), last
        try:
            choice.initialise(picture)
        except RunEnds:
            yield state
        else:
            return


def test_the_budget_is_scaled_once_wherever_a_run_ends(monkeypatch):
    picture = Picture("after", synthetic(100, 80))
    ends = 0
    for state in interrupted(monkeypatch, picture):
        ends += 1
        choice.initialise(picture)
        assert state.cmp_bytes == 2000, ends
        choice.initialise(Picture("before", synthetic(50, 80)))
        assert state.cmp_bytes == 1000, ends
    assert ends > 50


def test_what_a_person_chose_when_the_run_ended_stays(monkeypatch):
    picture = Picture("after", synthetic(100, 80))
    for state in interrupted(monkeypatch, picture):
        now = dict(state)
        begun = now.get("cmp_scaling") is not None or now["cmp_pixels"] == 100 * 80
        state.cmp_bytes = 1234
        choice.initialise(picture)
        assert state.cmp_bytes == (1234 if begun else 2468)
