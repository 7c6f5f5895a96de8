"""Turns: urgency first, then sessions one after the other; a job that several want is done once."""

from hypothesis import given
from hypothesis import strategies as st

from core.compute.turns import GIVEN, Turns


def test_one_persons_many_jobs_do_not_delay_anothers_first():
    turns = Turns()
    for number in range(1000):
        turns.add(("ann", number), "ann", 2)
    turns.add("bob", "bob", 2)
    assert "bob" in (turns.take(), turns.take())


def test_newcomers_see_their_first_pictures_in_the_order_of_arrival():
    turns = Turns()
    for owner in ("ann", "bob"):
        for number in range(2 * GIVEN):
            turns.add((owner, number), owner, 0)
    taken = [turns.take()]
    turns.add(taken[0], "ann", 0, front=True)  # it has another piece
    taken += [turns.take() for _ in range(2 * GIVEN + 9)]
    assert [owner for owner, _ in taken[: 2 * GIVEN]] == ["ann"] * GIVEN + ["bob"] * GIVEN
    assert {owner for owner, _ in taken[2 * GIVEN : 2 * GIVEN + 2]} == {"ann", "bob"}


def test_who_leaves_and_comes_back_is_a_newcomer_again():
    turns = Turns()
    for number in range(GIVEN + 2):
        turns.add(("ann", number), "ann", 0)
    for _ in range(GIVEN + 1):
        turns.take()
    turns.add("bob", "bob", 0)
    assert turns.take() == "bob"
    turns.forget("ann")
    assert turns.take() == ("ann", GIVEN + 1) and turns.take() is None


def test_who_has_seen_something_waits_for_those_who_have_not():
    turns = Turns()
    for owner in ("ann", "bob"):
        for number in range(3):
            turns.add((owner, number), owner, 0)
    turns.line_up("ann", new=False)
    assert [turns.take() for _ in range(4)] == [*[("bob", i) for i in range(3)], ("ann", 0)]


def test_who_looks_at_something_new_is_the_last_of_the_newcomers():
    turns = Turns()
    for owner in ("ann", "bob", "cat"):
        turns.add(owner, owner, 0)
    turns.line_up("cat", new=False)
    turns.line_up("ann", new=True)
    assert [turns.take() for _ in range(3)] == ["bob", "ann", "cat"]


def test_who_has_waited_for_pictures_longest_gets_all_of_them_first():
    turns = Turns()
    for owner in ("bob", "ann"):
        turns.line_up(owner, new=False)
    for number in range(3):
        for owner in ("ann", "bob"):
            turns.add((owner, number), owner, 0)
    assert [turns.take()[0] for _ in range(6)] == ["bob"] * 3 + ["ann"] * 3


def test_a_job_that_becomes_urgent_goes_first():
    turns = Turns()
    for number in range(5):
        turns.add(number, "ann", 3)
    turns.add(4, "ann", 0)
    assert turns.take() == 4 and turns.take() == 0


def test_a_shared_job_is_taken_once_and_stays_while_somebody_wants_it():
    turns = Turns()
    turns.add("x", "ann", 1)
    turns.add("x", "bob", 2)
    turns.remove("x", "ann")
    assert "x" in turns and turns.take() == "x" and turns.take() is None


def test_what_was_begun_goes_on_first():
    turns = Turns()
    turns.add("new", "ann", 0)
    turns.add("begun", "ann", 0, front=True)
    assert turns.take() == "begun"


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abc"), st.integers(0, 3))))
def test_everything_comes_out_once_the_most_urgent_first(asked):
    turns, urgency = Turns(), {}
    for key, owner, how in asked:
        turns.add(key, owner, how)
        urgency[key] = min(how, urgency.get(key, how))
    assert len(turns) == len(urgency)
    order = []
    while (key := turns.take()) is not None:
        order.append(key)
    assert sorted(order) == sorted(urgency) and len(turns) == 0
    assert [urgency[key] for key in order] == sorted(urgency.values())


@given(st.integers(1, 5), st.integers(1, 20))
def test_equal_sessions_get_equal_turns(people, jobs):
    turns = Turns()
    for owner in range(people):
        for number in range(jobs):
            turns.add((owner, number), str(owner), 1)
    served = [turns.take()[0] for _ in range(people * jobs)]
    for start in range(0, len(served), people):
        assert sorted(served[start : start + people]) == list(range(people))


def test_only_urgent_work_is_taken_where_nothing_else_may_begin():
    turns = Turns()
    turns.add("curve", "ann", 1)
    assert turns.take(urgent=True) is None
    turns.add("picture", "bob", 0)
    assert turns.take(urgent=True) == "picture"
    assert turns.take(urgent=True) is None
    assert turns.take() == "curve"
