"""The search of the photo coder's encoder.

Gradients and curvature are those of the synthesis, prices those of the coder, and the sum of rate
and distortion never gets worse.
"""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from core.codecs.learned import bls2017
from core.learned.photos import search, tiles
from core.learned.photos.search import searched
from tests import photo_models
from tests.conftest import synthetic


@pytest.fixture(scope="module")
def coder(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RDX_MODELS", str(tmp_path_factory.mktemp("models")))
        photo_models.fill(bls2017.MODEL)
        yield bls2017.photo_coder(bls2017.MODEL)[0]


def squared_error(coder, image, y_hat, level) -> float:
    """Of the picture before it is rounded to whole numbers."""
    x_hat = coder.model.synthesis(tf.constant(y_hat[None], tf.float32), tf.constant([level]))[0]
    x_hat = np.clip(x_hat.numpy()[: image.shape[0], : image.shape[1]], 0, 255)
    return float(np.sum((x_hat.astype(np.float64) - image) ** 2))


def cost(coder, image, y_hat, level) -> float:
    bits = float(coder.symbol_bits(y_hat, level).sum(dtype=np.float64))
    return bits + coder.config.lmbda[level] / 3 * squared_error(coder, image, y_hat, level)


@pytest.mark.parametrize("height, width", [(48, 64), (41, 50)])
def test_gradients_are_finite_differences_of_the_squared_error(coder, height, width):
    """Also where the last latents reach beyond the picture: only its own pixels count."""
    image, level = synthetic(height, width, 3), 1
    y_hat = coder.latents(image, level)
    error, gradient = coder.error_and_gradient(image, y_hat, level)
    assert error == pytest.approx(squared_error(coder, image, y_hat, level), rel=1e-5)
    assert coder.error(image, y_hat, level) == error
    rng = np.random.default_rng(0)
    for direction in rng.normal(size=(4, *y_hat.shape)):
        ends = [
            squared_error(coder, image, y_hat + sign * 1e-3 * direction, level) for sign in (1, -1)
        ]
        assert (ends[0] - ends[1]) / 2e-3 == pytest.approx(
            float(np.sum(gradient * direction)), rel=0.02, abs=0.005 * error
        )


def test_tiles_have_the_gradient_of_the_whole(coder, monkeypatch):
    image = synthetic(200, 330, 2)
    y_hat = coder.latents(image, 1)
    error, gradient = coder.error_and_gradient(image, y_hat, 1)
    monkeypatch.setattr(tiles, "TILE", 5)
    tiled_error, tiled = coder.error_and_gradient(image, y_hat, 1)
    assert coder.error(image, y_hat, 1) == tiled_error
    assert tiled_error == pytest.approx(error, rel=1e-6)
    np.testing.assert_allclose(tiled, gradient, atol=1e-3 * np.abs(gradient).max())
    monkeypatch.setattr(tiles, "MARGIN", 0)  # and the check can fail
    assert (
        np.abs(coder.error_and_gradient(image, y_hat, 1)[1] - gradient).max()
        > 1e-3 * np.abs(gradient).max()
    )


def test_curvature_is_what_a_step_adds_to_the_gradient(coder):
    """Over many positions of a channel.

    The error after a step, less the error before and the gradient.
    """
    image, level = np.full((96, 96, 3), 128, np.uint8), 1
    y_hat = coder.latents(image, level)
    error, gradient = coder.error_and_gradient(image, y_hat, level)
    curvature = coder.curvature(y_hat, level)
    for channel in np.argsort(-curvature)[:3]:
        stepped = y_hat.copy()
        stepped[3, 3, channel] += 1
        added = squared_error(coder, image, stepped, level) - error - gradient[3, 3, channel]
        assert added == pytest.approx(curvature[channel], rel=0.5)


def test_prices_around_are_those_of_the_other_latents(coder):
    image, level = synthetic(64, 80, 5), 1
    y_hat = coder.latents(image, level)
    prices = coder.context_coder(level)
    found = np.full((3, *y_hat.shape), np.nan)
    for y, x, channels, *costs in prices.around(y_hat):
        for place, bits in enumerate(costs):
            found[place][y, x, channels] = bits
    live = y_hat.any((0, 1))
    assert np.isnan(found[..., ~live]).all() and np.isfinite(found[..., live]).all()
    bits = coder.symbol_bits(y_hat, level)
    # The flags are charged to the first position.
    np.testing.assert_allclose(found[1, 1:][..., live], bits[1:][..., live], rtol=1e-5)
    order = [int(c) for c in prices._rules.order if live[c]]
    y, x, last = 1, 0, order[-1]
    for place, step in ((0, -1), (2, 1)):
        other = y_hat.copy()
        other[y, x, last] += step
        if other[..., last].any():
            assert coder.symbol_bits(other, level)[y, x, last] == pytest.approx(
                found[place][y, x, last], rel=1e-5
            )


@pytest.mark.parametrize("height, width", [(1, 1), (17, 23), (96, 128)])
def test_the_sum_of_rate_and_distortion_never_gets_worse(coder, height, width):
    image, better = synthetic(height, width, 7), 0
    for level in range(coder.config.levels):
        before = cost(coder, image, coder.latents(image, level), level)
        after = cost(coder, image, searched(coder, image, level), level)
        assert after <= before * (1 + 1e-6)
        better += after < 0.995 * before
    assert better or height == 1


def test_large_pictures_get_fewer_rounds(coder, monkeypatch):
    asked = []
    for name in ("error_and_gradient", "error"):
        whole = getattr(coder, name)
        monkeypatch.setattr(
            type(coder), name, lambda self, *of, whole=whole: asked.append(0) or whole(*of)
        )
    for pixels, rounds in ((96 * 128, 1), (3 * 96 * 128, 3), (10**9, 6)):
        monkeypatch.setattr(search, "BRIEF", replace(search.BRIEF, pixels=pixels))
        asked.clear()
        searched(coder, synthetic(96, 128), 0)
        assert len(asked) == rounds + 1  # and where the last one led


def test_a_long_search_ends_with_few_steps_where_they_gain_most():
    paid = np.array([10.0, 120.0, 900.0])
    assert np.allclose(search.LONG.steps(paid, 0), [1, 2.4, 18])
    assert np.allclose(search.LONG.steps(paid, 1), [1 / 8, 0.3, 2.25])
    assert np.array_equal(search.BRIEF.steps(paid, 0), search.BRIEF.steps(paid, 1))

    wanted = np.array([0.5, 0.25, 2.4, 0.75, 18])
    gains = np.array([[1, 0], [0, 5], [1, 1], [2, 3], [1, 1]], np.float32)
    assert search._allowed(wanted, gains).tolist() == [0, 1, 2, 1, search.STEPS]
