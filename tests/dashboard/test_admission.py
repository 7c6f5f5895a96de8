"""The door: a bounded number inside, first come first served, room once somebody is idle."""

import pytest

from core.compute import limits
from dashboard import admission
from dashboard.admission import Door


@pytest.fixture
def clock(monkeypatch):
    """A clock that is moved by hand."""
    now = [1000.0]
    monkeypatch.setattr(admission.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(limits, "SESSIONS", 2)
    return now


def test_people_beyond_the_limit_wait_in_order(clock):
    door = Door()
    assert [door.place(name) for name in "abcd"] == [0, 0, 1, 2]
    assert [door.place(name) for name in "abdc"] == [0, 0, 2, 1]


def test_who_is_idle_makes_room_for_the_first_in_the_queue(clock):
    door = Door()
    assert [door.place(name) for name in "abcd"] == [0, 0, 1, 2]
    clock[0] += limits.IDLE_S - 1
    assert [door.place(name) for name in "acd"] == [0, 1, 2]
    clock[0] += 2  # b has been idle for too long
    assert [door.place(name) for name in "cda"] == [0, 1, 0]


def test_who_leaves_the_queue_loses_the_place(clock):
    door = Door()
    assert [door.place(name) for name in "abcd"] == [0, 0, 1, 2]
    clock[0] += limits.LEASE_S + 1
    assert door.place("d") == 1
