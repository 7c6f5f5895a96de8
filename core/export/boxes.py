"""An EXIF item put into a finished AVIF or HEIC file: ISO/IEC 23008-12 and 14496-12.

ftyp  meta ( hdlr pitm iloc iinf iprp [iref] )  mdat        the file as encoders write it
                  │     │            │          mdat        ◄ the new item's data, at the end
                  │     └ infe       └ cdsc
                  └ where it lies; all other places move by what meta grows
"""

import struct
from collections.abc import Iterator

from core.errors import BitstreamError

Boxes = dict[bytes, bytes]


def add_exif_item(data: bytes, exif: bytes) -> bytes:
    """The file with `exif`, a TIFF block, as an item that describes the primary one.

    Raises BitstreamError for a structure that encoders of still pictures do not write.
    """
    try:
        return _add(data, b"\0\0\0\0" + exif)  # the TIFF header follows at once
    except (struct.error, StopIteration, KeyError, IndexError, ValueError) as error:
        raise BitstreamError("EXIF cannot be put into this file: its boxes are damaged.") from error


def _add(data: bytes, payload: bytes) -> bytes:
    top = list(_boxes(data))
    start, meta = next((at, body) for name, at, body in top if name == b"meta")
    inner = {name: body for name, _, body in _boxes(meta[4:])}
    order = list(inner)
    primary = struct.unpack(">H", inner[b"pitm"][4:6])[0]
    item = 1 + max(_items(inner[b"iinf"]))
    inner[b"iinf"] = _with_info(inner[b"iinf"], item)
    reference = _box(b"cdsc", struct.pack(">HHH", item, 1, primary))
    inner[b"iref"] = inner.get(b"iref", b"\0\0\0\0") + reference
    order += [b"iref"] if b"iref" not in order else []
    places = inner[b"iloc"]
    # The table's length is known before its numbers: once to measure, once to fill in.
    inner[b"iloc"] = _with_place(places, item, 0, len(payload), 0)
    grown = len(_meta(inner, order)) - (len(meta) + 8)
    end = len(data) + grown + 8  # behind the head of the new mdat
    inner[b"iloc"] = _with_place(places, item, end, len(payload), grown)
    rest = data[start + len(meta) + 8 :]
    return data[:start] + _meta(inner, order) + rest + _box(b"mdat", payload)


def _boxes(data: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """(name, where it starts, content) of each box."""
    at = 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        if size == 0:  # up to the end
            size = len(data) - at
        if size < 8:
            raise BitstreamError("EXIF cannot be put into this file: it has boxes of 64-bit size.")
        yield name, at, data[at + 8 : at + size]
        at += size


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def _meta(inner: Boxes, order: list[bytes]) -> bytes:
    return _box(b"meta", b"\0\0\0\0" + b"".join(_box(name, inner[name]) for name in order))


def _items(info: bytes) -> list[int]:
    """The numbers of all items."""
    entries = _boxes(info[6:])
    return [struct.unpack(">H", body[4:6])[0] for _, _, body in entries]


def _with_info(info: bytes, item: int) -> bytes:
    if info[0] != 0:
        raise BitstreamError("EXIF cannot be put into this file: it has too many items.")
    count = struct.unpack(">H", info[4:6])[0] + 1
    entry = _box(b"infe", b"\x02\0\0\0" + struct.pack(">HH", item, 0) + b"Exif\0")
    return info[:4] + struct.pack(">H", count) + info[6:] + entry


def _with_place(places: bytes, item: int, offset: int, length: int, moved: int) -> bytes:
    """The table iloc with one more item, and all places in the file `moved` further on."""
    version, sizes, bases = places[0], places[4], places[5]
    if version > 1 or sizes != 0x44 or bases >> 4 not in (0, 4) or bases & 15:
        raise BitstreamError("EXIF cannot be put into this file: its table of places is unusual.")
    base_size = bases >> 4
    count = struct.unpack(">H", places[6:8])[0]
    out = bytearray(places[:6] + struct.pack(">H", count + 1))
    at = 8
    for _ in range(count):
        method = 0
        head = 4
        if version == 1:
            method = struct.unpack(">H", places[at + 2 : at + 4])[0] & 15
            head = 6
        out += places[at : at + head]
        at += head
        base = int.from_bytes(places[at : at + base_size], "big")
        # Where there is a base, the offsets count from it: it alone moves.
        in_file = method == 0
        out += (base + moved * (in_file and base > 0)).to_bytes(base_size, "big")
        at += base_size
        extents = struct.unpack(">H", places[at : at + 2])[0]
        out += places[at : at + 2]
        at += 2
        for _ in range(extents):
            where, size = struct.unpack(">II", places[at : at + 8])
            out += struct.pack(">II", where + moved * (in_file and base == 0), size)
            at += 8
    out += struct.pack(">HH", item, 0) if version == 0 else struct.pack(">HHH", item, 0, 0)
    return bytes(out) + b"\0" * base_size + struct.pack(">HII", 1, offset, length)
