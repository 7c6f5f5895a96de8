"""Questions to a model of digits, against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from core.datasets.mnist import from_picture, sample
from core.errors import ImageError
from core.learned.digits import lab as digit_lab


@given(some.binary(min_size=1, max_size=40), some.data())
def test_flipping_is_exclusive_or_and_undoes_itself(string, draw):
    positions = draw.draw(some.sets(some.integers(0, 8 * len(string) - 1)))
    flipped = digit_lab.flip_bits(string, sorted(positions))
    mask = sum(1 << (8 * len(string) - 1 - p) for p in positions)
    assert int.from_bytes(flipped) == int.from_bytes(string) ^ mask
    assert digit_lab.flip_bits(flipped, sorted(positions)) == string


def test_prior_samples_have_the_logistics_spread():
    scale = np.array([0.5, 2.0, 8.0])
    drawn = digit_lab.prior_samples(np.log(scale), 40_000, 1.0, seed=1)
    variance = (np.pi * scale) ** 2 / 3 + 1 / 12  # of a logistic, plus rounding
    np.testing.assert_allclose(drawn.var(0), variance, rtol=0.05)
    assert not digit_lab.prior_samples(np.log(scale), 10, 0.0, seed=1).any()


def test_noisy_density_is_a_density_and_the_known_one():
    scale, points = np.array([0.3, 1.0]), np.linspace(-40, 40, 80_001)
    density = digit_lab.noisy_density(scale, points)
    np.testing.assert_allclose(density.sum(1) * (points[1] - points[0]), 1, rtol=1e-4)
    for row, s in zip(density, scale, strict=True):  # at 0: σ(½/s) − σ(−½/s) = tanh(1/4s)
        assert row[40_000] == pytest.approx(np.tanh(1 / (4 * s)), rel=1e-6)


def test_traversals_and_paths_end_where_they_should():
    y = np.array([1.0, -2.0, 3.0], np.float32)
    walk = digit_lab.traversal(y, 1, 2)
    np.testing.assert_array_equal(walk[:, 1], [-4, -3, -2, -1, 0])
    np.testing.assert_array_equal(walk[:, [0, 2]], np.tile([1, 3], (5, 1)))
    path = digit_lab.path(y, -y, 5)
    np.testing.assert_allclose(path, [y, y / 2, 0 * y, -y / 2, -y])


def test_noise_stays_within_half_a_step():
    y = np.linspace(-5, 5, 1000)
    moved = digit_lab.noisy(y, 3) - y
    assert np.abs(moved).max() <= 0.5 + 1e-6 and moved.std() == pytest.approx(12**-0.5, rel=0.05)


def test_live_dimensions_come_in_order():
    assert digit_lab.live_dims([0.0, 2.0, 0.01, 3.0, 0.06]) == [3, 1, 4]


def test_tiles_hold_the_digits_where_they_belong():
    mosaic = digit_lab.tile(sample()[:5], columns=3, gap=2)
    assert mosaic.shape == (58, 88)
    np.testing.assert_array_equal(mosaic[30:, 30:58], sample()[4, :, :, 0])
    assert (mosaic[:, 28:30] == 255).all() and (mosaic[30:, 60:] == 255).all()


def test_stretching_fills_the_range():
    out = digit_lab.stretched(np.random.default_rng(0).normal(size=(3, 28, 28, 1)))
    assert (out.min((1, 2, 3)) == 0).all() and (out.max((1, 2, 3)) == 255).all()


def test_a_photographed_digit_becomes_one_of_mnists():
    alike = []
    for index in range(40):
        digit = sample()[index, :, :, 0]
        paper = np.full((300, 400, 3), 235, np.uint8)
        big = np.kron(digit, np.ones((6, 6), np.uint8))
        paper[80:248, 150:318] -= (big * 0.9).astype(np.uint8)[..., None].repeat(3, -1)
        found = from_picture(paper)[:, :, 0].astype(float)
        ink = np.argwhere(found > 60)
        assert np.ptp(ink, 0).max() + 1 in (18, 19, 20, 21)
        alike.append(np.corrcoef(found.ravel(), digit.ravel())[0, 1])
    assert np.mean(alike) > 0.95
    for blank in (np.zeros((50, 60), np.uint8), np.full((50, 60, 3), 250, np.uint8)):
        with pytest.raises(ImageError, match="no digit"):
            from_picture(blank)
