"""The classical codecs: standard files, exact figures, clear refusals."""

import io
from functools import cache

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core import ffmpeg, metrics
from core.codecs.classical.heic import is_heic
from core.codecs.registry import CODECS, get
from core.codecs.sniff import identify
from core.coding.container import unpack
from core.errors import BitstreamError, ImageError, SettingError
from tests.conftest import synthetic
from tests.damage import flipped

CLASSICAL = [c for c in CODECS.values() if c.info.family == "classical"]
each = pytest.mark.parametrize("codec", CLASSICAL, ids=lambda c: c.name)


@each
def test_files_are_standard_and_decode_elsewhere(codec, small):
    data = codec.encode(small, codec.setting.default).data
    if codec.name == "jpegxl":
        elsewhere = imagecodecs.jpegxl_decode(data)
    elif codec.name == "jpeg2000":
        elsewhere = imagecodecs.jpeg2k_decode(data)
    elif codec.name.startswith("webp"):
        elsewhere = imagecodecs.webp_decode(data)
    elif codec.name.startswith("avif"):
        elsewhere = imagecodecs.avif_decode(data)
    elif codec.name in ("heic", "vvc"):
        # ffmpeg goes from YCbCr to RGB by other filters: the same picture, not the same digits.
        elsewhere = ffmpeg_decode(data, small.shape)
        assert metrics.psnr_of(np.mean((elsewhere.astype(float) - codec.decode(data)) ** 2)) > 35
        elsewhere = codec.decode(data)
    else:
        elsewhere = imagecodecs.jpeg_decode(data)
    assert np.abs(elsewhere.astype(int) - codec.decode(data)).max() <= 2
    assert identify(data)[0].info.mime == codec.info.mime


@each
def test_the_same_input_gives_the_same_bytes(codec, small):
    assert (
        codec.encode(small, codec.setting.default).data
        == codec.encode(small, codec.setting.default).data
    )


@each
def test_settings_span_the_useful_range(codec, small):
    points = []
    for value in codec.setting.grid:
        data = codec.encode(small, value).data
        points.append((len(data), metrics.psnr(small, codec.decode(data))))
    sizes, quality = zip(*points, strict=True)
    assert sizes[0] == min(sizes) and sizes[-1] == max(sizes)
    assert quality[-1] > quality[0] + 10
    assert list(codec.setting.grid) == sorted(
        codec.setting.grid, reverse=codec.setting.better == "low"
    )


@each
@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (17, 23), (64, 65)])
def test_every_size_comes_back_right(codec, shape):
    image = synthetic(*shape)
    for value in codec.setting.span():
        assert codec.decode(codec.encode(image, value).data).shape == image.shape


def ffmpeg_decode(data: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """A HEIC file or a VVC stream as ffmpeg alone understands it."""
    layout = [] if is_heic(data) else ["-f", "vvc"]
    stream = data if is_heic(data) else unpack(data).payload
    arguments = [
        *layout,
        "-i",
        "in",
        "-frames:v",
        "1",
        "-pix_fmt",
        "rgb24",
        "-f",
        "rawvideo",
        "out",
    ]
    raw = ffmpeg.run(arguments, {"in": stream}, ["out"], pixels=1)["out"]
    return np.frombuffer(raw, np.uint8).reshape(shape)


def test_subsampling_is_as_recorded(small):
    from PIL.JpegImagePlugin import get_sampling

    for name, sampling in (("jpeg", 2), ("jpeg444", 0)):
        with Image.open(io.BytesIO(get(name).encode(small, 80).data)) as picture:
            assert get_sampling(picture) == sampling


def test_jpeg_tables_are_optimised(small):
    plain = io.BytesIO()
    Image.fromarray(small).save(plain, "JPEG", quality=80, subsampling=2, optimize=False)
    assert len(get("jpeg").encode(small, 80).data) < len(plain.getvalue())


@each
def test_options_are_recorded(codec):
    assert any(c.isdigit() for text in codec.info.options.values() for c in text)
    assert "subsampling" in codec.info.options or codec.name == "jpeg2000"


@each
def test_values_out_of_range_and_wrong_arrays_are_refused(codec, small):
    for value in (codec.setting.low - 1, codec.setting.high + 1, float("nan"), float("inf")):
        with pytest.raises(SettingError, match=codec.setting.name):
            codec.encode(small, value)
    for wrong in (small[..., 0], small.astype(np.float32), np.dstack([small, small[..., :1]])):
        with pytest.raises(ImageError, match="8-bit RGB"):
            codec.encode(wrong, codec.setting.default)


def test_pictures_wider_than_a_format_allows_are_refused():
    wide = np.zeros((2, 16_384, 3), np.uint8)
    with pytest.raises(ImageError, match="at most 16383"):
        get("webp").encode(wide, 50)
    assert get("jpeg").refusal(wide) is None


@each
def test_every_truncation_and_flipped_bit_ends_well(codec):
    data = codec.encode(synthetic(24, 24), codec.setting.default).data
    for n in range(0, len(data), 7):
        decodes_or_refuses(codec, data[:n])
    for i in range(0, 8 * len(data), 13):
        decodes_or_refuses(codec, flipped(data, i))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CLASSICAL), st.binary(max_size=4096))
def test_any_bytes_end_well(codec, data):
    start = beginning(codec)
    decodes_or_refuses(codec, data)
    decodes_or_refuses(codec, start + data)


@cache
def beginning(codec) -> bytes:
    return codec.encode(synthetic(8, 8), codec.setting.default).data[:40]


def decodes_or_refuses(codec, data: bytes) -> None:
    try:
        image = codec.decode(data)
        assert image.dtype == np.uint8 and image.ndim == 3
    except BitstreamError as error:
        assert len(str(error)) > 15
    try:
        identify(data)
    except BitstreamError as error:
        assert len(str(error)) > 15


def test_an_unknown_codec_is_refused_with_the_known_ones():
    with pytest.raises(SettingError, match="jpeg, jpeg444"):
        get("jpg")


@pytest.mark.parametrize("name", [c.name for c in CLASSICAL if c.setting.level])
def test_settings_of_one_level_give_the_very_same_file(name):
    setting, image = get(name).setting, synthetic(24, 32)
    values = range(int(setting.low), int(setting.high) + 1)
    files = {value: get(name).encode(image, value).data for value in values}
    for value in values[1:]:
        if setting.same_file(value - 1, value):
            assert files[value - 1] == files[value], value
    assert len(set(files.values())) == len({setting.level(value) for value in values}) == 64


@pytest.mark.parametrize("size", [(64, 64), (90, 141), (301, 200)])
def test_rate_control_gives_the_longest_file_within_the_budget(size):
    codec, image = get("jpeg2000"), synthetic(*size)
    pixels = size[0] * size[1]
    for budget in (pixels // 10, pixels // 4, pixels):
        aim = codec.aim(budget, pixels)
        found = len(codec.encode(image, aim).data)
        near = [aim * (1 + share / 1000) for share in range(-30, 31, 2)]
        lengths = [len(codec.encode(image, value).data) for value in near]
        assert found == max(length for length in lengths if length <= budget)
        assert any(length > budget for length in lengths)
    assert codec.aim(10, pixels) is None  # below what its setting reaches
