"""Every kind of picture that people have, and everything that only claims to be one."""

import io
import struct
import zlib

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from core import images
from core.errors import ImageError
from core.images.jxl_header import jxl_size
from tests.conftest import synthetic

PICTURE = synthetic(40, 56)


def saved(array: np.ndarray, kind: str, mode: str | None = None, **options) -> bytes:
    out = io.BytesIO()
    Image.fromarray(array, mode).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("BMP", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {"compression": "tiff_lzw"}),
    ],
)
def test_lossless_formats_come_back_exactly(kind, options):
    assert np.array_equal(images.read(saved(PICTURE, kind, **options)).image, PICTURE)


@pytest.mark.parametrize(
    ("kind", "options"), [("JPEG", {"quality": 95}), ("AVIF", {"quality": 95}), ("GIF", {})]
)
def test_lossy_formats_come_back_close(kind, options):
    smooth = synthetic(40, 56) // 8 * 8
    assert (
        np.abs(images.read(saved(smooth, kind, **options)).image.astype(int) - smooth).mean() < 12
    )


def test_jpeg_xl_is_read_and_its_size_known_beforehand():
    for height, width in ((40, 56), (8, 8), (64, 64), (300, 7), (256, 128), (1, 700)):
        array = synthetic(height, width)
        for container in (False, True):
            data = bytes(imagecodecs.jpegxl_encode(array, lossless=True, usecontainer=container))
            assert jxl_size(data) == (width, height)
            assert min(height, width) < 2 or np.array_equal(images.read(data).image, array)


def test_grey_becomes_three_equal_channels():
    grey = PICTURE[..., 0]
    assert np.array_equal(images.read(saved(grey, "PNG")).image, np.repeat(grey[..., None], 3, 2))


def test_16_bit_grey_keeps_its_high_byte_and_says_so():
    deep = PICTURE[..., 0].astype(np.uint16) * 256 + 7
    for kind in ("PNG", "TIFF"):
        picture = images.read(saved(deep, kind))
        assert np.array_equal(picture.image[..., 1], PICTURE[..., 0])
        assert any("16-bit" in note for note in picture.notes)


def test_alpha_is_composited_on_white_and_said_so():
    rgba = np.dstack([PICTURE, np.full(PICTURE.shape[:2], 128, np.uint8)])
    rgba[:5, ..., 3] = 0
    picture = images.read(saved(rgba, "PNG"))
    expected = (PICTURE * (128 / 255) + 255 * (127 / 255))[5:]
    assert (picture.image[:5] == 255).all()
    assert np.abs(picture.image[5:] - expected).max() <= 1
    assert any("white" in note for note in picture.notes)


def test_opaque_alpha_needs_no_note():
    picture = images.read(
        saved(np.dstack([PICTURE, np.full(PICTURE.shape[:2], 255, np.uint8)]), "PNG")
    )
    assert np.array_equal(picture.image, PICTURE) and not picture.notes


def test_palette_with_transparency():
    out = io.BytesIO()
    Image.fromarray(PICTURE).quantize(16).save(out, "PNG", transparency=3)
    picture = images.read(out.getvalue())
    assert picture.image.shape == PICTURE.shape and any("white" in note for note in picture.notes)


def test_cmyk_is_converted():
    out = io.BytesIO()
    Image.fromarray(PICTURE).convert("CMYK").save(out, "JPEG", quality=98)
    picture = images.read(out.getvalue())
    assert any("CMYK" in note for note in picture.notes)
    assert np.abs(picture.image.astype(int) - PICTURE).mean() < 12


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (2, lambda a: a[:, ::-1]),
        (3, lambda a: a[::-1, ::-1]),
        (4, lambda a: a[::-1]),
        (5, lambda a: a.transpose(1, 0, 2)),
        (6, lambda a: np.rot90(a, -1)),
        (7, lambda a: a[::-1, ::-1].transpose(1, 0, 2)),
        (8, lambda a: np.rot90(a)),
    ],
)
def test_exif_orientation(orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = images.read(saved(PICTURE, "PNG", exif=exif))
    assert np.array_equal(picture.image, upright(PICTURE))
    assert any("EXIF" in note for note in picture.notes)


def test_embedded_profile_is_converted_to_srgb():
    lab = ImageCms.createProfile("LAB")
    wrong = saved(PICTURE, "PNG", icc_profile=b"not a profile at all")
    assert any("ignored" in note for note in images.read(wrong).notes)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert np.array_equal(images.read(saved(PICTURE, "PNG", icc_profile=srgb)).image, PICTURE)
    mismatched = ImageCms.ImageCmsProfile(
        lab
    ).tobytes()  # a Lab profile on RGB pixels cannot be applied
    assert any(
        "ignored" in note
        for note in images.read(saved(PICTURE, "PNG", icc_profile=mismatched)).notes
    )


def test_a_wide_gamut_profile_changes_the_pixels(tmp_path):
    profile = _gamma_profile(1.0)  # linear light: mid grey must become brighter
    picture = images.read(saved(np.full((8, 8, 3), 55, np.uint8), "PNG", icc_profile=profile))
    assert any("converted from the profile" in note for note in picture.notes)
    assert abs(int(picture.image[0, 0, 0]) - 128) <= 3  # 55/255 linear light is sRGB 128


def _gamma_profile(gamma: float) -> bytes:
    """A minimal ICC matrix profile with sRGB primaries (D50-adapted) and a pure gamma curve."""

    def s15(x: float) -> bytes:
        return struct.pack(">i", round(x * 65536))

    def xyz(*v: float) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(s15, v))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    text = b"linear test"
    desc = b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(78)
    desc += bytes(-len(desc) % 4)
    tags = {
        b"desc": desc,
        b"wtpt": xyz(0.9642, 1, 0.8249),
        b"rXYZ": xyz(0.4361, 0.2225, 0.0139),
        b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
        b"bXYZ": xyz(0.1431, 0.0606, 0.7139),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
        b"cprt": b"text\0\0\0\0CC0\0",
    }
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + struct.pack(">II", at + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += (
        struct.pack(">6H", 2024, 1, 1, 0, 0, 0)
        + b"acsp"
        + bytes(28)
        + s15(0.9642)
        + s15(1)
        + s15(0.8249)
    )
    return head + bytes(128 - len(head)) + table + body


def test_first_frame_of_an_animation():
    frames = [Image.fromarray(np.full((20, 20, 3), v, np.uint8)) for v in (10, 200, 90)]
    for kind in ("GIF", "WEBP", "PNG"):
        out = io.BytesIO()
        frames[0].save(
            out,
            kind,
            save_all=True,
            append_images=frames[1:],
            **({"lossless": True} if kind == "WEBP" else {}),
        )
        picture = images.read(out.getvalue())
        assert abs(int(picture.image[0, 0, 0]) - 10) < 3
        assert any("first frame" in note for note in picture.notes)


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size that its few bytes of data cannot fill."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(10_000, 5_001), (100_000, 100_000), (2**31 - 1, 2**31 - 1)])
def test_huge_pictures_are_refused_before_decoding(size):
    with pytest.raises(ImageError, match="Mpx"):
        images.read(png_claiming(*size))


def test_huge_jpeg_xl_is_refused_before_decoding():
    bits = (
        0 | (3 << 1) | ((2**29 - 1) << 3) | (1 << 33)
    )  # not small; height 30 bits wide; ratio 1:1
    with pytest.raises(ImageError, match="Mpx"):
        images.read(b"\xff\x0a" + bits.to_bytes(10, "little"))


@pytest.mark.parametrize("shape", [(1, 40), (40, 1), (1, 1)])
def test_pictures_of_one_pixel_width_are_refused_with_the_true_minimum(shape):
    with pytest.raises(ImageError, match="2 × 2"):
        images.read(saved(synthetic(*shape), "PNG"))


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"%PDF-1.4 nothing", bytes(5000), b"\xff\x0a", b"\x89PNG\r\n\x1a\n", b"GIF89a"],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(ImageError):
        images.read(data)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "TIFF", "BMP", "GIF"])
def test_truncated_pictures_are_refused(kind):
    data = saved(PICTURE, kind)
    for part in (3, 2):
        with pytest.raises(ImageError):
            images.read(data[: len(data) * (part - 1) // part])


def test_float_tiff_is_refused_with_a_way_out():
    with pytest.raises(ImageError, match="8 or 16 bits"):
        images.read(saved(np.ones((9, 9), np.float32), "TIFF"))


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=4096),
    st.sampled_from(
        [
            b"",
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\0\0\0\0WEBPVP8 ",
            b"\xff\x0a",
            b"II*\0",
            b"GIF89a",
            b"BM",
            b"\0\0\0\x0cJXL \r\n\x87\n",
            b"\0\0\0\x0cjP  \r\n\x87\n",
        ]
    ),
)
def test_any_bytes_end_in_a_picture_or_a_sentence(data, start):
    try:
        picture = images.read(start + data)
        assert picture.image.dtype == np.uint8
    except ImageError as error:
        assert len(str(error)) > 15


def test_fingerprint_tells_pixels_and_shapes_apart():
    other = PICTURE.copy()
    other[3, 4, 1] ^= 1
    turned = np.ascontiguousarray(PICTURE.reshape(56, 40, 3))
    assert len({images.fingerprint(a) for a in (PICTURE, other, turned)}) == 3


@pytest.mark.parametrize("shape", [(40, 56, 3), (33, 7, 3), (2, 2, 3), (40, 56)])
def test_a_quick_png_holds_the_very_pixels(shape):
    image = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    wide = np.dstack([image] * 2)[..., : 3 if len(shape) == 3 else 1].squeeze()  # not contiguous
    for pixels in (image, wide, image[:, ::-1]):
        opened = Image.open(io.BytesIO(images.quick_png(pixels)))
        assert opened.format == "PNG"
        np.testing.assert_array_equal(np.asarray(opened).reshape(pixels.shape), pixels)
