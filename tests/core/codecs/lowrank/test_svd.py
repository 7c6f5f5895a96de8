"""The codec `svd`: budgets, ranks, truncated decompositions, and the rate that it promises."""

import os

import numpy as np
import pytest

from core import metrics
from core.codecs.lowrank import svd
from core.codecs.registry import get
from core.images import load
from core.linear import lowrank
from core.rd.match import match_bytes
from tests.conftest import synthetic


def psnr(image, codec, data):
    return metrics.psnr(image, codec.decode(data))


@pytest.fixture(scope="module")
def analysis(small):
    return svd.analyse(small)


@pytest.mark.slow
def test_a_byte_budget_is_met_closely_without_another_svd(small, monkeypatch):
    image = small[:64, :80]
    prepared = svd.Prepared(svd.analyse(image))
    monkeypatch.setattr(lowrank, "decompose", None)
    for budget in (300, 1000, 4000):
        match = match_bytes(prepared, image, budget, ("psnr",))
        assert match.met and 0.93 * budget - 8 <= len(match.measured.data) <= budget
        assert 1 <= svd.rank_of(match.measured.data) <= 64
    assert not match_bytes(prepared, image, 20, ("psnr",)).met
    with pytest.raises(ValueError, match="another size"):
        prepared.encode(image[:50], 50)


@pytest.mark.parametrize("size", [(1, 1), (7, 90), (64, 80)])
def test_what_was_just_written_decodes_to_the_pixels_of_the_file(small, size, monkeypatch):
    image = np.ascontiguousarray(small[: size[0], : size[1]])
    prepared, codec = svd.Prepared(svd.analyse(image)), get("svd")
    for quality in (0, 30, 55, 80, 100):
        data = prepared.encode(image, quality).data
        assert data == codec.encode(image, quality).data
        with monkeypatch.context() as patch:
            patch.setattr(svd, "unpack", None)  # the file is not read
            shown = prepared.decode(data)
        assert np.array_equal(shown, codec.decode(data))
    other = codec.encode(image, 40).data
    assert np.array_equal(prepared.decode(other), codec.decode(other))


@pytest.mark.slow
def test_automatic_pairs_are_near_the_best_of_all_pairs(small):
    """At the bytes of an automatic file no pair of rank and step is over 0.15 dB better."""
    image = small[:64, :80]
    analysis, pairs = svd.analyse(image), []
    for quality in (28, 36, 44, 52, 60):
        for rank in (5, 12, 24, 48):
            data = svd.write(analysis, quality, rank).data
            pairs.append((len(data), psnr(image, get("svd"), data)))
    for quality in (38, 54):
        data = svd.write(analysis, quality).data
        best = max(p for size, p in pairs if size <= len(data))
        assert psnr(image, get("svd"), data) > best - 0.15


@pytest.mark.parametrize("rank", [1, 7, 25])
def test_a_rank_of_ones_own(small, analysis, rank):
    quality = svd.quality_for_rank(analysis, rank)
    encoded = svd.write(analysis, quality, rank)
    assert (
        lowrank.elements(96, 128, rank) <= encoded.elements <= 3 * lowrank.elements(96, 128, rank)
    )
    full = lowrank.to_image(lowrank.reconstruct(lowrank.decompose(lowrank.channels(small)), rank))
    assert abs(psnr(small, get("svd"), encoded.data) - metrics.psnr(small, full)) < 3


def test_large_pictures_use_a_truncated_svd(monkeypatch):
    monkeypatch.setattr(lowrank, "MAX_PIXELS", 10_000)
    monkeypatch.setattr(svd, "TRUNCATED", 20)
    image = synthetic(110, 120)
    encoded = get("svd").encode(image, 60)
    assert encoded.elements <= 3 * lowrank.elements(110, 120, 20)
    assert psnr(image, get("svd"), encoded.data) > 25


def test_svd_needs_far_fewer_bytes_than_float16_factors(kodak):
    """Float16 factors of the same PSNR take over four times the bytes; RDX_FULL=1: all 24."""
    codec, ratios = get("svd"), []
    for path in kodak if os.environ.get("RDX_FULL") else (kodak[2], kodak[7]):
        image = load(path).image
        data = codec.encode(image, 54).data
        target, f = psnr(image, codec, data), lowrank.decompose(lowrank.channels(image))
        low, high = 1, f.rank
        while low < high:
            middle = (low + high) // 2
            mse = lowrank.squared_error(image, lowrank.to_image(lowrank.reconstruct(f, middle)))
            low, high = (low, middle) if metrics.psnr_of(mse) >= target else (middle + 1, high)
        ratios.append(2 * 3 * lowrank.elements(*f.shape, low) / len(data))
    mean, least = np.mean(ratios), min(ratios)
    print(f"float16 factors ÷ svd file at equal PSNR: mean {mean:.1f}, least {least:.1f}")
    assert mean > 4
