"""PSNR-HVS and PSNR-HVS-M against stored figures, closed forms, and their properties."""

import math

import numpy as np
import pytest
from scipy.fft import idctn

from core.metrics import hvs
from core.metrics.hvs import psnr_hvs, psnr_hvs_m
from tests.conftest import synthetic
from tests.core.metrics.perceptual import pairs


def test_figures_are_those_of_the_reference(reference, kodak):
    for row in pairs(reference, kodak, "scores_extra.csv"):
        found = hvs.together(row["original"], row["decoded"], ("psnr_hvs", "psnr_hvs_m"))
        assert found["psnr_hvs"] == pytest.approx(float(row["psnr_hvs_y8"]), abs=0.001)
        assert found["psnr_hvs_m"] == pytest.approx(float(row["psnr_hvsm_y8"]), abs=0.001)


def test_a_change_of_brightness_has_the_weight_of_the_lowest_frequency():
    dark, bright = (np.full((16, 24, 3), value, np.uint8) for value in (100, 120))
    # 20 levels of grey are 17 of luma (219/255 · 20, rounded); 1.608443 is the published weight.
    expected = -20 * math.log10(1.608443 * 17 / 255)
    assert psnr_hvs(dark, bright) == pytest.approx(expected, abs=1e-6)
    assert psnr_hvs_m(dark, bright) == pytest.approx(expected, abs=1e-6)  # nothing masks it


def test_fine_detail_counts_less_than_coarse():
    def picture(row: int, column: int) -> np.ndarray:
        coefficients = np.zeros((8, 8))
        coefficients[row, column] = 160
        wave = np.tile(idctn(coefficients, norm="ortho"), (4, 4))
        return np.clip(128 + wave, 0, 255).astype(np.uint8)[..., None].repeat(3, axis=2)

    flat = np.full((32, 32, 3), 128, np.uint8)
    assert psnr_hvs(flat, picture(7, 7)) > psnr_hvs(flat, picture(1, 1)) + 10


def test_identical_pictures_have_no_error(small):
    assert psnr_hvs(small, small) == math.inf
    assert psnr_hvs_m(small, small) == math.inf
    assert not hvs.error_map(small, small).any()


def test_the_order_of_the_pictures_does_not_matter(small):
    decoded = small // 16 * 16
    assert psnr_hvs(small, decoded) == pytest.approx(psnr_hvs(decoded, small))
    assert psnr_hvs_m(small, decoded) == pytest.approx(psnr_hvs_m(decoded, small))


@pytest.mark.parametrize("side", range(hvs.MIN_SIDE, 18))
def test_small_and_odd_pictures_count_their_whole_blocks(side):
    original, noisy = synthetic(side, side + 3), synthetic(side, side + 3, seed=1)
    height, width = side // 8 * 8, (side + 3) // 8 * 8
    whole = psnr_hvs(original[:height, :width], noisy[:height, :width])
    assert psnr_hvs(original, noisy) == whole
    assert psnr_hvs_m(original, noisy) > whole
    assert hvs.error_map(original, noisy).shape == original.shape[:2]
    assert hvs.masked_error_map(original, noisy).shape == original.shape[:2]


def test_the_mean_of_the_error_map_gives_the_figure(small):
    decoded = small // 16 * 16
    assert -10 * math.log10(hvs.error_map(small, decoded).mean()) == pytest.approx(
        psnr_hvs(small, decoded)
    )


def test_nothing_is_printed(capfd, small):
    hvs._package.cache_clear()
    psnr_hvs(small, small)
    assert capfd.readouterr().out == ""
