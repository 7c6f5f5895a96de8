"""Encoding, decoding and measuring, as multiples of libjpeg through Pillow (quality 75, 4:2:0) on
the same picture.
"""

import io

import pytest
from PIL import Image

from core import metrics
from core.codecs.registry import CODECS

NAMES = [name for name, codec in CODECS.items() if name != "mnist"]


def _libjpeg(photo) -> bytes:
    out = io.BytesIO()
    Image.fromarray(photo).save(out, "JPEG", quality=75)
    return out.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_encode(name, photo, against):
    codec = CODECS[name]
    against(
        lambda: codec.encode(photo, codec.setting.default), lambda: _libjpeg(photo), "512 × 512 px"
    )


@pytest.mark.parametrize("name", NAMES)
def test_decode(name, photo, against):
    codec, jpeg = CODECS[name], _libjpeg(photo)
    data = codec.encode(photo, codec.setting.default).data
    against(lambda: codec.decode(data), lambda: Image.open(io.BytesIO(jpeg)).load(), "512 × 512 px")


@pytest.mark.parametrize("names", [metrics.QUICK, metrics.NAMES], ids=["quick", "all"])
def test_measures(names, photo, against):
    decoded = CODECS["jpeg"].decode(_libjpeg(photo))
    against(lambda: metrics.measure(photo, decoded, names), lambda: _libjpeg(photo), "512 × 512 px")
