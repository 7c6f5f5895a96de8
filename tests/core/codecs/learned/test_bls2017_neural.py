"""The codec `bls2017-neural` with its shipped model: exact, refusing what is damaged, and shorter.

That it is the same in every process: test_bls2017_processes.py.
"""

import numpy as np
import pytest

from core import metrics
from core.codecs.learned.bls2017 import NEURAL_MODEL, photo_coder
from core.codecs.registry import get
from core.errors import BitstreamError
from core.images import load
from core.learned.photos.entropy.neural_coder import NeuralCoder
from core.learned.photos.search import searched
from tests.conftest import synthetic
from tests.damage import assert_damage_is_refused, flipped


@pytest.mark.slow
@pytest.mark.parametrize("height, width", [(1, 1), (17, 23), (1, 300), (90, 150)])
def test_decodes_to_the_same_pixels_every_time(height, width):
    codec, image, sizes = get("bls2017-neural"), synthetic(height, width, 3), []
    for level in (1, 7, 12):
        encoded = codec.encode(image, level)
        decoded = codec.decode(encoded.data)
        assert decoded.shape == image.shape
        assert decoded.dtype == np.uint8
        assert np.array_equal(decoded, get("bls2017").decode(encoded.data))
        if level == 7:
            assert codec.encode(image, level) == encoded
        assert encoded.payload_bytes * 8 == pytest.approx(encoded.estimated_bits, rel=0.01, abs=64)
        sizes.append(len(encoded.data))
    assert height * width < 1000 or sizes[0] < sizes[1] < sizes[2]


def test_every_bit_flip_and_truncation_is_refused():
    codec = get("bls2017-neural")
    data = codec.encode(synthetic(20, 30), 1).data
    assert_damage_is_refused(codec.decode, data)


def test_damaged_payloads_do_not_decode():
    """Past the file's own check: what the entropy coder makes of other bytes is not what was
    written.
    """
    coder, _ = photo_coder(NEURAL_MODEL)
    y_hat = coder.latents(synthetic(40, 60), 5)
    payload = coder.encode(y_hat, 5, "neural")
    rng = np.random.default_rng(0)
    for at in rng.integers(0, 8 * len(payload), 40):
        with pytest.raises(BitstreamError):
            coder.decode(flipped(payload, at), 5, *y_hat.shape[:2], "neural")


@pytest.mark.slow
def test_shorter_than_the_context_coder_on_the_same_latents(kodak):
    """With the model whose transforms were trained without the network."""
    neural, _ = photo_coder("bls2017-neural")
    for level in (1, 5, 10):
        sizes = np.zeros(2)
        for index in (2, 12, 18):
            y_hat = neural.latents(load(kodak[index]).image, level)
            sizes += [len(neural.encode(y_hat, level, kind)) for kind in ("neural", "context")]
        assert sizes[0] < 0.965 * sizes[1]


@pytest.mark.slow
def test_the_search_makes_files_better_and_what_latents_do_to_others_helps_it(kodak, monkeypatch):
    image, level = load(kodak[2]).image[:192, :192], 5
    coder, _ = photo_coder(NEURAL_MODEL)
    lmbda = coder.config.lmbda[level]

    def total(y_hat: np.ndarray) -> float:
        """Bits per pixel of the string, and the weighted error of the decoded picture."""
        mse = 255**2 / 10 ** (metrics.psnr(image, coder.picture(y_hat, level, 192, 192)) / 10)
        bits = 8 * len(coder.encode(y_hat, level, "neural"))
        return bits / image[..., 0].size + lmbda * mse

    rounded = total(coder.latents(image, level))
    whole = total(searched(coder, image, level, "neural"))
    monkeypatch.setattr(NeuralCoder, "context_gradient", lambda self, y_hat: 0.0)
    alone = total(searched(coder, image, level, "neural"))
    assert whole < 0.997 * alone < 0.99 * rounded
