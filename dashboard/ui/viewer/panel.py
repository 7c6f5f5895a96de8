"""One picture of the viewer, as the PNG file that travels to the browser."""

import hashlib
import struct
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.images import png

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_BYTES = 33  # signature and the header chunk, which holds width and height


@dataclass(frozen=True)
class Panel:
    """One picture with its texts.

    `key` names it across reruns, `label` and `caption` ("39,870 bytes · 0.811 bpp · 35.32 dB")
    are plain text, `png` is a PNG file (see `png_bytes`), `colour` any CSS colour: the dot beside
    the label.
    """

    key: str
    label: str
    caption: str
    png: bytes
    colour: str = "#8a8f98"

    def __post_init__(self) -> None:
        if self.png[:8] != _SIGNATURE or len(self.png) < _HEADER_BYTES:
            raise ValueError(
                f"panel {self.key!r}: png is not a PNG file; make one with png_bytes(image)"
            )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, from the PNG header."""
        width, height = struct.unpack(">II", self.png[16:24])
        return width, height

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the PNG file, computed once: keep panels of large pictures."""
        return hashlib.sha256(self.png).hexdigest()


def png_bytes(image: np.ndarray) -> bytes:
    """A uint8 image (H, W, 3), (H, W, 1) or (H, W) as a PNG file, fast rather than small.

    Nothing is cached here: callers that show a picture again keep the bytes. Raises ValueError
    for any other array.
    """
    array = np.asarray(image)
    grey = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 1)
    colour = array.ndim == 3 and array.shape[2] == 3
    if array.dtype != np.uint8 or not (grey or colour) or not array.size:
        raise ValueError(
            "png_bytes takes a uint8 image (H, W), (H, W, 1) or (H, W, 3), "
            f"not {array.dtype} {array.shape}"
        )
    return png(np.ascontiguousarray(array), level=1)
