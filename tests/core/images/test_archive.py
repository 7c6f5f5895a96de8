"""Hostile zip archives: refused or bounded, and nothing is ever written outside the folder."""

import contextlib
import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import images
from core.errors import DataError
from core.images import archive
from core.sweep import sources
from tests.conftest import synthetic

PNG = images.png(synthetic(8, 8))


def zipped(
    *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in entries:
            file.writestr(name, data)
    out.seek(0)
    return out


def below(folder: Path) -> set[str]:
    return {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() or p.is_symlink()
    }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An empty folder with a sentinel beside it; only that folder may have changed afterwards."""
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "sentinel").write_text("untouched")
    yield folder
    assert below(tmp_path) - {f"inside/{name}" for name in below(folder)} == {"sentinel"}


def test_images_come_out_with_their_folders(target):
    data = zipped(
        ("b/2.png", PNG),
        ("a.png", PNG),
        ("notes.txt", b"no image"),
        ("__MACOSX/._a.png", b"junk"),
        (".hidden.png", PNG),
    )
    assert [p.relative_to(target).as_posix() for p in archive.unpack_images(data, target)] == [
        "a.png",
        "b/2.png",
    ]
    assert below(target) == {"a.png", "b/2.png"} and (target / "a.png").read_bytes() == PNG


@pytest.mark.parametrize(
    "name", ["../evil.png", "a/../../evil.png", "/evil.png", "C:/evil.png", "a\\..\\evil.png"]
)
def test_names_that_point_outside_are_refused(name, target):
    with pytest.raises(DataError, match="points outside"):
        archive.unpack_images(zipped(("fine.png", PNG), (name, PNG)), target)
    assert below(target) == set()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind, target):
    info = zipfile.ZipInfo("link.png")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    with pytest.raises(DataError, match="link or a device"):
        archive.unpack_images(zipped((info, b"/etc/passwd")), target)
    assert below(target) == set()


def test_a_bomb_is_refused_before_it_is_unpacked(target):
    with pytest.raises(DataError, match="would unpack to"):
        archive.unpack_images(zipped(("bomb.png", b"\0" * 50_000_000)), target)
    assert below(target) == set()


def test_a_bomb_that_lies_about_its_size_is_stopped(target, monkeypatch):
    """The directory claims 10 bytes; what comes out is counted, whatever it claims."""
    data = bytearray(zipped(("liar.png", b"\0" * 3_000_000)).getvalue())
    at = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 10)
    with pytest.raises(DataError):
        archive.unpack_images(io.BytesIO(bytes(data)), target)
    assert sum(p.stat().st_size for p in target.rglob("*") if p.is_file()) <= 10
    monkeypatch.setattr(archive, "MAX_TOTAL", 2 * len(PNG))
    with pytest.raises(DataError):
        archive.unpack_images(zipped(*((f"{i}.png", PNG) for i in range(3))), target)


def test_too_many_entries_are_refused(target):
    with pytest.raises(DataError, match="10,000 entries"):
        archive.unpack_images(
            zipped(*((f"{i}.png", b"x") for i in range(10_000)), method=zipfile.ZIP_STORED), target
        )
    assert below(target) == set()


def test_names_given_twice_are_refused(target):
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped(("a.png", PNG), ("a.png", PNG))
    with pytest.raises(DataError, match="twice"):
        archive.unpack_images(data, target)


def test_encrypted_entries_are_refused(target):
    data = bytearray(zipped(("a.png", PNG)).getvalue())
    for marker, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(marker) + offset] |= 1
    with pytest.raises(DataError, match="encrypted"):
        archive.unpack_images(io.BytesIO(bytes(data)), target)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"no archive at all", zipped(("a.png", PNG)).getvalue()[:-30]]
)
def test_what_is_no_archive_is_refused(data, target):
    with pytest.raises(DataError):
        archive.unpack_images(io.BytesIO(data), target)


def test_an_archive_without_images_is_refused(target):
    with pytest.raises(DataError, match="no image"):
        archive.unpack_images(zipped(("a.txt", b"text")), target)


@given(position=st.integers(0, 400), value=st.integers(0, 255))
def test_any_damaged_byte_ends_in_files_inside_or_one_error(position, value, tmp_path_factory):
    data = bytearray(zipped(("a.png", PNG), ("b/c.png", PNG)).getvalue())
    data[position % len(data)] = value
    outer = tmp_path_factory.mktemp("fuzz")
    folder = outer / "inside"
    folder.mkdir()
    with contextlib.suppress(DataError):
        archive.unpack_images(io.BytesIO(bytes(data)), folder)
    assert {p.name for p in outer.iterdir()} == {"inside"}


def test_a_sweep_takes_an_archive_as_a_source(tmp_path):
    path = tmp_path / "pictures.zip"
    path.write_bytes(zipped(("b/2.png", PNG), ("a.png", PNG)).getvalue())
    unpack_to = tmp_path / "unpacked"
    assert [item.name for item in sources.items([path], unpack_to)] == ["a.png", "b/2.png"]
