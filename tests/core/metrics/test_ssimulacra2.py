"""SSIMULACRA 2.1 against the scores of the reference program, and its properties."""

import numpy as np
import pytest
from PIL import Image, ImageFilter
from scipy.ndimage import correlate1d

from core.errors import ImageError
from core.metrics import gaussian_blur
from core.metrics import ssimulacra2 as subject
from core.metrics.ssimulacra2 import error_map, ssimulacra2
from tests.conftest import synthetic
from tests.core.metrics.perceptual import pairs


@pytest.mark.slow
def test_scores_are_those_of_the_reference(reference, kodak):
    differences = []
    for pair in pairs(reference, kodak):
        if not pair["ssimulacra2"]:  # 7 × 7: the reference refuses it, too
            with pytest.raises(ImageError, match="8 pixels"):
                ssimulacra2(pair["original"], pair["decoded"])
            continue
        score = ssimulacra2(pair["original"], pair["decoded"])
        differences.append(abs(score - float(pair["ssimulacra2"])))
    assert len(differences) == 66
    assert max(differences) <= 0.25
    assert np.mean(differences) <= 0.05


def test_the_blur_is_the_published_one():
    # The taps that libjxl's recursion answers an impulse with.
    taps = [0.26462111, 0.21292859, 0.10933537, 0.03601111, 0.00941437]
    assert gaussian_blur.taps() == pytest.approx(taps, abs=1e-8)
    assert taps[0] + 2 * sum(taps[1:]) == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("shape", [(8, 8), (5, 31), (64, 33)])
def test_the_blur_is_separable_with_zeros_beyond_the_border(shape):
    planes = np.random.default_rng(1).random((3, *shape)).astype(np.float32)
    kernel = np.concatenate([gaussian_blur.taps()[:0:-1], gaussian_blur.taps()])
    expected = planes.astype(float)
    for axis in (1, 2):
        expected = correlate1d(expected, kernel, axis=axis, mode="constant")
    assert gaussian_blur.blurred(planes) == pytest.approx(expected, abs=1e-6)


def test_identical_pictures_have_100_and_no_error(small):
    assert ssimulacra2(small, small.copy()) == 100
    assert not error_map(small, small).any()


def test_the_order_of_the_pictures_matters(small):
    blurred = np.array(Image.fromarray(small).filter(ImageFilter.GaussianBlur(3)))
    assert abs(ssimulacra2(small, blurred) - ssimulacra2(blurred, small)) > 0.5


def test_a_coarser_picture_scores_lower(small):
    scores = []
    for step in (2, 8, 24, 64):
        scores.append(ssimulacra2(small, small // step * step + step // 2))
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("side", range(2, 18))
def test_small_pictures_have_a_score_from_8_pixels_on(side):
    original = synthetic(side, side + 3)
    noisy = synthetic(side, side + 3, seed=1)
    if side < subject.MIN_SIDE:
        for function in (ssimulacra2, error_map):
            with pytest.raises(ImageError, match="8 pixels"):
                function(original, noisy)
        return
    assert ssimulacra2(original, original) == 100
    assert ssimulacra2(original, noisy) < 95
    assert error_map(original, noisy).shape == original.shape[:2]


@pytest.mark.parametrize("value", [0, 128, 255])
def test_flat_grey_pictures(value):
    flat = np.full((40, 51, 3), value, np.uint8)
    assert ssimulacra2(flat, flat) == 100
    assert ssimulacra2(flat, np.abs(flat.astype(int) - 40).astype(np.uint8)) < 90


def test_the_mean_of_the_error_map_gives_the_score(small):
    decoded = small // 16 * 16 + 8
    error = error_map(small, decoded)  # 96 × 128: all scales divide it evenly
    assert subject._score(float(error.mean())) == pytest.approx(
        ssimulacra2(small, decoded), abs=0.01
    )


def test_the_error_map_is_high_where_the_error_is(small):
    decoded = small.copy()
    decoded[32:48, 64:80] = 127
    error = error_map(small, decoded)
    assert error[32:48, 64:80].mean() > 20 * error[:, :32].mean()


def test_different_sizes_are_refused(small):
    with pytest.raises(ImageError, match="one size"):
        ssimulacra2(small, small[:-1])
