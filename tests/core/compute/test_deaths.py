"""Blame for a worker's death: the oldest of what it had, unless it was ended on purpose."""

from dataclasses import dataclass

import pytest

from core.compute.deaths import Deaths


@dataclass
class Sent:
    """A unit that was sent to a worker."""

    number: int
    tries: int = 0


@pytest.mark.parametrize("order", [(4, 7, 9), (9, 4, 7)])
def test_the_oldest_is_blamed_and_sent_again_last(order):
    deaths, units = Deaths(), {number: Sent(number) for number in order}
    assert [deaths.add("a", units[number]) for number in order] == [True, False, False]
    assert [unit.number for unit in deaths.settle("a")] == [7, 9, 4]
    assert (units[4].tries, units[7].tries, units[9].tries) == (1, 0, 0)
    assert deaths.settle("a") == []


def test_workers_are_settled_one_by_one():
    deaths, one, other = Deaths(), Sent(1), Sent(2)
    assert deaths.add("a", one) and deaths.add("b", other)
    assert deaths.settle("b", times=4) == [other] and other.tries == 4
    assert deaths.settle("a") == [one] and one.tries == 1


def test_nobody_is_blamed_for_a_worker_that_was_ended():
    deaths, waited = Deaths(), Sent(3)
    deaths.end("a")
    deaths.add("a", waited)
    assert deaths.settle("a") == [waited] and waited.tries == 0
