"""The order in which the neural entropy model sees latents: nothing is seen before it is known."""

import numpy as np
import pytest

from core.learned.photos.entropy.neural_layout import (
    CHANNEL_GROUP,
    DIAGONAL,
    GROUPS,
    MASKS,
    STRAIGHT,
    UNIT_GROUP,
    visits,
)

SIZES = [(1, 1), (1, 31), (17, 1), (2, 3), (8, 8), (9, 23), (40, 33)]


@pytest.mark.parametrize("height, width", SIZES)
def test_every_position_comes_once_with_neighbours_that_are_known(height, width):
    known = np.zeros(height * width + 1, bool)
    known[-1] = True  # what lies outside
    for visit in visits(height, width):
        assert known[visit.around].all()
        assert not known[visit.rows].any()
        known[visit.rows] = True
    assert known.all()


def test_inside_a_picture_the_neighbours_are_the_nearest_known_ones():
    """Compared with a search over all positions that are known, at the last two visits."""
    height = width = 40
    known = np.zeros((height, width), bool)
    for visit in visits(height, width):
        if visit.number in (5, 6):
            y, x = np.nonzero(known)
            middle = np.flatnonzero(
                (abs(visit.rows // width - 20) < 3) & (abs(visit.rows % width - 20) < 3)
            )
            for i in middle:
                row = visit.rows[i]
                distance = (y - row // width) ** 2 + (x - row % width) ** 2
                far = np.sort(distance)[11]
                nearest = (y * width + x)[distance <= far]
                assert set(nearest) == set(visit.around[:, i])
        known.flat[visit.rows] = True


def test_a_neighbour_outside_is_replaced_by_the_one_opposite():
    last = list(visits(9, 9))[-1]
    column = list(last.rows).index(0 * 9 + 1)  # in the first row
    assert list(last.around[:4, column]) == [9 + 1, 9 + 1, 0, 2]


def test_the_patterns_are_symmetric_and_the_same_up_to_a_turn():
    for pattern in (STRAIGHT, DIAGONAL):
        assert {(-y, -x) for y, x in pattern} == set(pattern)
    squares = [y * y + x * x for y, x in STRAIGHT]
    assert [2 * square for square in squares] == [y * y + x * x for y, x in DIAGONAL]


def test_no_output_depends_on_its_own_group_or_a_later_one():
    """The masks' product counts the paths from a channel to an output."""
    paths = MASKS["own"] @ MASKS["second"] @ MASKS["out"][:, : sum(GROUPS)]
    before = CHANNEL_GROUP[:, None] < CHANNEL_GROUP
    assert (paths[~before] == 0).all()
    assert (paths[before] > 0).all()
    assert len(UNIT_GROUP) == len(MASKS["second"])
