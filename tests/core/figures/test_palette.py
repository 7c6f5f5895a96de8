"""Every codec has a colour of its own."""

import itertools

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from core.codecs.registry import CODECS
from core.figures import palette


def test_every_codec_has_a_colour_of_its_own():
    own = [palette.colour(name) for name in CODECS]
    assert len(set(own)) == len(own)
    assert palette.colour("somebody else's") == palette.colour("somebody else's")


def test_two_codecs_can_be_told_apart():
    """In CIEDE2000, of which 1 is what one just sees side by side."""

    def lab(name: str) -> np.ndarray:
        colour = palette.colour(name)
        return rgb2lab(np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]))

    apart = {
        (one, other): float(deltaE_ciede2000(lab(one), lab(other)))
        for one, other in itertools.combinations(CODECS, 2)
    }
    nearest = min(apart, key=apart.__getitem__)
    assert apart[nearest] > 10, (nearest, apart[nearest])


def test_a_faint_colour_is_the_same_colour_in_rgb():
    assert palette.faint("#0ea0b3") == "rgba(14,160,179,0.14)"
