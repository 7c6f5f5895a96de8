"""What takes too long, and what nobody has: time that a unit waits is not held against it."""

from core.compute.clocks import FORGOTTEN_S, Clocks

LIMITS = {"one": 60.0, "two": 60.0}


def test_a_unit_that_waited_behind_another_has_its_whole_time():
    clocks = Clocks()
    for now in range(0, 60, 5):
        assert not clocks.look(LIMITS, {"a": ("one", "two")}, now).late
    left = {"two": 60.0}
    for now in range(60, 125, 5):
        seen = clocks.look(left, {"a": ("two",)}, now)
        assert seen == ({}, []), now
    assert clocks.look(left, {"a": ("two",)}, 125).late == {"two": "a"}


def test_the_clock_starts_again_on_another_worker():
    clocks = Clocks()
    clocks.look(LIMITS, {"a": ("one",), "b": ("two",)}, 0)
    seen = clocks.look(LIMITS, {"a": (), "b": ("two",), "c": ("one",)}, 50)
    assert not seen.late
    seen = clocks.look(LIMITS, {"a": (), "b": ("two",), "c": ("one",)}, 70)
    assert seen.late == {"two": "b"}
    assert clocks.look(LIMITS, {"c": ("one",)}, 111).late == {"one": "c"}


def test_a_unit_that_nobody_has_is_found_only_where_a_worker_is_free():
    clocks = Clocks()
    for now in (0.0, 100.0):
        assert clocks.look(LIMITS, {"a": ("other",)}, now) == ({}, [])
    assert not clocks.look(LIMITS, {"a": ()}, 100 + FORGOTTEN_S).forgotten
    seen = clocks.look(LIMITS, {"a": ("two",)}, 101 + FORGOTTEN_S)
    assert seen == ({}, [])  # one is taken now, the other waits for it
    clocks.look(LIMITS, {"a": ()}, 200.0)
    assert clocks.look(LIMITS, {"a": ()}, 201 + FORGOTTEN_S).forgotten == ["one", "two"]
    assert clocks.look({}, {"a": ()}, 999.0) == ({}, [])


def test_without_workers_nothing_is_late_or_forgotten():
    clocks = Clocks()
    for now in (0.0, 1e3, 1e6):
        assert clocks.look(LIMITS, {}, now) == ({}, [])
