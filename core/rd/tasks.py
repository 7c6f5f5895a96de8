"""What workers do for the pages that compare codecs: small units, each one step of a
measurement.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core import images, metrics
from core.codecs.base import Codec, Encoded
from core.codecs.sniff import identify
from core.images import Picture
from core.images.resize import middle
from core.rd.measure import Measured, complete, evaluate, finish

FAST = 1  # level of the PNGs: they live for a look
Timed = tuple[Encoded, float]


def encode(picture: Picture, codec: Codec, value: float) -> Timed:
    """(the file at a setting, seconds that it took)."""
    start = time.perf_counter()
    encoded = codec.encode(picture.image, value)
    return encoded, time.perf_counter() - start


def show(
    picture: Picture, codec: Codec, value: float, timed: Timed | None, names: Iterable[str]
) -> tuple[Measured, bytes]:
    """(measurement, its picture as PNG) at a setting, of a file that is there or of a new one."""
    if timed is None:
        timed = encode(picture, codec, value)
    measured = finish(codec, picture.image, value, *timed, names)
    assert measured.decoded is not None
    return measured.light(), images.png(measured.decoded, FAST)


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
    return images.png(codec.decode(data), FAST)


def picture_png(picture: Picture) -> bytes:
    """A picture as PNG."""
    return images.png(picture.image, FAST)


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
    return Opened(codec.name, facts, width, height, images.png(image, FAST), measures)


def read_middle(data: bytes, name: str, most: int) -> Picture:
    """A picture file, or its middle of `most` pixels where it has more. Raises ImageError."""
    picture = images.read(data, name)
    image = middle(picture.image, most)
    if image.shape == picture.image.shape:
        return picture
    return Picture(name, np.ascontiguousarray(image), (*picture.notes, "Only its middle."))
