"""The lengths of the sample pictures' files that ship: for this program's versions, and true."""

from dataclasses import replace

import pytest

from core.codecs.registry import get
from core.images.samples import SAMPLES, sample
from core.rd import lengths
from core.rd.match import answer, best_size, search_bytes

CODECS = ("jpeg", "webp", "avif")


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("codec", map(get, CODECS), ids=CODECS)
def test_every_length_of_a_sample_is_known(codec, name):
    picture = sample(name)
    known = lengths.of(picture.sha256, codec)
    count = (codec.setting.high - codec.setting.low) / codec.setting.step + 1
    assert len(known) == count and min(known) == codec.setting.low
    budget = picture.width * picture.height // 16
    pixels = picture.width * picture.height
    found = answer(search_bytes(codec, pixels, budget, known=known))
    assert found is not None and found.encodes == 0
    assert (found.value, found.met) == best_size(known, budget, at_least=False)


@pytest.mark.parametrize("codec", map(get, CODECS), ids=CODECS)
def test_they_are_those_of_the_files(codec):
    picture = sample("chelsea")
    known = lengths.of(picture.sha256, codec)
    for value in (codec.setting.low, 33, 70, 95):
        assert known[value] == len(codec.encode(picture.image, value).data), value


def test_other_pictures_codecs_and_versions_have_none(monkeypatch):
    webp, picture = get("webp"), sample("coffee")
    assert lengths.of(picture.sha256, webp)
    assert not lengths.of("0" * 64, webp)
    assert not lengths.of(picture.sha256, get("jpegxl"))
    other = webp.info.options | {"libwebp": "another"}
    monkeypatch.setattr(webp, "info", replace(webp.info, options=other))
    assert not lengths.of(picture.sha256, webp)
