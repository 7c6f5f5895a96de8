"""Files as a bad disk or network leaves them: a bit turned over, the end cut off."""

from collections.abc import Callable

import pytest

from core.errors import BitstreamError


def flipped(data: bytes, bit: int) -> bytes:
    """`data` with one bit turned over; `bit` counts from the lowest of the first byte."""
    damaged = bytearray(data)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)


def assert_damage_is_refused(decode: Callable[[bytes], object], data: bytes) -> None:
    """Fails unless `decode` refuses `data` with any one bit turned over, and cut off anywhere."""
    for bit in range(8 * len(data)):
        with pytest.raises(BitstreamError):
            decode(flipped(data, bit))
    for end in range(len(data)):
        with pytest.raises(BitstreamError):
            decode(data[:end])
