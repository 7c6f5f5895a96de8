"""A point's figures belong to its file."""

import numpy as np
import pytest

from core import metrics
from core.codecs.registry import CODECS, get
from core.rd.measure import measure


@pytest.mark.parametrize("codec", CODECS.values(), ids=list(CODECS))
def test_the_figures_are_those_of_the_file(codec, small):
    if codec.refusal(small) is not None:
        pytest.skip(codec.refusal(small))
    measured, decoded = measure(codec, small, codec.setting.default, structural=False)
    assert np.array_equal(decoded, codec.decode(measured.data))
    assert measured.point.bytes == len(measured.data)
    assert measured.point.bpp == pytest.approx(8 * len(measured.data) / (96 * 128))
    assert measured.point.measures == metrics.measure(small, decoded, False)
    assert measured.point.ratio == pytest.approx(small.size / len(measured.data))


def test_a_record_is_plain_json(small):
    import json

    record = measure(get("webp"), small, 50)[0].point.record("cat.png")
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    promised = (
        "image codec setting width height bytes bpp mse psnr psnr_y ssim ms_ssim encode_s decode_s"
    )
    assert set(promised.split()) <= set(record)
