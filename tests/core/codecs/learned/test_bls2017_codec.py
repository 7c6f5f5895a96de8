"""The photo codec in real bytes, on a small untrained model.

Exact decoding, tiles without seams, refusals.
"""

import numpy as np
import pytest
import tensorflow as tf

from core.codecs.learned import bls2017
from core.coding.container import Container, pack, unpack
from core.errors import BitstreamError
from core.learned.photos import tiles
from tests import photo_models
from tests.conftest import synthetic
from tests.damage import assert_damage_is_refused


@pytest.fixture(scope="module", params=[bls2017.Bls2017, bls2017.Bls2017Static])
def codec(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RDX_MODELS", str(tmp_path_factory.mktemp("models")))
        photo_models.fill(bls2017.MODEL)
        yield request.param()


@pytest.mark.parametrize("height, width", [(1, 1), (17, 23), (1, 300), (64, 48), (150, 270)])
def test_decodes_to_the_right_size_and_the_same_pixels_every_time(codec, height, width):
    image = synthetic(height, width, 3)
    sizes = []
    for level in (1, 2, 3):
        encoded = codec.encode(image, level)
        decoded = codec.decode(encoded.data)
        assert decoded.shape == image.shape and decoded.dtype == np.uint8
        assert (
            np.array_equal(decoded, codec.decode(encoded.data))
            and codec.encode(image, level) == encoded
        )
        assert len(encoded.data) - encoded.payload_bytes <= 21
        assert encoded.payload_bytes <= 1.015 * encoded.estimated_bits / 8 + 8
        sizes.append(len(encoded.data))
    assert height * width < 1000 or sizes[0] < sizes[1] < sizes[2]


def test_quality_rises_with_the_level(codec):
    """Of plain rounding: on an untrained model the search may trade quality for rate."""
    image, (coder, _) = synthetic(96, 128, 1), bls2017.photo_coder(bls2017.MODEL)
    errors = [
        np.mean(
            (coder.picture(coder.latents(image, level), level, 96, 128).astype(float) - image) ** 2
        )
        for level in range(3)
    ]
    assert errors[0] > errors[1] > errors[2] and errors[0] < np.var(image.astype(float))


def test_either_coder_opens_the_files_of_both(codec):
    image = synthetic(48, 80, 4)
    pictures = [
        reader.decode(writer.encode(image, 2).data)
        for writer in (bls2017.Bls2017(), bls2017.Bls2017Static())
        for reader in (bls2017.Bls2017(), codec)
    ]
    assert all(np.array_equal(picture, pictures[0]) for picture in pictures)


def test_rounded_files_are_those_of_plain_rounding(codec):
    image, rounded = synthetic(48, 80, 4), bls2017.Bls2017Rounded()
    y_hat, level = bls2017.Bls2017().latents(rounded.encode(image, 2).data)
    coder, _ = bls2017.photo_coder(bls2017.MODEL)
    assert level == 1 and np.array_equal(y_hat, coder.latents(image, 1))
    searched, _ = bls2017.Bls2017().latents(bls2017.Bls2017().encode(image, 2).data)
    assert not np.array_equal(y_hat, searched)


def test_tiles_leave_no_seam(codec, monkeypatch):
    """Small tiles and the whole at once: the same latents and pixels but for floating point."""
    image = synthetic(200, 330, 2)
    coder, _ = bls2017.photo_coder(bls2017.MODEL)
    whole = coder.latents(image, 1)
    picture, bits = coder.picture(whole, 1, 200, 330), coder.information(whole, 1)
    monkeypatch.setattr(tiles, "TILE", 5)
    tiled = coder.latents(image, 1)
    assert np.mean(tiled != whole) < 1e-3 and coder.information(whole, 1) == pytest.approx(
        bits, rel=1e-5
    )
    assert np.abs(coder.picture(whole, 1, 200, 330).astype(int) - picture).max() <= 1
    monkeypatch.setattr(tiles, "MARGIN", 0)  # and the check can fail
    assert np.abs(coder.picture(whole, 1, 200, 330).astype(int) - picture).max() > 1


def test_every_bit_flip_and_truncation_is_refused(codec):
    data = codec.encode(synthetic(20, 30), 1).data
    assert_damage_is_refused(codec.decode, data)


def test_wellformed_files_that_lie_are_refused(codec):
    file = unpack(codec.encode(synthetic(20, 30), 1).data, codec.name)
    lies = {
        "level": Container(codec.name, 7, 30, 20, file.payload, file.fingerprint),
        "does not have": Container(codec.name, 1.5, 30, 20, file.payload, file.fingerprint),
        "does not decode|not what the codec writes": Container(
            codec.name, 1, 30, 20, file.payload[:4] + bytes(40), file.fingerprint
        ),
        "not in the store": Container(codec.name, 1, 30, 20, file.payload, b"none"),
        "written by the codec klt": Container("klt", 1, 30, 20, file.payload),
    }
    for words, lie in lies.items():
        with pytest.raises(BitstreamError, match=words):
            codec.decode(pack(lie))


def test_setting_follows_the_model(codec, monkeypatch, tmp_path):
    assert codec.setting.grid == (1, 2, 3) and len(codec.identity(1)) == 64
    monkeypatch.setenv("RDX_MODELS", str(tmp_path))
    assert len(codec.setting.grid) == 12 and codec.identity(1) == ""


def test_reach_of_the_transforms_is_within_the_margin(codec):
    """A change of one pixel moves no latent more than MARGIN away, one of a latent no pixel."""
    coder, _ = bls2017.photo_coder(bls2017.MODEL)
    level, x = tf.constant([1]), np.full((1, 320, 320, 3), 128, np.uint8)
    moved = x.copy()
    moved[0, 160, 160] = 255
    change = (
        np.abs(coder.model.analysis(moved, level) - coder.model.analysis(x, level)).max((0, 3)) > 0
    )
    rows, columns = np.nonzero(change)
    assert 1 <= max(abs(rows - 10).max(), abs(columns - 10).max()) <= tiles.MARGIN
    y = np.zeros((1, 20, 20, coder.config.latents), np.float32)
    bumped = y.copy()
    bumped[0, 10, 10] = 5
    rows, columns = np.nonzero(
        np.abs(coder.model.synthesis(bumped, level) - coder.model.synthesis(y, level)).max((0, 3))
        > 0
    )
    assert 1 <= max(abs(rows // 16 - 10).max(), abs(columns // 16 - 10).max()) <= tiles.MARGIN
