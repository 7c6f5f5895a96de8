"""Questions to a model of digits: the answers agree with the coder that is asked one by one."""

import numpy as np
import pytest

from core.codecs.learned import digit_tour
from core.codecs.learned.mnist import digit_coder
from core.datasets.mnist import sample
from tests.pages.digit_models import fill

NAME = "mnist-2000"


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("RDX_MODELS", str(tmp_path_factory.mktemp("models")))
    fill((2000,))
    yield
    patch.undo()


@pytest.mark.parametrize("search", [False, True])
def test_strings_decode_to_the_pictures(search):
    digits = sample()[:5]
    found, coder = digit_tour.compress(NAME, digits, search), digit_coder(NAME)
    y_hat = coder.from_strings(found.strings)
    assert np.array_equal(coder.pictures(y_hat), found.pictures)
    assert found.bits == pytest.approx(coder.bits(y_hat).sum(1))
    assert found.stream_bytes <= sum(map(len, found.strings))


def test_a_walk_has_noise_within_half_and_the_bits_of_the_rounded_latents():
    found = digit_tour.walk(NAME, sample()[3], seed=1)
    assert np.abs(found.y_noisy - found.y).max() <= 0.5
    bits = digit_coder(NAME).bits(np.round(found.y)[None]).sum()
    assert found.bits == pytest.approx(float(bits))
    assert found.untrained_picture.min() == 0 and found.untrained_picture.max() == 255
    again = digit_tour.walk(NAME, sample()[3], seed=1)
    assert np.array_equal(again.y_noisy, found.y_noisy)


def test_flipping_a_bit_twice_is_no_flip_and_one_flip_changes_one_bit():
    whole = digit_tour.flip(NAME, sample()[3], ())
    assert whole.string == whole.damaged
    assert np.array_equal(whole.picture, whole.damaged_picture)
    found = digit_tour.flip(NAME, sample()[3], (0,))
    assert found.damaged[0] == found.string[0] ^ 128 and found.damaged[1:] == found.string[1:]


def test_a_traversal_passes_through_the_digit_itself_and_a_path_ends_at_both():
    digit, other = sample()[3], sample()[8]
    coder = digit_coder(NAME)
    found = digit_tour.traverse(NAME, digit, dim=1, reach=2)
    assert list(np.diff(found.values)) == [1] * 4
    own = coder.pictures(coder.quantised(digit[None]))[0]
    assert np.array_equal(found.pictures[2], own)
    path = digit_tour.between(NAME, np.stack([digit, other]), 5)
    ends = coder.pictures(coder.latents(np.stack([digit, other])))
    assert np.array_equal(path[[0, -1]], ends)


def test_draws_are_repeatable_and_cold_draws_are_all_alike():
    cold = digit_tour.from_prior(NAME, 3, temperature=0.0, seed=1)
    assert np.array_equal(cold[0], cold[1])
    first, second = (digit_tour.from_random_bits(NAME, 3, 20, seed) for seed in (4, 5))
    assert not np.array_equal(first, second)
    assert np.array_equal(first, digit_tour.from_random_bits(NAME, 3, 20, 4))
    vae = digit_tour.from_vae("mnist-vae", 2, temperature=0.0, seed=1)
    assert vae.shape == (2, 28, 28, 1) and np.array_equal(vae[0], vae[1])
