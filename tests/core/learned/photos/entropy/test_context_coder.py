"""The context coder: exact for any shape and values, as long as it says it is, and shorter than the
static coder where there is context."""

import numpy as np
import pytest

from core.errors import BitstreamError
from core.learned.photos.entropy.context_coder import ContextCoder
from core.learned.photos.entropy.context_fit import fit_context_model
from core.learned.photos.entropy.context_model import ContextModel, sound_context
from core.learned.photos.entropy.context_walk import COARSEST, visits

CHANNELS = 20


def latents(height: int, width: int, seed: int, smooth: bool = True) -> np.ndarray:
    """(height, width, CHANNELS) int32: a smooth first channel, the others under one envelope."""
    rng = np.random.default_rng(seed)
    grid = rng.normal(size=(height // 4 + 2, width // 4 + 2, 2))
    field = (
        np.kron(grid, np.ones((4, 4, 1)))[2 : 2 + height, 2 : 2 + width]
        if smooth
        else rng.normal(size=(height, width, 2))
    )
    scales = 3.0 / (1 + np.arange(CHANNELS))
    y = rng.normal(size=(height, width, CHANNELS)) * np.exp(field[..., 1:]) * scales
    y[..., 0] = 40 * field[..., 0] + rng.normal(size=(height, width))
    return np.round(y).astype(np.int32)


@pytest.fixture(scope="module")
def tensors():
    return fit_context_model(
        [
            [latents(32, 48, seed) for seed in range(4)],
            [latents(32, 48, seed) // 3 for seed in range(4)],
        ]
    )


@pytest.fixture(scope="module")
def coder(tensors):
    return ContextCoder(ContextModel.of_level(tensors, 0))


@pytest.mark.parametrize(
    "height, width", [(1, 1), (1, 31), (17, 1), (2, 3), (8, 8), (9, 23), (40, 33)]
)
def test_visits_reach_every_position_once_with_known_neighbours(height, width):
    known = set()
    border = COARSEST // 2
    inside = {
        (y + border) * (width + 2 * border) + x + border
        for y in range(height)
        for x in range(width)
    }
    for visit in visits(height, width):
        assert all(
            row in known or row not in inside for rows in visit.around for row in rows.tolist()
        )
        assert not known & set(visit.rows.tolist())
        known |= set(visit.rows.tolist())
    assert known == inside


@pytest.mark.parametrize("height, width", [(1, 1), (1, 31), (17, 1), (9, 23), (40, 33)])
def test_strings_decode_exactly(coder, height, width):
    y_hat = latents(height, width, 9)
    assert np.array_equal(coder.decode(coder.encode(y_hat), height, width), y_hat)


def test_numbers_far_outside_the_tables_and_empty_pictures_decode_exactly(coder):
    y_hat = latents(16, 16, 5)
    y_hat[3, 4, 5], y_hat[0, 0, 19], y_hat[15, 15, 0] = 5000, -70000, 300000
    assert np.array_equal(coder.decode(coder.encode(y_hat), 16, 16), y_hat)
    nothing = np.zeros((6, 5, CHANNELS), np.int32)
    assert np.array_equal(coder.decode(coder.encode(nothing), 6, 5), nothing)


def test_a_string_is_as_long_as_its_symbols_cost(coder):
    y_hat = latents(40, 40, 11)
    bits = coder.bits(y_hat)
    assert bits.shape == y_hat.shape and (bits > 0)[..., 0].all()
    assert bits.sum() / 8 - 1 < len(coder.encode(y_hat)) < bits.sum() / 8 * 1.005 + 8


def test_context_saves_where_there_is_some(coder):
    def entropy(y: np.ndarray) -> float:
        total = 0.0
        for channel in np.moveaxis(y, 2, 0):
            _, counts = np.unique(channel, return_counts=True)
            total -= (counts * np.log2(counts / counts.sum())).sum()
        return total

    y_hat = latents(64, 64, 21)
    assert coder.bits(y_hat).sum() < 0.9 * entropy(
        y_hat
    )  # against each channel's own entropy, tables for free
    shuffled = (
        np.random.default_rng(0).permutation(y_hat.reshape(-1, CHANNELS)).reshape(y_hat.shape)
    )
    assert coder.bits(y_hat).sum() < 0.9 * coder.bits(shuffled).sum()


def test_any_bytes_give_latents_or_a_refusal(coder):
    rng = np.random.default_rng(3)
    for length in (0, 1, 3, 40, 400):
        try:
            found = coder.decode(rng.bytes(length), 9, 7)
        except BitstreamError:
            continue
        assert found.shape == (9, 7, CHANNELS)


def test_stored_numbers_are_checked(tensors):
    assert sound_context(tensors)
    broken = tensors["context/tables"].copy()
    broken[5, 7] += 1
    assert not sound_context(tensors | {"context/tables": broken})
    order = tensors["context/order"].copy()
    order[0, 0] = order[0, 1]
    assert not sound_context(tensors | {"context/order": order})
    assert not sound_context(
        tensors | {"context/weights": tensors["context/weights"].astype(np.float32)}
    )
