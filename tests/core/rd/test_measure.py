"""A point's figures belong to its file."""

from dataclasses import replace

import numpy as np
import pytest

from core import metrics
from core.codecs.learned import bls2017, mnist
from core.codecs.registry import CODECS, get
from core.coding.container import pack, unpack
from core.errors import BitstreamError, ModelError, SettingError
from core.rd.match import match_bytes
from core.rd.measure import complete, evaluate, timed_decode


@pytest.mark.parametrize("codec", CODECS.values(), ids=list(CODECS))
def test_the_figures_are_those_of_the_file(codec, small):
    if codec.refusal(small) is not None:
        pytest.skip(codec.refusal(small))
    measured = evaluate(codec, small, codec.setting.default, metrics.QUICK)
    decoded = measured.decoded
    assert np.array_equal(decoded, codec.decode(measured.data))
    assert measured.point.bytes == len(measured.data)
    assert measured.point.bpp == pytest.approx(8 * len(measured.data) / (96 * 128))
    assert measured.point.measures == metrics.measure(small, decoded, metrics.QUICK)
    assert measured.point.ratio == pytest.approx(small.size / len(measured.data))


def test_times_are_those_of_a_codec_that_is_ready(small, monkeypatch):
    """What the first file of a process loads is in neither; by a clock that only codecs move."""
    now = 0.0

    class Slow(type(get("webp"))):
        def __init__(self):
            vars(self).update(vars(get("webp")))

        def prepare(self, value):
            nonlocal now
            now += 100

        def prepare_for(self, data):
            nonlocal now
            now += 10

        def encode(self, image, value):
            nonlocal now
            now += 2
            return super().encode(image, value)

        def decode(self, data):
            nonlocal now
            now += 1
            return super().decode(data)

    monkeypatch.setattr("time.perf_counter", lambda: now)
    for point in (
        evaluate(Slow(), small, 50).point,
        match_bytes(Slow(), small, 3000).measured.point,
    ):
        assert (point.encode_s, point.decode_s) == (2, 1)


@pytest.mark.parametrize("name", ["bls2017", "bls2017-neural", "mnist"])
def test_a_codec_that_is_ready_has_its_model(name, small):
    codec = get(name)
    image = small if codec.refusal(small) is None else small[:28, :28, :1].copy()
    value, loaded = codec.setting.low, bls2017._coder if name != "mnist" else mnist._coder
    loaded.cache_clear()
    codec.prepare(value)
    assert loaded.cache_info().currsize == 1
    data = codec.encode(image, value).data
    assert loaded.cache_info().misses == 1
    loaded.cache_clear()
    codec.prepare_for(data)
    assert loaded.cache_info().currsize == 1
    codec.decode(data)
    assert loaded.cache_info().misses == 1


@pytest.mark.parametrize("name", ["bls2017", "mnist"])
def test_a_file_without_its_model_is_refused_before_any_is_loaded(name, small):
    codec = get(name)
    image = small if codec.refusal(small) is None else small[:28, :28, :1].copy()
    file = unpack(codec.encode(image, codec.setting.low).data)
    loaded = bls2017._coder if name == "bls2017" else mnist._coder
    loaded.cache_clear()
    with pytest.raises(BitstreamError, match="not in the store"):
        timed_decode(codec, pack(replace(file, fingerprint=b"none")))
    assert loaded.cache_info().misses == 0


def test_a_codec_without_its_model_says_so_when_it_encodes(small, tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path))
    monkeypatch.setattr("core.store.places.shipped", lambda: None)
    with pytest.raises(ModelError):
        evaluate(get("bls2017"), small, 5)
    with pytest.raises(SettingError):
        evaluate(get("mnist"), small[:28, :28, :1].copy(), 500)


def test_a_record_is_plain_json(small):
    import json

    record = evaluate(get("webp"), small, 50).point.record("cat.png")
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    promised = (
        "image codec setting width height bytes bpp mse psnr psnr_y ssim ms_ssim encode_s decode_s"
    )
    assert set(promised.split()) <= set(record)


def test_only_what_is_asked_for_is_measured_and_the_rest_is_added_without_coding_again(
    small, monkeypatch
):
    codec = get("webp")
    first = evaluate(codec, small, 50, ["psnr_y"])
    assert set(first.point.measures) == {"psnr_y", "mse"}  # the MSE always: hulls need it
    assert first.point.lacks(["psnr", "psnr_y", "ms_ssim"]) == ("psnr",)  # too small for MS-SSIM
    monkeypatch.setattr(codec, "encode", lambda *_: pytest.fail("encoded again"))
    again = complete(first.light(), codec, small, ["psnr", "mae"])
    assert again.point.measures == metrics.measure(
        small, first.decoded, ["psnr_y", "mse", "psnr", "mae"]
    )
    monkeypatch.setattr(codec, "decode", lambda *_: pytest.fail("decoded again"))
    assert complete(first, codec, small, ["psnr", "mae"]).point == again.point
    assert complete(again.light(), codec, small, ["psnr"]).decoded is None
