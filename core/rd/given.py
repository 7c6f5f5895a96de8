"""Two given pictures: an original, and what any program made of it."""

from dataclasses import dataclass

import numpy as np

from core import images, metrics
from core.codecs.classical.heic import is_heic
from core.codecs.sniff import identify
from core.coding import container
from core.images import Picture


@dataclass(frozen=True)
class Given:
    """A decoded file: the picture as PNG, and how near it comes to the original.

    `measures` are those that are quick, empty where the sizes differ.
    """

    name: str
    format: str
    size: int
    width: int
    height: int
    png: bytes
    notes: tuple[str, ...]
    measures: metrics.Values

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the picture takes."""
        return len(self.png)

    @property
    def bpp(self) -> float:
        """Bits per pixel of the file as it is: of a PNG, not of the codec before it."""
        return 8 * self.size / (self.width * self.height)


def open_given(data: bytes, name: str, original: Picture) -> Given:
    """The picture in a file of any codec or program. Raises ImageError, BitstreamError."""
    image, kind, notes = _decode(data, name)
    height, width = image.shape[:2]
    values: metrics.Values = {}
    if image.shape == original.image.shape:
        values = metrics.measure(original.image, image, metrics.QUICK)
    png = images.quick_png(image)
    return Given(name, kind, len(data), width, height, png, notes, values)


def measure_given(
    data: bytes, name: str, original: Picture, names: tuple[str, ...]
) -> metrics.Values:
    """The measures `names` of a file against the original. Raises ImageError, BitstreamError."""
    return metrics.measure(original.image, _decode(data, name)[0], names)


def _decode(data: bytes, name: str) -> tuple[np.ndarray, str, tuple[str, ...]]:
    """(pixels, format, what was done on the way)."""
    if container.is_container(data) or is_heic(data):
        codec, _ = identify(data)
        return codec.decode(data), codec.info.title, ()
    picture = images.read(data, name)
    return picture.image, picture.source, picture.notes
