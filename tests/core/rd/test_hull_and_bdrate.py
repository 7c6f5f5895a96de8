"""Hull, operating points and BD-rate against brute force, another library and known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from core.rd.bdrate import bd_rate, pareto
from core.rd.hull import lower_hull, operating_point

points = st.lists(st.tuples(st.floats(0.01, 10), st.floats(0, 1000)), min_size=1, max_size=30)


@given(points, st.floats(1e-5, 10))
def test_the_best_point_for_any_slope_is_on_the_hull(rd, lmbda):
    rate, distortion = map(np.array, zip(*rd, strict=True))
    cost = rate + lmbda * distortion
    on_hull = lower_hull(rate, distortion)
    assert cost[on_hull].min() == pytest.approx(cost.min(), rel=1e-9)
    assert cost[operating_point(rate, distortion, lmbda)] == pytest.approx(cost.min(), rel=1e-9)


def test_hull_agrees_with_qhull():
    rng = np.random.default_rng(0)
    for _ in range(20):
        rate, distortion = rng.uniform(0.1, 4, 60), rng.uniform(1, 100, 60)
        hull = ConvexHull(np.stack([rate, distortion], 1))
        facing_down_left = {
            i
            for s, eq in zip(hull.simplices, hull.equations, strict=True)
            if eq[0] < 0 and eq[1] < 0
            for i in s
        }
        lowest_ends = {int(np.argmin(rate)), int(np.argmin(distortion))}
        assert set(lower_hull(rate, distortion)) == facing_down_left | lowest_ends


def test_hull_of_equal_and_infinite_points():
    assert lower_hull([1, 1, 1], [5, 3, 5]) == [1]
    assert lower_hull([1, 2, 3], [5, 5, np.inf]) == [0]
    assert lower_hull([], []) == []
    assert operating_point([1, 2], [np.inf, np.nan], 0.1) is None


def test_slope_zero_takes_the_fewest_bits_and_a_steep_one_the_least_distortion():
    rate, distortion = [0.1, 0.5, 2.0], [100, 20, 1]
    assert [operating_point(rate, distortion, lmbda) for lmbda in (0, 0.006, 1)] == [0, 1, 2]


RATE = np.array([0.2, 0.4, 0.8, 1.6])
QUALITY = np.array([28, 31, 34, 37.5])


def test_scaling_all_rates_is_the_bd_rate():
    result = bd_rate((RATE, QUALITY), (0.7 * RATE, QUALITY))
    assert result.percent == pytest.approx(-30, abs=1e-6)
    assert result.overlap == (28, 37.5) and result.covered == pytest.approx(1)


def test_shifting_the_quality_is_the_bd_psnr():
    assert bd_rate((RATE, QUALITY), (RATE, QUALITY + 0.8)).gain == pytest.approx(0.8, abs=1e-6)


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ((RATE[:2], QUALITY[:2]), "at least 3"),
        ((RATE, QUALITY + 20), "share no range"),
        ((RATE, QUALITY + 9.2), "share only"),
        ((RATE, np.full(4, np.nan)), "0 usable points"),
        ((RATE, -QUALITY), "at least 3"),
    ],
)
def test_undefined_bd_rates_say_why(test, words):
    result = bd_rate((RATE, QUALITY), test)
    assert result.percent is None and words in result.reason


def test_points_that_another_beats_are_left_out():
    rate, quality = pareto([1, 2, 3, 4, 0], [30, 29, 33, np.inf, 50])
    assert list(rate) == [1, 3] and list(quality) == [30, 33]
    bumpy = bd_rate((RATE, QUALITY), (np.append(0.7 * RATE, 1.0), np.append(QUALITY, 27.0)))
    assert bumpy.percent == pytest.approx(-30, abs=1e-6)
