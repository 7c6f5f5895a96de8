"""Files of other programs against their original."""

import io

import numpy as np
import pytest
from PIL import Image

from core import images, metrics
from core.codecs.registry import get
from core.errors import BitstreamError, ImageError
from core.images import Picture
from core.rd.given import measure_given, open_given


@pytest.mark.parametrize("name", ["jpeg", "webp", "jpegxl", "klt"])
def test_a_file_of_any_codec_is_measured(name, small):
    codec, picture = get(name), Picture("p", small.copy())
    data = codec.encode(small, codec.setting.default).data
    given = open_given(data, f"x{codec.info.suffix}", picture)
    decoded = codec.decode(data)
    assert given.measures == metrics.measure(small, decoded, metrics.QUICK)
    assert (given.width, given.height, given.size) == (128, 96, len(data))
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(given.png))), decoded)
    values = measure_given(data, "x", picture, ("ssimulacra2",))
    assert values == metrics.measure(small, decoded, ("ssimulacra2",))


def test_other_sizes_have_no_measures_and_other_files_are_refused(small):
    picture = Picture("p", small.copy())
    assert open_given(images.png(small[:50]), "x.png", picture).measures == {}
    same = open_given(images.png(small), "x.png", picture)
    assert same.measures["mse"] == 0
    with pytest.raises(ImageError):
        open_given(b"nothing", "x.png", picture)
    data = get("klt").encode(small, 40).data
    with pytest.raises(BitstreamError):
        open_given(data[:-5], "x.rdx", picture)
