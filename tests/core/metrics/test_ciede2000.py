"""CIEDE2000 against published pairs and closed forms."""

import numpy as np
import pytest

from core.metrics.ciede2000 import ciede2000, error_map
from tests.conftest import synthetic


def flat(colour: tuple[int, int, int], shape: tuple[int, int] = (8, 9)) -> np.ndarray:
    return np.broadcast_to(np.array(colour, np.uint8), (*shape, 3)).copy()


def test_black_and_white_are_100_apart():
    # Lightness alone differs, by 100 around 50, where CIEDE2000 weighs it with 1.
    assert ciede2000(flat((0, 0, 0)), flat((255, 255, 255))) == pytest.approx(100, abs=0.01)


def test_greys_differ_by_weighted_lightness():
    def lightness(value: int) -> float:
        linear = ((value / 255 + 0.055) / 1.055) ** 2.4
        return 116 * linear ** (1 / 3) - 16

    low, high = lightness(110), lightness(120)
    square = ((low + high) / 2 - 50) ** 2
    weight = 1 + 0.015 * square / (20 + square) ** 0.5
    expected = (high - low) / weight
    assert ciede2000(flat((110,) * 3), flat((120,) * 3)) == pytest.approx(expected, abs=0.01)


def test_primaries_are_as_far_apart_as_other_programs_say():
    # Red and green of sRGB: 86.6; red and blue: 52.9 (D65, 2°).
    assert ciede2000(flat((255, 0, 0)), flat((0, 255, 0))) == pytest.approx(86.6, abs=0.1)
    assert ciede2000(flat((255, 0, 0)), flat((0, 0, 255))) == pytest.approx(52.9, abs=0.1)


def test_identical_pictures_have_no_difference(small):
    assert ciede2000(small, small) == 0


def test_the_order_of_the_pictures_does_not_matter(small):
    decoded = small // 16 * 16
    assert ciede2000(small, decoded) == pytest.approx(ciede2000(decoded, small), abs=1e-9)


@pytest.mark.parametrize("side", [1, 2, 7, *range(8, 18)])
def test_every_size(side):
    original, noisy = synthetic(side, side + 1), synthetic(side, side + 1, seed=1)
    difference = error_map(original, noisy)
    assert difference.shape == original.shape[:2]
    assert ciede2000(original, noisy) == pytest.approx(difference.mean())
    assert ciede2000(original, noisy) > 0.5
