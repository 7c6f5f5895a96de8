"""What workers do for the pages that compare codecs: small units, each one step of a
measurement.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from core import images, metrics
from core.codecs.base import Codec, Encoded
from core.codecs.sniff import identify
from core.images import Picture
from core.images.resize import middle
from core.rd.match import Found, best_size, drive, search_bytes
from core.rd.measure import Measured, complete, evaluate, finish, timed_encode

SLICE_S = 0.25  # a search that took so long pauses before its next encode: others get their turn
Timed = tuple[Encoded, float]
Shown = tuple[Measured, bytes]


def encode(picture: Picture, codec: Codec, value: float) -> Timed:
    """(the file at a setting, seconds that it took)."""
    return timed_encode(codec, picture.image, value)


def show(
    picture: Picture, codec: Codec, value: float, timed: Timed | None, names: Iterable[str]
) -> Shown:
    """(measurement, its picture as PNG) at a setting, of a file that is there or of a new one."""
    if timed is None:
        timed = encode(picture, codec, value)
    measured = finish(codec, picture.image, value, *timed, names)
    assert measured.decoded is not None
    return measured.light(), images.quick_png(measured.decoded)


@dataclass(frozen=True)
class Fitted:
    """How far a search for a file size has come.

    `sizes` are the lengths of the files that it made, setting -> bytes. `found` is there at its
    end, and with it what `show` gives, where that took no further slice; `best` is the file to go
    on with, (setting, file).
    """

    sizes: dict[float, int]
    found: Found | None
    best: tuple[float, Timed] | None
    shown: Shown | None = None


def fit(
    picture: Picture,
    codec: Codec,
    budget: int,
    at_least: bool,
    known: Mapping[float, int],
    best: tuple[float, Timed] | None,
    names: Iterable[str],
) -> Fitted:
    """Goes on for a slice of time with the search for a file of at most, or at least, `budget`
    bytes.

    `known` are the lengths of all files made so far, `best` is what the slice before ended with.
    """
    start = time.perf_counter()
    files: dict[float, Timed] = dict([best] if best else [])
    sizes: dict[float, int] = {}

    def length(value: float) -> int:
        if sizes and time.perf_counter() > start + SLICE_S:
            raise _Pause
        files[value] = encode(picture, codec, value)
        sizes[value] = len(files[value][0].data)
        return sizes[value]

    pixels = picture.width * picture.height
    try:
        found = drive(search_bytes(codec, pixels, budget, at_least, known), length)
        value = found.value
    except _Pause:
        found = None
        value, _ = best_size({v: len(f.data) for v, (f, _) in files.items()}, budget, at_least)
    file = files.get(value)
    if found and file and time.perf_counter() < start + 2 * SLICE_S:
        return Fitted(sizes, found, None, show(picture, codec, value, file, names))
    return Fitted(sizes, found, file and (value, file))


class _Pause(Exception):
    """A search has had its slice of time."""


def measure(picture: Picture, codec: Codec, value: float, names: Iterable[str]) -> Measured:
    """The measurement at a setting."""
    return evaluate(codec, picture.image, value, names).light()


def add_measures(
    picture: Picture, codec: Codec, measured: Measured, names: Iterable[str]
) -> Measured:
    """The measurement with more measures."""
    return complete(measured, codec, picture.image, names).light()


def decoded_png(codec: Codec, data: bytes) -> bytes:
    """The picture in a file, as PNG."""
    return images.quick_png(codec.decode(data))


def picture_png(picture: Picture) -> bytes:
    """A picture as PNG."""
    return images.quick_png(picture.image)


def read(data: bytes, name: str) -> Picture:
    """An uploaded or fetched file as a picture. Raises ImageError."""
    return images.read(data, name)


@dataclass(frozen=True)
class Opened:
    """What a file holds: its codec, its header's facts, its picture, and how near it comes."""

    codec: str
    facts: dict[str, str]
    width: int
    height: int
    png: bytes
    measures: metrics.Values  # against a picture of the same size; empty otherwise

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the picture takes."""
        return len(self.png)


def open_bitstream(data: bytes, picture: Picture) -> Opened:
    """A file of any codec, decoded and compared with `picture`. Raises BitstreamError."""
    codec, facts = identify(data)
    image = codec.decode(data)
    height, width = image.shape[:2]
    measures: metrics.Values = {}
    if image.shape == picture.image.shape:
        measures = metrics.measure(picture.image, image, ["psnr", "mse"])
    return Opened(codec.name, facts, width, height, images.quick_png(image), measures)


def read_middle(data: bytes, name: str, most: int) -> Picture:
    """A picture file, or its middle of `most` pixels where it has more. Raises ImageError."""
    picture = images.read(data, name)
    image = middle(picture.image, most)
    if image.shape == picture.image.shape:
        return picture
    return Picture(name, np.ascontiguousarray(image), (*picture.notes, "Only its middle."))
