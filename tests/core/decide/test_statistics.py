"""Intervals against closed forms, and against a plain loop."""

import math

import numpy as np
import pytest
from scipy import stats

from core.decide import statistics


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution():
    values = np.random.default_rng(1).normal(10, 2, 400)
    drawn = statistics.draw(len(values), 4000)
    found = statistics.estimate(values.mean(), values[drawn].mean(axis=1))
    half = 1.96 * values.std() / 20
    assert found.low == pytest.approx(values.mean() - half, abs=0.03)
    assert found.high == pytest.approx(values.mean() + half, abs=0.03)


def test_few_pictures_have_no_interval():
    drawn = statistics.draw(statistics.FEWEST - 1)
    assert drawn.shape == (0, statistics.FEWEST - 1)
    found = statistics.estimate(3.0, np.ones(4)[drawn].sum(axis=1))
    assert (found.value, found.low, found.high) == (3.0, None, None)


@pytest.mark.parametrize(("reached", "count"), [(40, 40), (38, 40), (1, 3)])
def test_the_share_of_all_is_the_bound_of_the_binomial(reached, count):
    share = statistics.share_at_least(reached, count)
    # With just this share, so many or more would be seen in one sample of twenty.
    assert stats.binom.sf(reached - 1, count, share) == pytest.approx(0.05, abs=1e-9)
    assert statistics.share_at_least(0, count) == 0


def test_totals_at_one_setting_are_those_of_a_plain_loop():
    rng = np.random.default_rng(2)
    count, share = 30, 0.9
    required = rng.integers(20, 60, count).astype(float)
    required[3] = math.inf
    x = np.arange(10.0, 90.0)
    logs = [(x, np.log(100 + rng.uniform(1, 3) * x)) for _ in range(count)]
    drawn = statistics.draw(count, 50, seed=3)
    found = statistics.totals_at_one(required, logs, share, drawn)
    for row, total in zip(drawn, found, strict=True):
        setting = sorted(required[row])[math.ceil(share * count) - 1]
        plain = sum(math.exp(np.interp(min(setting, 59.0), *logs[i])) for i in row)
        if math.isfinite(setting):
            assert total == pytest.approx(plain)
