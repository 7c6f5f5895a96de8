"""One measurement: an image through a codec at one setting, as real bytes and back."""

import time
from dataclasses import dataclass

import numpy as np

from core import metrics
from core.codecs.base import Codec
from core.metrics import Measures


@dataclass(frozen=True)
class RDPoint:
    """Rate and distortion of one file. `bytes` is the length of the whole file, `bpp` = 8 · bytes / (width · height).

    Times are wall-clock seconds. `payload_bytes`, `estimated_bits` and `elements` account for the rate, where the codec does.
    """

    codec: str
    setting: float
    width: int
    height: int
    bytes: int
    measures: Measures
    encode_s: float
    decode_s: float
    payload_bytes: int | None = None
    estimated_bits: float | None = None
    elements: int | None = None

    @property
    def bpp(self) -> float:
        return 8 * self.bytes / (self.width * self.height)

    @property
    def ratio(self) -> float:
        """Bytes of the raw 24-bit picture per byte of the file."""
        return 3 * self.width * self.height / self.bytes

    def value(self, axis: str) -> float | None:
        """The measure, or `bpp`, `bytes`, called `axis`."""
        return getattr(self, axis) if axis in ("bpp", "bytes") else getattr(self.measures, axis)

    def record(self, image: str) -> dict:
        """The point as one record of a results file; `image` names the picture."""
        return {
            "image": image,
            "codec": self.codec,
            "setting": self.setting,
            "width": self.width,
            "height": self.height,
            "bytes": self.bytes,
            "bpp": self.bpp,
            **self.measures.as_dict(),
            "encode_s": self.encode_s,
            "decode_s": self.decode_s,
        }


@dataclass(frozen=True)
class Measured:
    """A point with the file that it was measured on. The picture is `codec.decode(data)`: the very same array again."""

    point: RDPoint
    data: bytes


def measure(
    codec: Codec, image: np.ndarray, value: float, structural: bool = True
) -> tuple[Measured, np.ndarray]:
    """Encodes, decodes and measures; returns the measurement and the decoded picture, uint8 (H, W, 3).

    `structural=False` leaves SSIM and MS-SSIM out (they need TensorFlow). Raises ImageError or SettingError.
    """
    value = codec.setting.check(value)
    start = time.perf_counter()
    encoded = codec.encode(image, value)
    middle = time.perf_counter()
    decoded = codec.decode(encoded.data)
    end = time.perf_counter()
    point = RDPoint(
        codec.name,
        value,
        image.shape[1],
        image.shape[0],
        len(encoded.data),
        metrics.measure(image, decoded, structural),
        middle - start,
        end - middle,
        encoded.payload_bytes,
        encoded.estimated_bits,
        encoded.elements,
    )
    return Measured(point, encoded.data), decoded
