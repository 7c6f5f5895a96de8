"""Figures for people, and text from outside shown literally."""

import math

import pytest

from dashboard.ui import text


@pytest.mark.parametrize(
    ("value", "words"),
    [(1, "1 byte"), (812, "812 bytes"), (40_213, "40.2 kB"), (1_300_000, "1.30 MB")],
)
def test_sizes(value, words):
    assert text.size_text(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.012, "12 ms"), (3.44, "3.4 s"), (320, "5 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations(value, words):
    assert text.seconds_text(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.012, "1 s"), (12.4, "12 s"), (59.8, "60 s"), (323, "5 min 20 s"), (7500, "2 h 05 min")],
)
def test_times_to_come_are_rough(value, words):
    assert text.rough_seconds(value) == words
    assert text.left_text(value) == f"about {words} left"


@pytest.mark.parametrize(
    ("difference", "words"),
    [((3.14, "dB"), "+3.1 dB"), ((-0.456, "%", 2), "−0.46 %"), ((None, "dB"), "–")],
)
def test_differences(difference, words):
    assert text.signed(*difference) == words


def test_decibels():
    assert [text.decibel(v) for v in (35.321, math.inf, None)] == ["35.32 dB", "lossless", "–"]


def test_markdown_from_outside_is_shown_literally():
    assert text.plain("![x](http://h/)") == r"\!\[x\]\(http\://h/\)"
    assert text.plain("kodim05 – plain") == "kodim05 – plain"
