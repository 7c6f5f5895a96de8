"""The shipped coder of photographs at work, as multiples of its bare transforms with
ready kernels.
"""

import numpy as np
import pytest
import tensorflow as tf

from core.codecs.learned.bls2017 import MODEL, NEURAL_MODEL, photo_coder
from core.learned.ops import transforms
from core.learned.ops.spectral import to_kernel
from core.learned.photos.config import KERNELS, STRIDES
from core.learned.photos.model import SMALLEST_BETA
from core.learned.photos.search import searched
from tests.conftest import synthetic
from tests.core.codecs.learned.peaks import peaks

LEVEL = 6


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    return synthetic(512, 768, 5)


def bare(model):
    """(analysis, synthesis): compiled, every kernel and parameter a constant."""
    p, scale = model.parameters, model.config.input_scale
    kernels = {
        (side, i): tf.constant(to_kernel(p[f"{side}/{i}/spectrum"], KERNELS[i]).numpy())
        for side in ("analysis", "synthesis")
        for i in range(3)
    }
    norms = {
        (side, i): (
            tf.constant(p[f"{side}_norm/{i}/root_beta"].numpy() ** 2 + SMALLEST_BETA),
            tf.constant(p[f"{side}_norm/{i}/root_gamma"].numpy() ** 2),
        )
        for side in ("analysis", "synthesis")
        for i in range(2)
    }

    @tf.function
    def analysis(x):
        x = (tf.cast(x, tf.float32) / 255 - 0.5) * scale
        for i in range(3):
            x = transforms.conv_down(
                x, kernels["analysis", i], STRIDES[i], p[f"analysis/{i}/bias"] if i < 2 else None
            )
            x = transforms.gdn(x, *norms["analysis", i]) if i < 2 else x
        return tf.round(x)

    @tf.function
    def synthesis(y):
        for i in (2, 1, 0):
            y = transforms.conv_up(y, kernels["synthesis", i], STRIDES[i], p[f"synthesis/{i}/bias"])
            y = transforms.igdn(y, *norms["synthesis", i - 1]) if i else y
        return (y / scale + 0.5) * 255

    return analysis, synthesis


def test_latents(picture, against):
    """Picture → ŷ."""
    model, _ = photo_coder(MODEL)
    analysis, _ = bare(model.model)
    x = tf.constant(picture[None])
    assert (
        against(lambda: model.latents(picture, LEVEL), lambda: analysis(x).numpy(), "768 × 512 px")
        <= 1.3
    )


def test_picture(picture, against):
    """ŷ → picture."""
    model, _ = photo_coder(MODEL)
    _, synthesis = bare(model.model)
    y_hat = model.latents(picture, LEVEL)
    y = tf.constant(y_hat[None], tf.float32)
    assert (
        against(
            lambda: model.picture(y_hat, LEVEL, 512, 768),
            lambda: synthesis(y).numpy(),
            "768 × 512 px",
        )
        <= 1.3
    )


@pytest.mark.parametrize("coding", ["context", "static"])
@pytest.mark.parametrize("direction", ["write", "read"])
def test_entropy_coder(picture, coding, direction, against):
    """ŷ ↔ string, as multiples of the bare analysis."""
    model, _ = photo_coder(MODEL)
    analysis, _ = bare(model.model)
    x, y_hat = tf.constant(picture[None]), model.latents(picture, LEVEL)
    string = model.encode(y_hat, LEVEL, coding)
    rows, columns, _ = y_hat.shape
    work = {
        "write": lambda: model.encode(y_hat, LEVEL, coding),
        "read": lambda: model.decode(string, LEVEL, rows, columns, coding),
    }[direction]
    against(work, lambda: analysis(x).numpy(), "768 × 512 px")


@pytest.mark.parametrize("coding", ["context", "neural"])
@pytest.mark.parametrize("work", ["rounded", "searched", "decode"])
def test_codec(picture, work, coding, against):
    """Picture → rounded or searched ŷ → string, as multiples of the bare analysis, and string → ŷ →
    picture, as a multiple of the bare synthesis; with the context coder, and with the network.
    """
    model, _ = photo_coder(NEURAL_MODEL if coding == "neural" else MODEL)
    analysis, synthesis = bare(model.model)
    y_hat = model.latents(picture, LEVEL)
    payload = model.encode(y_hat, LEVEL, coding)
    x, y = tf.constant(picture[None]), tf.constant(y_hat[None], tf.float32)

    def rounded() -> bytes:
        return model.encode(model.latents(picture, LEVEL), LEVEL, coding)

    def search() -> bytes:
        return model.encode(searched(model, picture, LEVEL, coding), LEVEL, coding)

    def decode() -> np.ndarray:
        rows, columns, _ = y_hat.shape
        found = model.decode(payload, LEVEL, rows, columns, coding)
        return model.picture(found, LEVEL, 512, 768)

    whole = {"rounded": rounded, "searched": search, "decode": decode}[work]
    side = (lambda: synthesis(y).numpy()) if work == "decode" else (lambda: analysis(x).numpy())
    against(whole, side, "768 × 512 px")


def test_24_megapixels_stay_below_three_gigabytes(timed):
    """Resident memory of a process, at its highest; the largest pictures that are encoded."""
    others, search = timed.pedantic(peaks, (8, 12), rounds=1)
    timed.extra_info.update(size="6000 × 4000 px", others_mib=others, search_mib=search)
    assert max(others, search) < 3000
