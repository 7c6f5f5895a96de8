"""Uploads that a reloaded page finds again: by an unguessable name, for a while, bounded."""

import numpy as np

from core.images import Picture
from dashboard.returning import Kept


def picture(number: int, side: int = 10) -> Picture:
    return Picture(f"{number}", np.full((side, side, 3), number, np.uint8))


def test_a_picture_comes_back_under_its_own_name_alone():
    kept = Kept(10_000, 60)
    first, second = kept.add(picture(1)), kept.add(picture(1))
    assert first != second and len(first) >= 32
    found = kept.get(first)
    assert found is not None and found.sha256 == picture(1).sha256
    assert kept.get(first[:-1]) is None and kept.get("") is None


def test_what_is_kept_is_bounded_in_bytes_and_time():
    kept = Kept(1_000, 60)
    names = [kept.add(picture(number)) for number in range(5)]  # of 300 bytes each
    assert [kept.get(name) is not None for name in names] == [False, False, True, True, True]
    assert kept.add(picture(9, side=20)) == ""  # larger than all that may be kept
    assert kept.get(names[-1]) is not None
    gone = Kept(1_000, 0.0)
    assert gone.get(gone.add(picture(1))) is None
