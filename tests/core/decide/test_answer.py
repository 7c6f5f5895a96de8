"""Figures and recommendations of decisions whose truth is known."""

import dataclasses

import numpy as np
import pytest

from core.decide.advice import advise
from core.decide.answer import Answer
from core.decide.constraints import BROWSERS, Constraints
from tests.core.decide.decisions import made_up

ANY = Constraints()


def test_a_clear_winner_is_named_with_its_saving():
    answer = Answer(made_up({"avif": 0.6, "webp": 0.8}))
    advice = advise(answer, "one", ANY)
    assert advice.codecs == ("avif",)
    assert advice.sentence.startswith("Take avif at quality") and "−" in advice.sentence
    against = answer.choices["avif"].one.baseline
    assert against.low < -40 < against.high or against.value == pytest.approx(-40, abs=2)


@pytest.mark.parametrize("seed", range(6))
def test_a_draw_names_no_winner(seed):
    """Two codecs of one worth, whose pictures differ by chance alone."""
    answer = Answer(made_up({"avif": 0.7, "webp": 0.7}, noise=0.2, seed=seed))
    for mode in ("one", "each"):
        ratio = answer.ratio("avif", "webp", mode, 0.95)
        advice = advise(answer, mode, ANY)
        if ratio.low < 0 < ratio.high:
            assert set(advice.codecs) == {"avif", "webp"}
            assert advice.sentence.startswith("A draw between") and "Take" not in advice.sentence


@pytest.mark.slow
def test_draws_are_as_rare_as_the_confidence_says():
    """Of a hundred draws by chance, about five are taken for a difference."""
    wrong = 0
    for seed in range(100):
        answer = Answer(made_up({"avif": 0.7, "webp": 0.7}, noise=0.2, seed=seed), seed=seed)
        wrong += len(advise(answer, "each", ANY).codecs) == 1
    assert wrong <= 14


def test_few_pictures_say_nothing_of_others():
    answer = Answer(made_up({"avif": 0.5, "webp": 0.9}, count=3))
    advice = advise(answer, "one", ANY)
    assert (
        advice.sentence.startswith("On these 3 pictures") and "nothing follows" in advice.sentence
    )
    assert answer.choices["avif"].one.now.low is None


def test_constraints_leave_codecs_out_and_say_why():
    decision = made_up({"jpegxl": 0.5, "avif": 0.6, "webp": 0.8})
    decision.common.update(dict.fromkeys(decision.common, 20.0 * 1.0 + 39.0))
    answer = Answer(decision)
    advice = advise(answer, "each", Constraints(BROWSERS))
    assert advice.codecs == ("avif",)
    assert any("jpegxl is left out" in r and ".jxl" in r for r in advice.reasons)
    none = advise(answer, "each", Constraints(encode_s=0.05))
    assert none.codecs == () and "None of these" in none.sentence
    assert sum("encoding takes 0.1 s" in r for r in none.reasons) == 3


def test_a_sample_says_what_it_is_a_sample_of():
    advice = advise(Answer(made_up({"avif": 0.6, "webp": 0.8}, whole=1234)), "one", ANY)
    assert any("a sample of 1,234, of which at least 8" in r for r in advice.reasons)


def test_a_codec_that_does_not_keep_the_share_is_left_out():
    decision = made_up({"avif": 0.6, "webp": 0.8})
    decision.common["avif"] = 50.0
    answer = Answer(decision)
    assert not answer.choices["avif"].able
    advice = advise(answer, "one", ANY)
    assert advice.codecs == ("webp",) and "reach the quality at one setting" in advice.reasons[1]


def test_a_codec_that_takes_too_few_pictures_is_left_out():
    decision = made_up({"avif": 0.6, "webp": 0.8})
    tried = [
        dataclasses.replace(t, probes=(), required=None, error="avif takes no such picture.")
        if t.codec == "avif" and int(t.image.split(".")[0]) < 10
        else t
        for t in decision.tried
    ]
    answer = Answer(dataclasses.replace(decision, tried=tried))
    assert "avif" not in answer.choices and len(answer.images) == 40
    assert "avif takes no such picture." in advise(answer, "one", ANY).reasons[-1]


def test_the_interval_covers_the_truth():
    """Of the savings of other pictures of the kind, it holds about 95 of 100."""
    inside = 0
    truth = np.mean(
        [
            Answer(made_up({"avif": 0.6}, 400, 0.3, seed=s)).choices["avif"].each.baseline.value
            for s in range(3)
        ]
    )
    for seed in range(40):
        found = Answer(made_up({"avif": 0.6}, 40, 0.3, seed=1000 + seed)).choices["avif"]
        inside += found.each.baseline.low <= truth <= found.each.baseline.high
    assert inside >= 33
