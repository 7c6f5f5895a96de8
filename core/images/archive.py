"""Images out of a zip archive, however hostile.

Nothing is written outside the target folder, and not more than stated.
"""

import lzma
import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.errors import DataError
from core.images import MAX_BYTES, SUFFIXES

MAX_ENTRIES = 5_000
MAX_TOTAL = 2_000_000_000
MAX_RATIO = 100  # unpacked : packed bytes of one entry; photographs stay below 10
CHUNK = 1 << 20
_IGNORED = ("__MACOSX/",)


def unpack_images(archive: Path | BinaryIO, folder: Path) -> list[Path]:
    """Unpacks the image files of a zip archive below `folder` and returns their paths, by name.

    The whole archive is refused, with a DataError, when an entry would land outside (`../`,
    absolute names, drive letters), is a link or a device, is encrypted, or when entries, sizes or
    ratios pass the bounds above. Files that are no images by their suffix are passed over. Sizes
    are counted while unpacking: what the archive claims is not trusted.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = _checked(opened)
            if not entries:
                raise DataError(f"The archive holds no image ({', '.join(SUFFIXES)}).")
            left, paths = MAX_TOTAL, []
            for info in entries:
                target = folder / PurePosixPath(info.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _write(opened, info, target, min(left, MAX_BYTES))
                paths.append(target)
            return sorted(paths)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
    ) as error:
        raise DataError(
            f"The archive is damaged, or of a kind that cannot be read: {error}."
        ) from error


def _checked(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The image entries. Raises DataError when any entry of the archive is not acceptable."""
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise DataError(
            f"The archive has {len(infos):,} entries; at most {MAX_ENTRIES:,} are read. Split it."
        )
    seen: set[str] = set()
    chosen = []
    for info in infos:
        name, mode = info.filename, info.external_attr >> 16
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or re.match("[A-Za-z]:", name):
            raise DataError(
                f"The archive is refused: its entry {name[:80]!r} points outside the archive."
            )
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise DataError(
                f"The archive is refused: its entry {name[:80]!r} is a link or a device, "
                "not a file."
            )
        if (
            info.is_dir()
            or name.startswith(_IGNORED)
            or path.suffix.lower() not in SUFFIXES
            or path.name.startswith(".")
        ):
            continue
        if info.flag_bits & 1:
            raise DataError(f"The archive is refused: its entry {name[:80]!r} is encrypted.")
        if name in seen:
            raise DataError(f"The archive is refused: it holds {name[:80]!r} twice.")
        if info.file_size > MAX_RATIO * max(info.compress_size, 1000):
            times = info.file_size / max(info.compress_size, 1)
            raise DataError(
                f"The archive is refused: its entry {name[:80]!r} would unpack to "
                f"{info.file_size:,} bytes, {times:,.0f} times its size in the archive."
            )
        seen.add(name)
        chosen.append(info)
    if sum(info.file_size for info in chosen) > MAX_TOTAL:
        raise DataError(
            f"The archive would unpack to more than {MAX_TOTAL / 1e9:.0f} GB. Split it."
        )
    return chosen


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, limit: int) -> int:
    """Unpacks one entry and returns its size.

    Raises DataError, and leaves no file, when it is longer than `limit`.
    """
    size = 0
    with archive.open(info) as source, open(target, "xb") as out:
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > limit:
                target.unlink()
                raise DataError(
                    f"The archive is refused: its entry {info.filename[:80]!r} unpacks to more "
                    f"than {limit:,} bytes."
                )
            out.write(chunk)
    return size
