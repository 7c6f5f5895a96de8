"""The codec of digits: real files, which decode with the very model that wrote them alone."""

import numpy as np
import pytest

from core.codecs.learned import mnist as codec
from core.codecs.registry import get
from core.coding import container
from core.datasets.mnist import sample
from core.errors import BitstreamError, ImageError, ModelError, SettingError
from core.store import exchange, zoo
from tests.damage import assert_damage_is_refused
from tests.pages.digit_models import fill


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    """Two untrained models in a store of their own, for λ = 10 and λ = 20."""
    patch = pytest.MonkeyPatch()
    patch.setenv("RDX_MODELS", str(tmp_path_factory.mktemp("models")))
    fill(lmbdas=(10, 20), vae=False)
    yield
    patch.undo()


@pytest.mark.parametrize("count", [1, 2, 40])
def test_digits_come_back_as_the_decoder_draws_them(count):
    digits = sample()[:count]
    encoded = get("mnist").encode(digits.reshape(-1, 28, 1), 10)
    file = container.unpack(encoded.data)
    assert (file.codec, file.setting, file.width, file.height) == ("mnist", 10, 28, 28 * count)
    assert (
        file.fingerprint == zoo.load("mnist-10").fingerprint
        and len(file.payload) == encoded.payload_bytes
    )
    assert len(encoded.data) - encoded.payload_bytes <= 24
    model = codec.digit_coder("mnist-10")
    expected = model.pictures(model.searched(digits, 10)).reshape(-1, 28, 1)
    np.testing.assert_array_equal(get("mnist").decode(encoded.data), expected)
    assert encoded.payload_bytes <= encoded.estimated_bits / 8 + 1.2


def test_the_setting_is_a_stored_lambda():
    mnist_codec = get("mnist")
    assert mnist_codec.setting.grid == (10.0, 20.0) and mnist_codec.setting.span() == (10.0, 20.0)
    with pytest.raises(SettingError, match="models for 10, 20"):
        mnist_codec.encode(sample()[0], 15)


@pytest.mark.parametrize(
    "shape, kind",
    [
        ((28, 28, 3), np.uint8),
        ((28, 27, 1), np.uint8),
        ((29, 28, 1), np.uint8),
        ((0, 28, 1), np.uint8),
        ((28, 28), np.uint8),
        ((28, 28, 1), np.float32),
    ],
)
def test_what_is_no_digit_is_refused(shape, kind):
    with pytest.raises(ImageError, match="28 × 28"):
        get("mnist").encode(np.zeros(shape, kind), 10)


def test_every_flipped_bit_and_every_truncation_is_refused():
    data = get("mnist").encode(sample()[0], 10).data
    assert_damage_is_refused(get("mnist").decode, data)


def test_files_with_a_valid_checksum_but_wrong_contents_are_refused():
    fingerprint = zoo.load("mnist-10").fingerprint
    whole = container.unpack(get("mnist").encode(sample()[:3].reshape(-1, 28, 1), 10).data)
    sound = {
        "codec": "mnist",
        "setting": 10.0,
        "width": 28,
        "height": 84,
        "payload": whole.payload,
        "fingerprint": fingerprint,
    }
    for wrong in (
        {"width": 27},
        {"height": 30},
        {"fingerprint": b"\0\1\2\3"},
        {"payload": whole.payload + b"\0\1\2\3"},
    ):
        fields = sound | wrong
        with pytest.raises(BitstreamError):
            get("mnist").decode(container.pack(container.Container(**fields)))


def test_another_models_file_needs_that_model():
    data = get("mnist").encode(sample()[0], 20).data
    exported = exchange.export("mnist-20")
    zoo.remove("mnist-20")
    with pytest.raises(BitstreamError, match="not in the store"):
        get("mnist").decode(data)
    exchange.import_file(exported)
    assert get("mnist").decode(data).shape == (28, 28, 1)


def test_an_empty_store_is_said_and_hurts_no_list(tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path))
    assert get("mnist").setting.grid == codec.SHIPPED
    with pytest.raises(SettingError, match="no λ"):
        get("mnist").encode(sample()[0], 100)
    with pytest.raises(ModelError):
        codec.digit_coder("mnist-10")
