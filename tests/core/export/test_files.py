"""Names, metadata, markup and archives of exports."""

import io
import zipfile
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from core.codecs.registry import CODECS, get
from core.errors import BitstreamError
from core.export import bundle, embed, markup
from core.export.metadata import add_exif, exif_of
from core.export.names import output_names

MAKER, ORIENTATION, TAKEN, GPS = 0x010F, 0x0112, 0x9003, 0x8825
CARRIERS = [
    c for c in ("jpeg", "jpeg-eye", "webp", "webp-sharp", "avif", "heic", "jpegxl") if c in CODECS
]


def test_no_two_files_have_one_name():
    names = ["a.png", "a.jpg", "A.webp", "b/a.png", "a.jpg.avif", ".png"]
    found = output_names(names, ["avif", "avif-psnr", "jpeg"])
    assert found["a.png", "avif"] == "a.avif" and found["a.jpg", "avif"] == "a.jpg.avif"
    assert found["b/a.png", "avif"] == "b/a.avif"
    lowered = [name.lower() for name in found.values()]
    assert len(set(lowered)) == len(lowered) == 18
    assert all(not name.startswith(("/", "..")) for name in found.values())


def _photograph(small: np.ndarray) -> bytes:
    exif = Image.Exif()
    exif[MAKER], exif[ORIENTATION] = "Maker", 6
    exif.get_ifd(0x8769)[TAKEN] = "2020:01:02 03:04:05"
    exif.get_ifd(GPS)[2] = (1.0, 2.0, 3.0)
    out = io.BytesIO()
    Image.fromarray(small).save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("name", CARRIERS)
def test_exif_is_carried_and_pixels_stay(name, small):
    block = exif_of(_photograph(small))
    codec = get(name)
    plain = codec.encode(small[:95, :127], codec.setting.default).data
    data, remark = add_exif(plain, codec.info.suffix, block)
    assert remark == "" and len(data) > len(plain)
    assert np.array_equal(codec.decode(data), codec.decode(plain))
    found = _read(name, data)
    assert (found[MAKER], found.get(ORIENTATION)) == ("Maker", None)
    assert found.get_ifd(0x8769)[TAKEN] == "2020:01:02 03:04:05"
    assert found.get_ifd(GPS)[2] == (1.0, 2.0, 3.0)


def _read(name: str, data: bytes) -> Image.Exif:
    """The EXIF data as a reader of others finds them."""
    if name == "heic":
        pillow_heif = pytest.importorskip("pillow_heif")
        found = Image.Exif()
        found.load(pillow_heif.open_heif(data).info["exif"])
        return found
    if name == "jpegxl":  # Pillow reads none: the box as the standard has it
        at = data.index(b"Exif")
        size = int.from_bytes(data[at - 4 : at], "big")
        found = Image.Exif()
        found.load(b"Exif\0\0" + data[at + 8 : at - 4 + size])
        return found
    with Image.open(io.BytesIO(data)) as picture:
        return picture.getexif()


def test_where_exif_has_no_place_that_is_said(small):
    block = exif_of(_photograph(small))
    data, remark = add_exif(b"data", ".jp2", block)
    assert data == b"data" and remark.startswith("EXIF was dropped")
    assert add_exif(b"data", ".jpg", b"x" * 70_000)[1].startswith("EXIF was dropped")
    assert add_exif(b"data", ".jpg", b"") == (b"data", "")
    assert exif_of(b"nothing") == b"" == exif_of(_plain(small))
    for add in embed.FORMATS.values():
        for damaged in (
            b"",
            b"\0" * 7,
            b"RIFF0000WEBPVP8L" + b"\0" * 20,
            b"\0\0\0\x10ftypavif----",
        ):
            with pytest.raises(BitstreamError):
                add(damaged, block)


def _plain(small: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(small).save(out, "PNG")
    return out.getvalue()


class _Reader(HTMLParser):
    """The elements of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def _record(image: str, file: str, codec: str, size: int) -> dict:
    return {"image": image, "file": file, "codec": codec, "bytes": size, "width": 8, "height": 6}


def test_markup_offers_the_smallest_first_and_jpeg_last():
    name = 'a <b> "c" --.png'
    records = [
        _record(name, "a b&.jpg", "jpeg", 900),
        _record(name, "a b&.avif", "avif", 500),
        _record(name, "a b&.webp", "webp", 700),
        _record(name, "a b&.jxl", "jpegxl", 1200),
        {"image": name, "codec": "heic", "error": "no"},
    ]
    reader = _Reader()
    reader.feed(markup.pictures(records, "/img/"))
    assert [tag for tag, _ in reader.seen] == ["picture", "source", "source", "img"]
    first, second, image = (attributes for _, attributes in reader.seen[1:])
    assert first == {"srcset": "/img/a%20b%26.avif", "type": "image/avif"}
    assert second["type"] == "image/webp"
    assert image["src"] == "/img/a%20b%26.jpg" and (image["width"], image["height"]) == ("8", "6")


def test_archives_hold_every_file_and_are_split(tmp_path, monkeypatch):
    folder = tmp_path / "pictures"
    (folder / "below").mkdir(parents=True)
    names = ["m.csv", "a.avif", "below/b.avif"]
    for name in names:
        (folder / name).write_bytes(name.encode() * 100)
    (path,) = bundle.bundle(folder, names, tmp_path, "pictures")
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [f"pictures/{name}" for name in names]
        assert archive.read("pictures/below/b.avif") == b"below/b.avif" * 100
        assert archive.testzip() is None
    monkeypatch.setattr(bundle, "MOST", 1200)
    paths = bundle.bundle(folder, names, tmp_path, "more")
    assert [p.name for p in paths] == ["more-1.zip", "more-2.zip"]
    inside = [name for p in paths for name in zipfile.ZipFile(p).namelist()]
    assert inside == [f"more/{name}" for name in names]
