"""`.rdx`: what goes in comes out, and nothing damaged gets through."""

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.coding.container import (
    CODEC_IDS,
    WITH_MODEL,
    Container,
    is_container,
    pack,
    read_varint,
    unpack,
    varint,
)
from core.errors import BitstreamError
from tests.damage import assert_damage_is_refused

containers = st.builds(
    lambda codec, setting, width, height, payload, print4: Container(
        codec, setting, width, height, payload, print4 if codec in WITH_MODEL else b""
    ),
    st.sampled_from(sorted(CODEC_IDS)),
    st.floats(width=32, allow_nan=False, allow_infinity=False),
    st.integers(1, 7000),
    st.integers(1, 7000),
    st.binary(max_size=300),
    st.binary(min_size=4, max_size=4),
)


@given(containers)
def test_round_trip(c):
    assert unpack(pack(c)) == c


@given(containers)
def test_overhead_is_at_most_24_bytes(c):
    assert len(pack(c)) - len(c.payload) <= 24


def test_every_flipped_bit_and_every_truncation_is_refused():
    data = pack(Container("bls2017", 5.0, 768, 512, b"payload bytes", b"\1\2\3\4"))
    assert_damage_is_refused(unpack, data)


@given(st.binary(max_size=4096), st.booleans())
def test_any_bytes_are_refused(data, with_magic):
    with pytest.raises(BitstreamError):
        unpack((b"RDX1" if with_magic else b"") + data)


def signed(body: bytes) -> bytes:
    return body + struct.pack("<I", zlib.crc32(body))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            b"RDX1" + bytes([200]) + struct.pack("<f", 1) + b"\x10\x10" + b"payload",
            "codec number 200",
        ),
        (
            b"RDX1" + bytes([2]) + struct.pack("<f", 1) + b"\x00\x10" + b"payload",
            "impossible picture",
        ),
        (
            b"RDX1" + bytes([2]) + struct.pack("<f", 1) + varint(60_000) * 2 + b"payload",
            "impossible picture",
        ),
        (
            b"RDX1" + bytes([2]) + struct.pack("<f", float("nan")) + b"\x10\x10" + b"payload",
            "impossible picture",
        ),
        (b"RDX1" + bytes([2]) + struct.pack("<f", 1) + b"\xff" * 9, "impossible number"),
        (b"RDX1" + bytes([4]) + struct.pack("<f", 1) + b"\x10\x10", "cut short"),
    ],
)
def test_well_signed_nonsense_is_refused(body, words):
    with pytest.raises(BitstreamError, match=words):
        unpack(signed(body))


def test_other_version_and_other_codec_are_named():
    with pytest.raises(BitstreamError, match="version"):
        unpack(b"RDX2" + bytes(40))
    with pytest.raises(BitstreamError, match="written by the codec svd, not by klt"):
        unpack(pack(Container("svd", 1, 8, 8, b"")), "klt")
    assert is_container(b"RDX9") and not is_container(b"\xff\xd8")


@given(st.integers(0, 2**35 - 1), st.binary(max_size=5))
def test_varint_round_trip(number, rest):
    assert read_varint(varint(number) + rest, 0) == (number, len(varint(number)))
