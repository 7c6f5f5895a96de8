"""The models that ship: what their cards promise is what they do, on the whole test set
of MNIST.
"""

from itertools import pairwise

import numpy as np
import pytest

from core.codecs.learned import mnist as codec
from core.codecs.registry import get
from core.datasets import mnist as data
from core.learned.digits import figures as digit_figures
from core.learned.digits import vae
from core.learned.digits import vae_train as vae_training
from core.store import zoo

TUTORIAL = {300: 31.4, 500: 45.1, 2000: 112.3}  # validation loss R + λ · D that the tutorial prints
REACHED = {300: 0.975, 500: 0.955, 2000: 0.89}  # shares of it


@pytest.fixture(scope="module")
def test_set(tfds_dir):
    patch = pytest.MonkeyPatch()
    patch.setenv("TFDS_DATA_DIR", str(tfds_dir))
    patch.delenv("RDX_MODELS", raising=False)
    data.load.cache_clear()
    yield data.load("test")
    patch.undo()


def test_all_lambdas_ship_and_are_sound(test_set):
    shipped = {card["lmbda"]: card for card in codec.cards()}
    assert set(codec.SHIPPED) <= set(shipped)
    for lmbda in codec.SHIPPED:
        model = zoo.load(codec.model_for(lmbda), "mnist")
        assert (
            model.card["weights_bytes"] < 6_000_000
            and model.card["proof"]["same_bytes_after_reload"] is True
        )
        assert f"train mnist --lmbda {lmbda:g} " in model.card["command"]


@pytest.mark.slow
@pytest.mark.parametrize("lmbda", TUTORIAL)
def test_the_loss_is_the_cards_and_below_the_tutorials(test_set, lmbda):
    name = codec.model_for(lmbda)
    figures = digit_figures.evaluate(codec.digit_coder(name).model, test_set, "mae", lmbda)
    assert figures["loss"] == pytest.approx(zoo.card(name)["figures"]["loss"], rel=1e-3)
    assert figures["loss"] <= REACHED[lmbda] * TUTORIAL[lmbda]


def test_more_lambda_means_more_bits_and_less_error(test_set):
    figures = [zoo.card(codec.model_for(lmbda))["figures"] for lmbda in codec.SHIPPED]
    assert all(a["rate"] < b["rate"] and a["mae"] > b["mae"] for a, b in pairwise(figures))


@pytest.mark.parametrize("lmbda", codec.SHIPPED)
def test_real_bytes_keep_close_to_the_information_content(test_set, lmbda):
    coder = codec.digit_coder(codec.model_for(lmbda))
    y_hat = coder.quantised(test_set[:1000])
    bits = coder.bits(y_hat).sum(1)
    lengths = np.array([len(string) for string in coder.strings(y_hat)])
    assert (lengths - bits / 8).mean() <= 1.2
    assert len(coder.stream(y_hat)) <= max(
        1, 1.02 * bits.sum() / 8
    )  # at λ = 100 there is nothing to send
    np.testing.assert_array_equal(coder.from_stream(coder.stream(y_hat), 1000), y_hat)


def test_a_container_of_1000_digits_is_one_stream(test_set):
    digits = test_set[:1000].reshape(-1, 28, 1)
    encoded = get("mnist").encode(digits, 500)
    assert len(encoded.data) <= 1.02 * encoded.estimated_bits / 8 + 24
    back = get("mnist").decode(encoded.data)
    rate, error = encoded.estimated_bits / 1000, np.abs(back.astype(int) - digits).mean() / 255
    plain = digit_figures.evaluate(
        codec.digit_coder(codec.model_for(500)).model, test_set[:1000], "mae", 500
    )
    assert rate + 500 * error < plain["loss"]  # the codec searches its rounding


def test_the_vae_does_what_its_card_says(test_set):
    card = max(zoo.cards("vae"), key=lambda c: c["created"])
    figures = vae_training.evaluate(vae.Vae(zoo.load(card["name"]).tensors), test_set)
    assert figures["kl_bits"] == pytest.approx(card["figures"]["kl_bits"], rel=1e-3)
    assert figures["mae"] == pytest.approx(card["figures"]["mae"], rel=1e-3)
