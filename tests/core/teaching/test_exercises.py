"""Exercises accept what is right within tolerance and reject what is wrong, with a reason."""

import math

import numpy as np
import pytest

from core.codecs.registry import get
from core.linear import lowrank
from core.store import zoo
from core.teaching import digits, photos, svd
from core.teaching.exercise import Exercise
from core.teaching.glossary import GLOSSARY, find

RNG = np.random.default_rng(0)
FACTORS = lowrank.decompose(lowrank.channels(RNG.integers(0, 256, (40, 60, 3)).astype(np.uint8)))
POINTS = ((0.2, 60.0), (0.3, 40.0))
ALL = [
    *svd.exercises(FACTORS, 7),
    *digits.exercises(zoo.card("mnist-2000"), 43.6),
    *photos.exercises(zoo.card("bls2017-multirate"), 451, 300, POINTS),
]
EACH = pytest.mark.parametrize("asked", ALL, ids=lambda asked: asked.key)


@EACH
def test_the_right_answer_is_right_and_explained(asked: Exercise):
    found = asked.check(asked.answer)
    assert found.right and found.said == asked.why and len(asked.why) > 40
    edge = 0.99 * asked.tolerance
    assert asked.check(asked.answer + edge).right and asked.check(asked.answer - edge).right


@EACH
def test_wrong_answers_are_rejected_with_help(asked: Exercise):
    step = 1.01 * asked.tolerance or 1
    for wrong in (asked.answer + step, asked.answer - step, -asked.answer - 1, math.nan, math.inf):
        found = asked.check(wrong)
        assert not found.right and found.said and found.said != asked.why, wrong


@EACH
def test_each_usual_mistake_has_its_own_hint(asked: Exercise):
    for slip in asked.slips:
        found = asked.check(slip.answer)
        assert not found.right, slip.hint
    assert len({slip.hint for slip in asked.slips}) == len(asked.slips)


def answers(exercises: list[Exercise]) -> dict[str, float]:
    return {asked.key: asked.answer for asked in exercises}


def test_the_svds_answers_are_those_of_the_tutorial_and_of_the_pixels():
    big = lowrank.Factors(
        np.zeros((3, 1024, 2)), np.ones((3, 2)), np.zeros((3, 1024, 2)), np.full(3, 9.0)
    )
    found = answers(svd.exercises(big, 1))
    assert found["rank"] == 51  # 0.1 · 1024² / 2049 = 51.2
    assert found["break-even"] == 512  # 1024² / 2049 = 511.8
    image = RNG.integers(60, 190, (40, 60, 3)).astype(np.uint8)
    f = lowrank.decompose(lowrank.channels(image))
    again = lowrank.reconstruct(f, 7)
    mse = np.mean((again - lowrank.channels(image)).astype(np.float64) ** 2)
    assert answers(svd.exercises(f, 7))["psnr"] == pytest.approx(10 * np.log10(1 / mse), abs=0.01)


def test_the_laplacians_bits_are_those_of_a_histogram():
    drawn = np.round(np.random.default_rng(1).laplace(0, 1, 2_000_000))
    found = answers(digits.exercises(zoo.card("mnist-2000"), 43.6))
    share = {value: np.mean(drawn == value) for value in (0, 3, 4)}
    assert found["laplacian"] == pytest.approx(-np.log2(share[0]), abs=0.01)
    assert found["tail"] == pytest.approx(np.log2(share[3] / share[4]), abs=0.03)
    total = sum(2 ** -digits.laplacian_bits(value, 2.5) for value in range(-200, 201))
    assert total == pytest.approx(1)


def test_a_string_is_whole_bytes():
    for bits, string in ((43.6, 48), (48.0, 48), (48.1, 56)):
        assert answers(digits.exercises(zoo.card("mnist-500"), bits))["string"] == string
    assert answers(digits.exercises(zoo.card("mnist-500"), 9))["slope"] == 10 / 500


def test_the_latents_are_those_of_the_codec(small):
    height, width = small.shape[:2]
    card = zoo.card("bls2017-multirate")
    codec = get("bls2017")
    y_hat, _ = codec.latents(codec.encode(small[:90, :100], 2).data)
    found = answers(photos.exercises(card, 100, 90, ()))
    assert found["latents"] == y_hat.size
    assert "lambda" not in found
    for equal in (((0.2, 5.0), (0.3, 5.0)), ((0.2, 5.0), (0.2, 4.0)), ((0.2, 4.0), (0.3, 5.0))):
        assert "lambda" not in answers(photos.exercises(card, 2, 2, equal))
    assert answers(photos.exercises(card, width, height, POINTS))["lambda"] == pytest.approx(0.005)


def test_the_glossary_has_one_sentence_for_each_word():
    for terms in GLOSSARY.values():
        for term, sentence in terms.items():
            assert sentence[0].isupper() or sentence[0] in "−λyσ" or term in sentence, term
            assert sentence.endswith((".", " …")) and ". " not in sentence, term
            assert len(sentence) < 140, term
    assert len(find("")) == sum(map(len, GLOSSARY.values())) > 50
    assert list(find("bjøntegaard")) == ["BD-rate"]
    assert "PSNR" in find(" psnr ")
