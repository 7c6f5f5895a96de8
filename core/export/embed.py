"""EXIF data put into finished files, without touching the coded picture.

`exif` is a TIFF block. JPEG: CIPA DC-008, APP1. WebP: RFC 9649, VP8X and EXIF chunks. JPEG XL: ISO/
IEC 18181-2, the box Exif. AVIF and HEIC: `core.export.boxes`.
"""

import struct
from collections.abc import Callable

from core.errors import BitstreamError
from core.export.boxes import add_exif_item
from core.images.jxl_header import is_jxl

MOST = 65_000  # bytes: one segment of JPEG
_JXL_SIGNATURE = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
_JXL_TYPE = b"\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "
_EXIF_FLAG = 0x08


def into_jpeg(data: bytes, exif: bytes) -> bytes:
    """A JPEG file with the APP1 segment behind the start and, where there is one, JFIF's APP0."""
    if data[:2] != b"\xff\xd8":
        raise BitstreamError("This is not a JPEG file.")
    at = 2
    if data[2:4] == b"\xff\xe0":
        at += 2 + int.from_bytes(data[4:6], "big")
    body = b"Exif\0\0" + exif
    return data[:at] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + data[at:]


def into_webp(data: bytes, exif: bytes) -> bytes:
    """A WebP file in the extended form, with the chunk EXIF at its end."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise BitstreamError("This is not a WebP file.")
    body = data[12:]
    if body[:4] == b"VP8X":
        head, rest = bytearray(body[:18]), body[18:]
        head[8] |= _EXIF_FLAG
    else:
        width, height = _webp_size(body)
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        head = bytearray(_chunk(b"VP8X", bytes([_EXIF_FLAG, 0, 0, 0]) + sides))
        rest = body
    whole = b"WEBP" + bytes(head) + rest + _chunk(b"EXIF", exif)
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


def _webp_size(body: bytes) -> tuple[int, int]:
    """(width, height) of a lossy file's one chunk: RFC 6386, section 9.1."""
    if body[:4] != b"VP8 " or body[11:14] != b"\x9d\x01\x2a":
        raise BitstreamError("This is not a lossy WebP file.")
    width, height = struct.unpack("<HH", body[14:18])
    return width & 0x3FFF, height & 0x3FFF


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def into_jxl(data: bytes, exif: bytes) -> bytes:
    """A JPEG XL file in its container, with the box Exif before the picture."""
    if not is_jxl(data):
        raise BitstreamError("This is not a JPEG XL file.")
    box = _box(b"Exif", b"\0\0\0\0" + exif)
    if data.startswith(_JXL_SIGNATURE):
        return data + box
    return _JXL_SIGNATURE + _JXL_TYPE + box + _box(b"jxlc", data)


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


# Suffix of a file -> (file, EXIF) -> file.
FORMATS: dict[str, Callable[[bytes, bytes], bytes]] = {
    ".jpg": into_jpeg,
    ".webp": into_webp,
    ".jxl": into_jxl,
    ".avif": add_exif_item,
    ".heic": add_exif_item,
}
