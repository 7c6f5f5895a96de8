"""The shipped model of photographs in real bytes: its card, JPEG beside it, both coders."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from core import metrics
from core.codecs.learned.bls2017 import MODEL
from core.codecs.learned.photo_models import PhotoModel
from core.codecs.registry import get
from core.images import load
from core.rd.match import match_bytes
from core.store import zoo
from tests.conftest import synthetic

SOME = (2, 4, 12, 19)
LEVELS = range(1, 13)


@pytest.fixture(scope="module")
def card():
    return zoo.card(MODEL)


@pytest.fixture(scope="module")
def file(kodak):
    """`file(index, level)` -> what `bls2017` makes of a Kodak picture, encoded once."""
    codec = get("bls2017")
    return cache(lambda index, level: codec.encode(load(kodak[index]).image, level))


@pytest.mark.slow
def test_figures_of_the_card_are_those_of_the_files(kodak, card, file):
    """At a low and a high level, over all pictures: the files against the means in the card."""
    for level in (2, 9):
        row = card["figures"]["levels"][level - 1]
        bpp, psnr = [], []
        for index, path in enumerate(kodak):
            image = load(path).image
            data = file(index, level).data
            bpp.append(8 * len(data) / image[..., 0].size)
            psnr.append(metrics.psnr(image, get("bls2017").decode(data)))
        assert np.mean(bpp) == pytest.approx(row["bpp"], rel=1e-3) and np.mean(
            psnr
        ) == pytest.approx(row["psnr"], abs=0.01)


@pytest.mark.parametrize(
    "name", ["bls2017-multirate", "bls2017-0.01", "bls2017-gdn", "bls2017-relu"]
)
def test_every_shipped_model_of_photographs_codes(name):
    model, image = PhotoModel(zoo.card(name)), synthetic(70, 90)
    encoded = model.encode(image, model.setting.default)
    assert encoded.payload_bytes * 8 == pytest.approx(encoded.estimated_bits, rel=0.015, abs=40)
    assert metrics.psnr(image, model.decode(encoded.data)) > 20
    levels = zoo.card(name)["figures"]["levels"]
    assert levels[0]["bpp"] > 0 and all(
        low[key] < high[key] for key in ("bpp", "psnr") for low, high in pairwise(levels)
    )


def test_gdn_and_relu_differ_in_nothing_else():
    gdn, relu = (zoo.card(f"bls2017-{name}")["options"] for name in ("gdn", "relu"))
    assert {key for key in gdn if gdn[key] != relu[key]} == {"activation"}


@pytest.mark.slow
def test_the_context_coder_saves_bytes_and_the_static_one_keeps_to_its_estimate(kodak, file):
    static, context = 0, 0
    for index in SOME:
        image = load(kodak[index]).image
        for level in (1, 6, 12):
            one, two = get("bls2017-static").encode(image, level), file(index, level)
            assert one.payload_bytes * 8 == pytest.approx(one.estimated_bits, rel=0.015)
            assert two.payload_bytes * 8 == pytest.approx(two.estimated_bits, rel=0.015)
            static, context = static + len(one.data), context + len(two.data)
    assert context < 0.96 * static


@pytest.mark.slow
def test_above_jpeg_at_the_same_bytes(kodak, file):
    """Mean PSNR and MS-SSIM over some pictures, at every level between 0.15 and 1.5 bpp."""
    names, inside = ("psnr", "ms_ssim"), 0
    pixels = 768 * 512
    for level in LEVELS:
        rate = np.mean([8 * len(file(index, level).data) / pixels for index in SOME])
        if not 0.15 <= rate <= 1.5:
            continue
        gains = []
        for index in SOME:
            image, data = load(kodak[index]).image, file(index, level).data
            rival = match_bytes(get("jpeg"), image, len(data), names).measured.point
            ours = metrics.measure(image, get("bls2017").decode(data), names)
            gains.append([ours[name] - rival.measures[name] for name in names])
        inside += 1
        assert (np.mean(gains, 0) > 0).all(), (level, rate, np.mean(gains, 0))
    assert inside > len(LEVELS) // 2
