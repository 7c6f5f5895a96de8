"""Crops and shrunken pictures: sizes, places, and values that a flat picture must keep."""

import numpy as np
import pytest
from PIL import Image

from core.images import resize
from tests.conftest import synthetic


def test_a_centre_crop_is_the_middle_and_no_copy():
    image = synthetic(21, 30)
    cut = resize.centre_crop(image, 11, 10)
    np.testing.assert_array_equal(cut, image[5:16, 10:20])
    assert np.shares_memory(cut, image)


@pytest.mark.parametrize("most", [1, 50, 599])
def test_reduced_and_middle_keep_the_bound_and_the_shape(most):
    image = synthetic(20, 30)
    for make in (resize.reduced, resize.middle):
        small = make(image, most)
        height, width = small.shape[:2]
        assert height * width <= most
        assert abs(height * 30 - width * 20) <= 30  # within a pixel of the same shape
        assert make(image, 600) is image or make(image, 600).shape == image.shape


def test_resized_is_pillows_resampling():
    image = synthetic(24, 16)
    expected = Image.fromarray(image).resize((8, 12), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(
        resize.resized(image, 12, 8, Image.Resampling.BICUBIC), np.asarray(expected)
    )
    flat = np.full((9, 7), 100, np.uint8)
    np.testing.assert_array_equal(resize.resized(flat, 4, 5), np.full((4, 5), 100))
