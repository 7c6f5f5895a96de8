"""The service with real processes: results, sentences, turns, deaths and hangs."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from core import compute
from core.compute import CURVE, EXTRA, SHOWN, Failure, Service, Unit, limits
from core.compute.cluster import Connection
from core.images import Picture
from tests.conftest import synthetic
from tests.core.compute import chores


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    service = Service(lambda: Connection(workers=2))
    yield service
    service.close()


def ask(service: Service, key, function, *arguments, owner: str = "me", **how):
    """The result, once it has come."""
    while (found := service.call(owner, key, function, *arguments, **how)) is None:
        service.wait(owner, 5)
    return found


def file_named(folder, pattern: str):
    """The file, once it is there."""
    while not (found := list(folder.glob(pattern))):
        threading.Event().wait(0.01)
    return found[0]


def test_a_result_comes_from_another_process_and_is_remembered(service):
    assert ask(service, "pid", chores.pid) != os.getpid()
    assert ask(service, "sum", chores.add, 1, 2) == 3
    assert service.call("another", "sum", chores.add, 1, 2) == 3
    assert service.pending("me") == 0


def test_errors_become_sentences_and_the_worker_goes_on(service):
    assert ask(service, "no", chores.refuse, "Not like this.") == Failure("Not like this.")
    assert "ZeroDivisionError" in ask(service, "zero", chores.divide, 1, 0).reason
    assert ask(service, "again", chores.add, 2, 2) == 4


def test_pictures_that_differ_in_one_pixel_are_different_pictures(service):
    one = Picture("one", synthetic(64, 64))
    changed = one.image.copy()
    changed[3, 4, 0] ^= 255
    other = Picture("one", changed)
    for number in range(6):
        for picture in (one, other):
            found, _ = ask(service, ("sum", number, picture.sha256), chores.total, picture)
            assert found == int(picture.image.sum())


def test_a_plan_takes_its_units_one_by_one_and_sees_their_errors(service):
    def steps():
        a = yield Unit(chores.add, (1, 2))
        try:
            yield Unit(chores.refuse, ("no",))
        except Exception as error:
            return a, str(error)

    while (found := service.plan("me", "plan", steps)) is None:
        service.wait("me", 5)
    assert found == (3, "no")


def test_a_plan_without_units_is_there_at_once(service):
    def steps():
        return 5
        yield

    assert service.plan("me", "at once", steps) == 5


def test_urgent_work_and_other_people_go_before_a_long_line(service, tmp_path):
    gate, log = tmp_path / "gate", tmp_path / "log"
    for name in "abc":  # both workers, and the unit that waits inside the cluster
        service.call("hog", ("gate", name), chores.until, gate, name)
    file_named(tmp_path, "begun-*")
    for number in range(30):
        service.call("hog", ("line", number), chores.note, log, f"hog {number}")
    service.call("me", "urgent", chores.note, log, "urgent", priority=SHOWN)
    service.call("me", "mine", chores.note, log, "mine")
    gate.touch()
    ask(service, ("line", 29), chores.note, log, "hog 29", owner="hog")
    lines = log.read_text().split("\n")
    assert lines.index("urgent") <= 2 and lines.index("mine") <= 5


def test_first_pictures_go_before_the_next_ones_of_who_has_seen_some(service, tmp_path):
    gate, log = tmp_path / "gate", tmp_path / "log"
    ask(service, "seen", chores.add, 3, 4)
    for owner in ("early", "late"):
        service.begin(owner, "sample")
        assert service.call(owner, "seen", chores.add, 3, 4, priority=SHOWN) == 7
    for name in "abc":
        service.call("hog", ("first", name), chores.until, gate, name)
    file_named(tmp_path, "begun-*")
    service.begin("early", "sample")
    for number in range(9):
        line = f"early {number}"
        service.call("early", line, chores.note, log, line, priority=SHOWN)
    service.begin("late", "upload")
    for number in range(3):
        line = f"late {number}"
        service.call("late", line, chores.note, log, line, priority=SHOWN)
    gate.touch()
    ask(service, "early 8", chores.note, log, "early 8", owner="early", priority=SHOWN)
    lines = log.read_text().split("\n")
    assert max(lines.index(f"late {number}") for number in range(3)) <= 4


def test_where_several_people_look_a_worker_is_kept_free_for_pictures(
    service, tmp_path, monkeypatch
):
    monkeypatch.setattr(compute.service, "KEPT_FREE_S", 1e9)
    gate = tmp_path / "gate"
    ask(service, "first picture", chores.add, 1, 1, priority=SHOWN)
    for number in range(5):
        service.call("another", ("curve", number), chores.until, gate, str(number), priority=CURVE)
    file_named(tmp_path, "begun-*")
    for number in range(5):
        assert ask(service, ("picture", number), chores.add, 1, number, priority=SHOWN)
    assert len(list(tmp_path.glob("begun-*"))) == 1
    monkeypatch.undo()
    gate.touch()
    for number in range(5):
        key = ("curve", number)
        assert ask(service, key, chores.until, gate, str(number), owner="another") == str(number)


def test_what_nobody_waits_for_is_dropped_also_between_units(service, tmp_path):
    gate, log = tmp_path / "gate", tmp_path / "log"

    def steps():
        yield Unit(chores.until, (gate, "plan"))
        yield Unit(chores.note, (log, "second unit"))

    service.plan("me", "dropped plan", steps)
    service.call("me", "dropped call", chores.note, log, "call", priority=EXTRA)
    file_named(tmp_path, "begun-plan-*")
    service.begin("me")
    gate.touch()
    ask(service, "a later one", chores.add, 1, 1)
    ask(service, "one more", chores.add, 1, 1)
    assert "second unit" not in (log.read_text() if log.exists() else "")
    assert service.pending("me") == 0


def test_the_work_of_a_session_that_has_left_is_dropped(service, tmp_path, monkeypatch):
    gate = tmp_path / "gate"
    for number in range(20):
        service.call("gone", ("left", number), chores.until, gate, str(number))
    monkeypatch.setattr(limits, "LEASE_S", -1.0)
    service._let_go()
    monkeypatch.undo()
    assert service.pending("gone") == 0
    gate.touch()
    assert ask(service, "after", chores.add, 1, 1) == 2


def test_progress_is_told(service, tmp_path):
    gate = tmp_path / "gate"
    service.call("me", "slow", chores.until, gate, "slow")
    while service.progress("slow") is None:
        service.wait("me", 0.02)
    assert service.progress("slow") == (0.5, "waiting")
    gate.touch()
    assert ask(service, "slow", chores.until, gate, "slow") == "slow"
    assert service.progress("slow") is None


def test_a_killed_worker_is_replaced_and_its_work_done_again(service, tmp_path):
    for turn in range(3):
        gate = tmp_path / f"{turn}" / "gate"
        gate.parent.mkdir()
        for name in "ab":
            service.call("me", (turn, name), chores.until, gate, name)
        begun = file_named(gate.parent, "begun-*")
        os.kill(int(begun.name.rsplit("-", 1)[1]), signal.SIGKILL)
        gate.touch()
        for name in "ab":
            assert ask(service, (turn, name), chores.until, gate, name) == name


def test_what_kills_every_worker_ends_in_a_sentence(service):
    assert "ended each time" in ask(service, "deadly", chores.die, limit_s=600).reason
    assert ask(service, "alive", chores.add, 1, 1) == 2


def test_what_hangs_is_ended_with_a_sentence(service):
    found = ask(service, "hang", chores.hang, limit_s=0.5)
    assert found == Failure("This took more than 0.5 s and was stopped.")
    assert ask(service, "goes on", chores.add, 1, 1) == 2


def test_a_cluster_that_ends_is_replaced(tmp_path):
    service = Service(lambda: Connection(workers=1))
    gate = tmp_path / "gate"
    service.call("me", "x", chores.until, gate, "x")
    file_named(tmp_path, "begun-x-*")
    service._hands._connection._own.kill()
    gate.touch()
    assert ask(service, "x", chores.until, gate, "x") == "x"
    service.close()


def test_one_session_cannot_fill_the_queue(service, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "UNITS_PER_SESSION", 5)
    gate = tmp_path / "gate"
    for number in range(50):
        service.call("greedy", ("many", number), chores.until, gate, str(number))
    assert service.pending("greedy") <= 5 + 3  # three may be with the workers
    gate.touch()
    service.begin("greedy")
