"""Multiplications and parameters of the photo coder, counted by hand and from its own shapes."""

import math

import pytest

from core.learned.photos.complexity import complexity


def test_multiplications_are_those_of_a_count_by_hand():
    # N = 128, 256 latents, per pixel: 9·9·3·128/16 + 128²/16 + 5·5·128·128/64 + 128²/64
    # + 5·5·128·256/256 = 1944 + 1024 + 6400 + 256 + 3200.
    found = complexity({"filters": 128, "latents": 256})
    assert found.encode == found.decode == pytest.approx(12.824)


def test_without_normalisation_only_the_kernels_count():
    found = complexity({"filters": 4, "latents": 2, "colours": 1, "activation": "relu"})
    assert found.encode == pytest.approx((81 * 4 / 16 + 25 * 16 / 64 + 25 * 8 / 256) / 1000)


@pytest.mark.parametrize("activation", ["gdn", "relu"])
def test_parameters_are_those_of_the_model(activation):
    from core.learned.photos.config import PhotoConfig, parameter_shapes

    config = PhotoConfig(lmbda=(0.01,), filters=6, latents=8, activation=activation)
    shared = 0
    for name, shape in parameter_shapes(config).items():
        side, *_ = name.split("/")
        if side in ("analysis", "synthesis", "analysis_norm", "synthesis_norm"):
            shared += math.prod(shape)
    assert complexity(config.to_json()).parameters == shared


def test_a_network_for_the_latents_adds_its_own_in_both_directions():
    alone = complexity({"filters": 128, "latents": 256})
    found = alone.with_entropy_model({"kmac_per_pixel": 4.0, "parameters": 1000})
    assert found.encode == found.decode == pytest.approx(16.824)
    assert found.parameters == alone.parameters + 1000


def test_the_entropy_network_is_counted_by_hand():
    """Per position: every matrix once, and of the masked ones what the mask lets through."""
    import numpy as np

    from core.learned.photos.neural import publish

    weights = {name: np.zeros(shape) for name, shape in publish.MATRIX_SHAPES.items()}
    by_hand = 0
    for name, shape in publish.MATRIX_SHAPES.items():
        rows, columns = shape[-2:]
        if name not in publish.MASKS:
            by_hand += rows * columns
            continue
        mask = np.broadcast_to(publish.MASKS[name], (rows, columns))
        by_hand += sum(1 for value in mask.flat if value)
    assert publish.cost(weights)["kmac_per_pixel"] == pytest.approx(by_hand / 256 / 1000, abs=5e-4)


def test_codecs_tell_what_they_cost():
    from core.codecs.registry import CODECS

    assert CODECS["jpeg"].complexity() is None
    plain, neural = CODECS["bls2017"].complexity(), CODECS["bls2017-neural"].complexity()
    assert plain.decode == pytest.approx(12.824)
    assert neural.decode > plain.decode and neural.parameters > plain.parameters
