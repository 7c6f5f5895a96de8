"""The units that workers do for a search: slices of it, which add up to the whole."""

import numpy as np
import pytest

from core import images
from core.codecs.base import Encoded
from core.codecs.registry import get
from core.images import Picture
from core.metrics import QUICK
from core.rd import tasks
from core.rd.match import match_bytes
from tests.conftest import synthetic

PICTURE = Picture("a", synthetic(120, 160))


@pytest.mark.parametrize("slice_s", [0.0, 60.0])
@pytest.mark.parametrize("at_least", [False, True])
@pytest.mark.parametrize("name", ["jpeg", "jpeg2000", "webp"])
def test_a_search_in_slices_ends_as_in_one_piece(name, at_least, slice_s, monkeypatch):
    monkeypatch.setattr(tasks, "SLICE_S", slice_s)
    codec, budget, encoded = get(name), 2500, []
    encode = codec.encode
    monkeypatch.setattr(codec, "encode", lambda *given: encoded.append(given) or encode(*given))
    sizes: dict[float, int] = {}
    step, slices = tasks.Fitted({}, None, None), 0
    while step.found is None:
        step = tasks.fit(PICTURE, codec, budget, at_least, sizes, step.best, QUICK)
        assert len(step.sizes) == 1 or slice_s
        sizes |= step.sizes
        slices += 1
    assert len(encoded) == len(sizes) and (slices == len(sizes) if not slice_s else slices == 1)
    whole = match_bytes(codec, PICTURE.image, budget, QUICK, at_least).measured
    if slice_s:
        assert step.best is None and step.shown is not None
        measured, png = step.shown
        assert measured.data == whole.data and measured.point.measures == whole.point.measures
        np.testing.assert_array_equal(images.read(png, "a").image, codec.decode(whole.data))
    else:
        assert step.shown is None and step.best is not None
        value, (file, seconds) = step.best
        assert value == step.found.value and file == Encoded(whole.data) and seconds > 0


def test_a_search_whose_answer_was_known_gives_no_file_again():
    codec = get("jpeg")
    sizes = {v: len(codec.encode(PICTURE.image, v).data) for v in range(1, 101)}
    step = tasks.fit(PICTURE, codec, sizes[50], False, sizes, None, QUICK)
    assert step.found is not None and step.found.value == 50
    assert (step.sizes, step.best, step.shown) == ({}, None, None)
