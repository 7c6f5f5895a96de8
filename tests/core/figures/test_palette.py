"""Every codec has a colour of its own."""

from core.codecs.registry import CODECS
from core.figures import palette


def test_every_codec_has_a_colour_of_its_own():
    own = [palette.colour(name) for name in CODECS]
    assert len(set(own)) == len(own)
    assert palette.colour("somebody else's") == palette.colour("somebody else's")


def test_a_faint_colour_is_the_same_colour_in_rgb():
    assert palette.faint("#0ea0b3") == "rgba(14,160,179,0.14)"
