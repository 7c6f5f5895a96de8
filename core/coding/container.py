"""`.rdx`: the self-describing, checked file of our own codecs.

    magic  "RDX1"                4 bytes
    codec  id                    1 byte    (CODEC_IDS below; ids are never reused)
    setting                      4 bytes   little-endian float32
    width, height                varints   (unsigned LEB128): 1 to 3 bytes each for usual pictures
    fingerprint                  0 or 4 bytes, the first of the model's SHA-256, where there is one
    payload                      any
    CRC-32                       4 bytes   little-endian, over everything before it

A 768 × 512 picture has a header of 13 bytes (17 with a model) and 4 bytes of checksum. Everything
is checked before the payload reaches an entropy decoder: CRC-32 finds every burst of errors of up
to 32 bits, and so every single flipped bit.
"""

import math
import struct
import zlib
from dataclasses import dataclass

from core.errors import BitstreamError

MAGIC = b"RDX1"
CODEC_IDS = {
    "svd": 1,
    "klt": 2,
    "mnist": 3,
    "bls2017": 4,
    "bls2017-static": 5,
    "bls2017-neural": 6,
    "vvc": 7,
}
WITH_MODEL = {"mnist", "bls2017", "bls2017-static", "bls2017-neural"}
FINGERPRINT_BYTES = 4
MAX_PIXELS = 50_000_000
_NAMES = {number: name for name, number in CODEC_IDS.items()}


@dataclass(frozen=True)
class Container:
    """The contents of an `.rdx` file. `fingerprint` has 4 bytes, or none without a model."""

    codec: str
    setting: float
    width: int
    height: int
    payload: bytes
    fingerprint: bytes = b""


def pack(c: Container) -> bytes:
    """The file for `c`."""
    expected = FINGERPRINT_BYTES if c.codec in WITH_MODEL else 0
    if len(c.fingerprint) != expected:
        raise ValueError(
            f"codec {c.codec} and a fingerprint of {len(c.fingerprint)} bytes do not go together"
        )
    body = b"".join(
        [
            MAGIC,
            bytes([CODEC_IDS[c.codec]]),
            struct.pack("<f", c.setting),
            varint(c.width),
            varint(c.height),
            c.fingerprint,
            c.payload,
        ]
    )
    return body + struct.pack("<I", zlib.crc32(body))


def is_container(data: bytes) -> bool:
    """Whether `data` claims to be an `.rdx` file."""
    return data[:3] == MAGIC[:3]


def unpack(data: bytes, codec: str | None = None) -> Container:
    """The checked contents of `data`; where `codec` is given, of that codec only.

    Raises BitstreamError when `data` is no `.rdx` file, is of another version, cut short or
    altered, belongs to an unknown or to another codec, or describes an impossible picture.
    """
    body = _checked_body(data)
    name = _NAMES.get(body[4])
    if name is None:
        raise BitstreamError(
            f"This .rdx file needs codec number {body[4]}, which this version does not know. "
            "Update RD Explorer."
        )
    if codec is not None and name != codec:
        raise BitstreamError(f"This .rdx file was written by the codec {name}, not by {codec}.")
    setting = struct.unpack("<f", body[5:9])[0]
    width, at = read_varint(body, 9)
    height, at = read_varint(body, at)
    possible = width > 0 and height > 0 and width * height <= MAX_PIXELS and math.isfinite(setting)
    if not possible:
        raise BitstreamError(
            f"This .rdx file describes an impossible picture of {width} × {height} pixels."
        )
    end = at + (FINGERPRINT_BYTES if name in WITH_MODEL else 0)
    if end > len(body):
        raise BitstreamError("This .rdx file is cut short inside its header.")
    return Container(name, setting, width, height, payload=body[end:], fingerprint=body[at:end])


def _checked_body(data: bytes) -> bytes:
    """`data` without its checksum, which is right. Raises BitstreamError."""
    if not is_container(data):
        raise BitstreamError("This is not an .rdx file: it does not start with the letters RDX.")
    if data[:4] != MAGIC:
        raise BitstreamError(
            f"This .rdx file is of version {data[3:4]!r}; this program reads version 1. "
            "Update RD Explorer."
        )
    if len(data) < 15:
        raise BitstreamError(
            f"This .rdx file is cut short: {len(data)} bytes are not even a header."
        )
    body = data[:-4]
    checksum = struct.unpack("<I", data[-4:])[0]
    if zlib.crc32(body) != checksum:
        raise BitstreamError(
            "This .rdx file is damaged or cut short: its checksum does not match. "
            "Get the file again."
        )
    return body


def varint(number: int) -> bytes:
    """`number` ≥ 0 as unsigned LEB128: seven bits a byte, lowest first."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out + bytes([number]))


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """(number, position after it) of the varint at `at`.

    Raises BitstreamError past the end or beyond 5 bytes.
    """
    number = 0
    for i in range(5):
        if at + i >= len(data):
            raise BitstreamError("This file is cut short inside its header.")
        byte = data[at + i]
        number |= (byte & 127) << 7 * i
        if byte < 128:  # the high bit says that more bytes follow
            return number, at + i + 1
    raise BitstreamError("This file holds an impossible number in its header.")
