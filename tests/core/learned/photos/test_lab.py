"""Questions to a model of photographs, against closed forms and the coder's own strings."""

import numpy as np
import pytest
import tensorflow as tf

from core.codecs.learned import photo_models as codecs
from core.images import resize
from core.learned.ops.spectral import to_spectrum
from core.learned.photos import lab as photo_lab
from core.learned.photos.model import SMALLEST_BETA
from tests import photo_models
from tests.conftest import synthetic


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Name -> codec: one model of three levels, one of a single λ without GDN."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RDX_MODELS", str(tmp_path_factory.mktemp("models")))
        photo_models.fill("bls2017-multirate")
        photo_models.fill("another", (0.02,), "relu")
        yield {card["name"]: codecs.PhotoModel(card) for card in codecs.cards()}


def test_pooling_keeps_means_and_the_edges():
    values = np.arange(35, dtype=float).reshape(5, 7)
    same, k = photo_lab.pooled(values, 35)
    assert k == 1 and same is values
    cells, k = photo_lab.pooled(values, 34)
    assert k == 2 and cells.shape == (3, 4)
    assert (
        cells[0, 0] == np.mean([0, 1, 7, 8])
        and cells[0, 3] == np.mean([6, 13])
        and cells[2, 3] == 34
    )


def test_channels_are_ordered_and_counted():
    bits = np.array([1.0, 50.0, 0.0, 30.0, 19.0])
    assert list(photo_lab.by_cost(bits)) == [1, 3, 4, 0, 2]
    assert [photo_lab.channels_for(bits, share) for share in (0.5, 0.51, 0.8, 0.99, 1)] == [
        1,
        2,
        2,
        3,
        4,
    ]
    assert photo_lab.channels_for(np.zeros(4), 0.9) == 0


def test_latents_become_grey_around_zero():
    picture = photo_lab.latent_picture(np.array([[0, 4], [-4, 2]], np.int32))
    assert picture.tolist() == [[128, 255], [1, 192]]
    assert (photo_lab.latent_picture(np.zeros((2, 3), np.int32)) == 128).all()


def test_filters_come_back_from_their_spectrum_strongest_first():
    kernels = np.random.default_rng(0).normal(size=(9, 9, 3, 4)) * [1, 3, 0.5, 2]
    pictures = photo_lab.filter_pictures(to_spectrum(kernels), 9)
    assert pictures.shape == (4, 9, 9, 3)
    for picture, i in zip(pictures, (1, 3, 0, 2), strict=True):
        np.testing.assert_allclose(
            picture, 128 + 127 * kernels[..., i] / np.abs(kernels[..., i]).max(), atol=0.51
        )


@pytest.mark.parametrize("shape", [(10, 10), (60, 90), (90, 7)])
def test_large_pictures_are_reduced_or_cut(shape):
    image = synthetic(*shape)
    for make in (resize.reduced, resize.middle):
        small = make(image, 600)
        assert small.shape[0] * small.shape[1] <= 600 and small.shape[2] == 3
        assert small.shape[0] / small.shape[1] == pytest.approx(shape[0] / shape[1], rel=0.3)
        assert make(image, 10**6) is image or np.array_equal(make(image, 10**6), image)
    cut = resize.middle(image, 600)
    top, left = (shape[0] - cut.shape[0]) // 2, (shape[1] - cut.shape[1]) // 2
    assert np.array_equal(cut, image[top : top + cut.shape[0], left : left + cut.shape[1]])


def test_bits_of_a_file_are_those_of_its_latents(models):
    codec, image = models["bls2017-multirate"], synthetic(70, 100)
    for level in (1, 3):
        encoded = codec.encode(image, level)
        y_hat, found = codec.latents(encoded.data)
        assert found == level - 1 and y_hat.shape == (5, 7, 32)
        bits = codec.coder().symbol_bits(y_hat, found)
        assert bits.shape == y_hat.shape and (bits >= 0).all()
        assert (
            0 <= encoded.payload_bytes - bits.sum() / 8 <= 12
        )  # the check of the latents and the string's end
        assert np.array_equal(
            codec.coder().picture(y_hat, found, 70, 100), codec.decode(encoded.data)
        )


def test_gdn_gain_is_the_formulas(models):
    """Both stages in NumPy, straight from the definition, on a picture of whole blocks."""
    codec, image, level = models["bls2017-multirate"], synthetic(48, 64), 1
    model = codec.coder().model
    p = {key: np.asarray(value, np.float64) for key, value in model.parameters.items()}
    maps = photo_lab.gain_maps(model, image, level)
    assert [m.shape for m in maps] == [(12, 16), (6, 8)]
    x = tf.constant((image[None] / 255 - 0.5) * 8, tf.float32)
    for i, (k, stride, gain) in enumerate(zip((9, 5), (4, 2), maps, strict=True)):
        kernel = model._kernel("analysis", i)
        assert kernel.shape[:2] == (k, k)
        x = tf.nn.conv2d(x, kernel, stride, "SAME").numpy() + p[f"analysis/{i}/bias"]
        x = x * np.exp(p[f"analysis_gain/{i}"][level])
        beta = p[f"analysis_norm/{i}/root_beta"] ** 2 + SMALLEST_BETA
        root = np.sqrt(beta + x**2 @ p[f"analysis_norm/{i}/root_gamma"] ** 2)
        np.testing.assert_allclose(
            gain, (20 * np.log10(np.sqrt(beta) / root)).mean(-1)[0], rtol=1e-3, atol=1e-5
        )
        x = tf.constant(x / root, tf.float32)
    assert maps[0].max() <= 0 and maps[0].min() < -0.05 and np.ptp(maps[0]) > 0.02
    assert photo_lab.gain_maps(models["another"].coder().model, image, 0) == []


def test_rounded_rate_is_the_coders_and_noise_adds_what_it_must(models):
    codec, image = models["bls2017-multirate"], synthetic(64, 96)
    coder = codec.coder()
    found = photo_lab.relaxation(coder.model, image, 2, seed=1)
    y_hat = coder.latents(image, 2)
    assert found.rounded_bpp == pytest.approx(coder.information(y_hat, 2) / (64 * 96), rel=1e-4)
    x_hat = coder.model.synthesis(tf.constant(y_hat[None], tf.float32), tf.constant([2])).numpy()[0]
    assert found.rounded_mse == pytest.approx(np.mean((x_hat - image) ** 2), rel=1e-3)
    assert (
        found
        == photo_lab.relaxation(coder.model, image, 2, seed=1)
        != photo_lab.relaxation(coder.model, image, 2, seed=2)
    )
    assert (
        0.5 < found.noisy_bpp / found.rounded_bpp < 2
        and 0.5 < found.noisy_mse / found.rounded_mse < 2
    )


def test_any_model_of_the_family_codes_and_every_bls2017_decodes(models):
    image = synthetic(40, 50)
    assert list(models) == ["bls2017-multirate", "another"]  # the standard one first
    one = models["another"]
    assert one.setting.grid == (1,) and one.name != models["bls2017-multirate"].name
    data = one.encode(image, 1).data
    assert np.array_equal(one.decode(data), models["bls2017-multirate"].decode(data))
    assert one.decode(data).shape == image.shape
