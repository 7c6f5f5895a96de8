"""Where one curve lies above another, on curves whose crossings are known."""

import numpy as np
import pytest

from core.rd.advantage import advantage

RATE = np.geomspace(0.1, 1.6, 5)


def line(slope: float, start: float) -> tuple[np.ndarray, np.ndarray]:
    """A curve that is straight over the logarithm of the rate."""
    return RATE, start + slope * np.log2(RATE / 0.1)


def test_lines_that_cross_are_split_where_they_cross():
    spans = advantage(line(2, 31), line(3, 30))  # +1 dB at 0.1 bpp, equal at 0.2, −3 dB at 1.6
    assert len(spans) == 2
    first, second = spans
    assert (first.low, second.high) == pytest.approx((0.1, 1.6))
    assert first.high == pytest.approx(0.2, rel=0.02) and second.low == first.high
    assert first.gain == pytest.approx(0.5, abs=0.02) and second.gain == pytest.approx(
        -1.5, abs=0.02
    )
    assert [span.gain for span in advantage(line(3, 30), line(2, 31))] == pytest.approx(
        [-first.gain, -second.gain], abs=0.02
    )


def test_one_curve_above_gives_one_span_of_the_shared_rates():
    rate, quality = line(2, 31)
    (span,) = advantage((rate[1:], quality[1:]), line(2, 30))
    assert (span.low, span.high, span.gain) == pytest.approx((0.2, 1.6, 1.0))


def test_small_differences_belong_to_their_neighbours():
    assert len(advantage(line(2, 31), line(2.9, 30))) == 2
    assert len(advantage(line(2, 30.03), line(2.9, 30), alike=0.05)) == 1
    (span,) = advantage(line(2, 30), line(2, 30), alike=0.05)
    assert span.gain == 0


def test_a_single_point_and_curves_apart():
    (span,) = advantage(([0.2], [33.0]), line(2, 30))
    assert (span.low, span.high, span.gain) == pytest.approx((0.2, 0.2, 1.0))
    assert (
        advantage(([3.0, 4.0], [30.0, 31.0]), line(2, 30)) == [] == advantage(([], []), line(2, 30))
    )
