"""Units for people, and text from outside shown literally."""

import math

import pytest

from core.codecs.registry import CODECS
from dashboard.ui import theme


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1 byte"), (812, "812 bytes"), (40_213, "40.2 kB"), (1_300_000, "1.30 MB")],
)
def test_sizes(value, text):
    assert theme.size_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.012, "12 ms"), (3.44, "3.4 s"), (320, "5 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations(value, text):
    assert theme.seconds_text(value) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [((3.14, "dB"), "+3.1 dB"), ((-0.456, "%", 2), "−0.46 %"), ((None, "dB"), "–")],
)
def test_differences(difference, text):
    assert theme.signed(*difference) == text


def test_decibels():
    assert [theme.decibel(v) for v in (35.321, math.inf, None)] == ["35.32 dB", "lossless", "–"]


def test_every_codec_has_a_colour_of_its_own():
    own = [theme.colour(name) for name in CODECS]
    assert len(set(own)) == len(own)
    assert theme.colour("somebody else's") == theme.colour("somebody else's")


def test_markdown_from_outside_is_shown_literally():
    assert theme.plain("![x](http://h/)") == r"\!\[x\]\(http\://h/\)"
    assert theme.plain("kodim05 – plain") == "kodim05 – plain"
