"""The size of a JPEG XL picture from its header alone.

A huge one is thus refused before it is decoded.

ISO/IEC 18181-1, SizeHeader; and 18181-2 for the box structure around it.
"""

from core.errors import ImageError

_CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\x00\x00\x00\x0cJXL \x0d\x0a\x87\x0a"
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_BITS = (9, 13, 18, 30)


def is_jxl(data: bytes) -> bool:
    """Whether `data` claims to be JPEG XL, bare or in its container."""
    return data.startswith((_CODESTREAM, _CONTAINER))


def jxl_size(data: bytes) -> tuple[int, int]:
    """(width, height) in pixels, as stored (before orientation).

    Raises ImageError when the header cannot be read.
    """
    stream = data if data.startswith(_CODESTREAM) else _codestream(data)
    if len(stream) < 12:
        stream = stream + bytes(12 - len(stream))
    if not stream.startswith(_CODESTREAM):
        raise ImageError("the JPEG XL file holds no codestream.")
    bits, at = int.from_bytes(stream[2:12], "little"), 0

    def take(count: int) -> int:
        nonlocal at
        at += count
        return bits >> (at - count) & (1 << count) - 1

    def side() -> int:
        return 8 * (take(5) + 1) if small else take(_BITS[take(2)]) + 1

    small = take(1)
    height = side()
    ratio = take(3)
    width = height * _RATIOS[ratio - 1][0] // _RATIOS[ratio - 1][1] if ratio else side()
    return width, height


def _codestream(data: bytes) -> bytes:
    """The first bytes of the codestream inside the container `data`."""
    at = 0
    for _ in range(64):  # the codestream comes within the first few boxes
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if kind == b"jxlc":
            return data[at + head : at + head + 16]
        if kind == b"jxlp":
            return data[at + head + 4 : at + head + 20]
        if size < head:  # 0: the last box; anything else: nonsense
            break
        at += size
    raise ImageError("the JPEG XL file holds no codestream.")
