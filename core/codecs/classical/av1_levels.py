"""Which qualities AVIF's encoder takes for one and the same: a search needs to try one of them.

libavif maps a quality of 0 to 100 to one of AV1's 64 quantizers, by a rule that depends on what
libaom is tuned for. The rules here are those of the version named; of others nothing is known.
"""

from bisect import bisect_right
from collections.abc import Callable
from functools import partial

from PIL import features

LIBAVIF = "1.4."
# Qualities that give the same file as the quality below.
_TUNED_FOR_EYE = (
    *(1, 2, 4, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33, 36, 38, 41, 43, 46),
    *(48, 51, 53, 57, 61, 65, 69, 73, 77, 81, 85, 89, 93, 97),
)
_TUNED_FOR_PSNR = (
    *(2, 5, 7, 10, 13, 15, 18, 21, 23, 26, 29, 32, 34, 37, 40, 42, 45, 48, 50, 53, 56, 59, 61),
    *(64, 67, 69, 72, 75, 78, 80, 83, 86, 88, 91, 94, 96, 99),
)


def levels(tuned_for_psnr: bool = False) -> Callable[[float], int] | None:
    """The function that tells a quality's level; None for another version of libavif."""
    if not (features.version("avif") or "").startswith(LIBAVIF):
        return None
    return partial(_level, _TUNED_FOR_PSNR if tuned_for_psnr else _TUNED_FOR_EYE)


def _level(alike: tuple[int, ...], quality: float) -> int:
    return int(quality) - bisect_right(alike, quality)
