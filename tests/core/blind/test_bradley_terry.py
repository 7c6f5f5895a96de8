"""Scores against simulated votes whose truth is known, against a closed form, and their file."""

import math

import numpy as np
import pytest

from core.blind import votes as files
from core.blind.bradley_terry import rank
from core.blind.trials import trials
from core.blind.votes import Vote
from core.errors import DataError

TRUE = {"a": 1.0, "b": 0.35, "c": -0.35, "d": -1.0}
NU = 0.5


def _simulated(seed: int, repeats: int = 4) -> list[Vote]:
    rng = np.random.default_rng(seed)
    pictures = [f"p{i}" for i in range(10)]
    votes = []
    for trial in trials(pictures, list(TRUE), seed, repeats):
        left, right = TRUE[trial.left], TRUE[trial.right]
        odds = np.exp([left, right, (left + right) / 2]) * (1, 1, NU)
        said = ("left", "right", "same")[rng.choice(3, p=odds / odds.sum())]
        votes.append(Vote(trial.picture, trial.left, trial.right, said))
    return votes


def test_a_known_order_is_recovered_and_the_intervals_cover_it():
    covered = count = 0
    for seed in range(20):
        ranking = rank(_simulated(seed))
        if seed < 3:
            assert [score.name for score in ranking.scores] == list(TRUE)
        for score in ranking.scores:
            covered += score.low <= TRUE[score.name] <= score.high
            count += 1
    assert 0.88 <= covered / count <= 1


def test_two_results_have_the_scores_of_the_closed_form():
    votes = [Vote("p", "a", "b", "left")] * 300 + [Vote("p", "b", "a", "left")] * 100
    best, other = rank(votes).scores
    assert best.name == "a"
    assert best.value - other.value == pytest.approx(math.log(3), abs=0.02)
    assert (best.wins, best.losses, best.draws) == (300, 100, 0)


def test_sides_and_draws_favour_nobody():
    votes = [Vote("p", "a", "b", "left"), Vote("p", "a", "b", "right")] * 10
    votes += [Vote("p", "a", "b", "same")] * 20
    ranking = rank(votes)
    assert [s.value for s in ranking.scores] == pytest.approx([0, 0], abs=1e-9)
    assert not ranking.apart(0, 1)


def test_one_who_wins_always_has_a_finite_score():
    ranking = rank([Vote("p", "a", "b", "left")] * 12)
    assert ranking.scores[0].name == "a" and 1 < ranking.scores[0].value < 4
    assert ranking.apart(0, 1)
    assert not rank([Vote("p", "a", "b", "left")]).apart(0, 1)


def test_trials_hold_every_pair_in_an_order_and_on_sides_by_chance():
    order = trials(["p", "q"], list(TRUE), 7, 5)
    assert len(order) == 2 * 6 * 5
    pairs = {frozenset((t.left, t.right)) for t in order}
    assert len(pairs) == 6
    left = sum(t.left == "a" for t in order)
    assert 6 < left < 24  # of the 30 trials with it
    assert order != trials(["p", "q"], list(TRUE), 8, 5)
    assert order == trials(["p", "q"], list(TRUE), 7, 5)


def test_votes_are_kept_in_a_file():
    votes = _simulated(1, 1)
    text = files.write(votes, codecs=list(TRUE), bpp=0.25)
    assert files.read(text.encode()) == votes
    assert set(files.results(votes)) == set(TRUE)
    for wrong in (b"", b"[]", b"{}", text.replace('"left"', '"up"').encode()):
        with pytest.raises(DataError):
            files.read(wrong)
    with pytest.raises(DataError):
        rank([])
