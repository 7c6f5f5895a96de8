"""Each measure against an independent implementation (scikit-image, Pillow) or a closed form."""

import math

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2ycbcr
from skimage.metrics import mean_squared_error, peak_signal_noise_ratio, structural_similarity

from core import metrics
from core.errors import ImageError
from core.images.resize import luma
from tests.conftest import synthetic

A = synthetic(180, 200)
B = np.clip(A.astype(int) + np.random.default_rng(1).normal(0, 9, A.shape), 0, 255).astype(np.uint8)


def test_mse_and_psnr_agree_with_scikit_image():
    m = metrics.measure(A, B, ("mse", "psnr"))
    assert m["mse"] == pytest.approx(mean_squared_error(A, B), rel=1e-12)
    assert m["psnr"] == pytest.approx(peak_signal_noise_ratio(A, B, data_range=255), rel=1e-12)


def test_mae_of_a_constant_offset():
    ten, seventeen = np.full((8, 9, 3), 10, np.uint8), np.full((8, 9, 3), 17, np.uint8)
    assert metrics.measure(ten, seventeen, ["mae"]) == {"mae": 7}


def test_luma_and_its_psnr_agree_with_scikit_image():
    y = [(rgb2ycbcr(x)[..., 0] - 16) * 255 / 219 for x in (A, B)]  # from studio range to full range
    assert np.abs(luma(A) - y[0]).max() <= 0.02
    expected = peak_signal_noise_ratio(*y, data_range=255)
    assert metrics.measure(A, B, ["psnr_y"])["psnr_y"] == pytest.approx(expected, abs=0.002)


def test_611_weighs_the_three_planes():
    planes = [
        np.moveaxis(np.asarray(Image.fromarray(x).convert("YCbCr"), float), -1, 0) for x in (A, B)
    ]
    each = [peak_signal_noise_ratio(a, b, data_range=255) for a, b in zip(*planes, strict=True)]
    assert metrics.measure(A, B, ["psnr_611"])["psnr_611"] == pytest.approx(
        (6 * each[0] + each[1] + each[2]) / 8, abs=0.1
    )


def test_grey_error_is_the_same_in_rgb_and_luma():
    grey = np.repeat(A[..., :1], 3, 2)
    noisy = np.repeat(B[..., :1], 3, 2)
    m = metrics.measure(grey, noisy, metrics.QUICK)
    assert m["psnr"] == pytest.approx(m["psnr_y"], abs=1e-4)
    assert m["psnr_611"] > m["psnr_y"]  # no chroma error: both chroma terms are infinite


def of_scikit_image(a: np.ndarray, b: np.ndarray) -> float:
    """SSIM in float64, of the windows that lie inside the picture."""
    _, windows = structural_similarity(
        a.astype(float),
        b.astype(float),
        channel_axis=2,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        full=True,
    )
    return windows[5:-5, 5:-5].mean()


def test_ssim_agrees_with_scikit_image():
    expected = of_scikit_image(A, B)
    assert metrics.ssim(A, B) == pytest.approx(expected, abs=5e-6)


def test_ms_ssim_agrees_with_its_definition_on_scikit_image():
    """Wang, Simoncelli, Bovik 2003: contrast-structure at five scales, luminance at the last; per
    channel, then the mean.
    """
    from scipy.ndimage import correlate1d

    weights = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
    taps = np.exp(-((np.arange(11) - 5) ** 2) / (2 * 1.5**2))
    taps /= taps.sum()

    def halved(x):
        h, w = x.shape[0] // 2, x.shape[1] // 2
        return x[: 2 * h, : 2 * w].reshape(h, 2, w, 2).mean((1, 3))

    def blur(x):
        return correlate1d(correlate1d(x, taps, 0), taps, 1)[5:-5, 5:-5]

    values = []
    for c in range(3):
        a, b, value = A[..., c].astype(float), B[..., c].astype(float), 1.0
        for scale, weight in enumerate(weights):
            mu_a, mu_b = blur(a), blur(b)
            cov = blur(a * b) - mu_a * mu_b
            var = blur(a * a) - mu_a**2 + blur(b * b) - mu_b**2
            cs = (2 * cov + (0.03 * 255) ** 2) / (var + (0.03 * 255) ** 2)
            lum = (2 * mu_a * mu_b + (0.01 * 255) ** 2) / (mu_a**2 + mu_b**2 + (0.01 * 255) ** 2)
            value *= (cs * lum if scale == 4 else cs).mean() ** weight
            a, b = halved(a), halved(b)
        values.append(value)
    assert metrics.ms_ssim(A, B) == pytest.approx(np.mean(values), abs=5e-6)


@pytest.mark.parametrize(("height", "width"), [(180, 200), (161, 175), (333, 170)])
def test_both_similarities_are_those_of_tensorflow(height, width):
    """At a quality where the errors of its float32 are small; also where a side cannot be halved.
    The mean of the map is SSIM.
    """
    import tensorflow as tf

    a = synthetic(height, width, 2)
    noise = np.random.default_rng(3).normal(0, 25, a.shape)
    b = np.clip(a + noise, 0, 255).astype(np.uint8)
    image = tf.image
    assert metrics.ssim(a, b) == pytest.approx(
        float(image.ssim(a[None], b[None], 255)[0]), abs=1e-4
    )
    theirs = float(image.ssim_multiscale(a[None], b[None], 255)[0])
    assert metrics.ms_ssim(a, b) == pytest.approx(theirs, abs=1e-4)
    error_map = metrics.MEASURES["ssim"].error_map(a, b)
    assert error_map.shape == (height, width)
    assert 1 - error_map[5:-5, 5:-5].mean() == pytest.approx(metrics.ssim(a, b), abs=1e-6)


def test_similarities_stay_exact_at_high_quality_and_below_zero():
    """Differences of large squares, in a bright picture of high quality; opposite structure."""
    a = A // 8 + 220
    b = a + (A % 13 == 0)
    expected = of_scikit_image(a, b)
    assert 0.99 < expected < 1 and metrics.ssim(a, b) == pytest.approx(expected, abs=5e-6)
    assert metrics.ssim(A, 255 - A) < 0 and metrics.ms_ssim(A, 255 - A) == 0


def test_equal_pictures():
    m = metrics.measure(A, A)
    assert (m["mse"], m["mae"], m["psnr"], m["psnr_611"]) == (0, 0, math.inf, math.inf)
    assert m["ssim"] == pytest.approx(1) and m["ms_ssim"] == pytest.approx(1)
    assert metrics.as_json(m)["psnr"] is None  # JSON has no infinity


def test_db_form():
    assert metrics.to_db(0.99) == pytest.approx(20) and metrics.to_db(1) == math.inf


@pytest.mark.parametrize(
    ("side", "missing"),
    [
        (10, {"ssim", "ms_ssim", "vmaf", "vmaf_neg"}),
        (11, {"ms_ssim", "vmaf", "vmaf_neg"}),
        (16, {"ms_ssim", "vmaf", "vmaf_neg"}),
        (17, {"ms_ssim"}),
        (160, {"ms_ssim"}),
        (161, set()),
    ],
)
def test_small_pictures_have_the_measures_that_exist_for_them(side, missing):
    a, b = synthetic(side, 170), synthetic(side, 170, seed=2)
    m = metrics.measure(a, b)
    assert not missing & set(m)
    assert {"ssim", "ms_ssim"} - missing <= set(m)
    assert set(metrics.absent(side, 170)) == missing


def test_different_sizes_are_refused():
    with pytest.raises(ImageError, match="200 × 180 and 180 × 180"):
        metrics.measure(A, A[:, :180])
