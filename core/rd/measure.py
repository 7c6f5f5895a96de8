"""One measurement: an image through a codec at one setting, as real bytes and back."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core import metrics
from core.codecs.base import Codec, Encoded
from core.metrics import Values

ALWAYS = ("mse",)  # costs next to nothing, and hulls and λ need it


@dataclass(frozen=True)
class RDPoint:
    """Rate and distortion of one file. `bytes` is the length of the whole file, `bpp` = 8 · bytes /
    (width · height).

    `measures` holds what was measured, by name. Times are wall-clock seconds. `payload_bytes`,
    `estimated_bits` and `elements` account for the rate, where the codec does.
    """

    codec: str
    setting: float
    width: int
    height: int
    bytes: int
    measures: Values
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

    def quality(self, name: str) -> float | None:
        """The measure `name` in the form that curves use (MS-SSIM in dB …); None where it was not
        measured.
        """
        return metrics.form_of(name, self.measures.get(name))

    def lacks(self, names: Iterable[str] = metrics.NAMES) -> tuple[str, ...]:
        """Those of `names` that could be measured on this picture and were not."""
        possible = metrics.present(self.height, self.width, names)
        return tuple(name for name in possible if name not in self.measures)

    def record(self, image: str) -> dict[str, Any]:
        """The point as one record of a results file; `image` names the picture.

        Measures for which the picture is too small are null, so that records of one sweep have the
        same columns.
        """
        too_small = metrics.too_small(self.height, self.width)
        return {
            "image": image,
            "codec": self.codec,
            "setting": self.setting,
            "width": self.width,
            "height": self.height,
            "bytes": self.bytes,
            "bpp": self.bpp,
            **metrics.as_json(self.measures),
            **dict.fromkeys(too_small),
            "encode_s": self.encode_s,
            "decode_s": self.decode_s,
        }


@dataclass(frozen=True)
class Measured:
    """A point, the file that it was measured on, and the picture that the file decodes to, while
    that is kept.

    `decoded` is uint8 (H, W, 3), or None after `light()`; `codec.decode(data)` gives the very same
    array again.
    """

    point: RDPoint
    data: bytes
    decoded: np.ndarray | None = field(default=None, compare=False, repr=False)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that file and picture take."""
        return len(self.data) + (0 if self.decoded is None else self.decoded.nbytes)

    def light(self) -> "Measured":
        """The same without the decoded picture: for memories that hold many."""
        return self if self.decoded is None else replace(self, decoded=None)


def evaluate(
    codec: Codec, image: np.ndarray, value: float, names: Iterable[str] | None = None
) -> Measured:
    """Encodes `image` (uint8 (H, W, 3)), decodes, and measures `names` (None: all measures) and the
    MSE.

    Raises ImageError or SettingError.
    """
    value = codec.setting.check(value)
    return finish(codec, image, value, *timed_encode(codec, image, value), names)


def timed_encode(codec: Codec, image: np.ndarray, value: float) -> tuple[Encoded, float]:
    """(the file for `image` at a setting, the seconds that a codec takes that is ready to encode).

    Raises ImageError or SettingError.
    """
    codec.prepare(value)
    start = time.perf_counter()
    encoded = codec.encode(image, value)
    return encoded, time.perf_counter() - start


def timed_decode(codec: Codec, data: bytes) -> tuple[np.ndarray, float]:
    """(the picture in a file, the seconds that a codec takes that is ready to decode it).

    Raises BitstreamError.
    """
    codec.prepare_for(data)
    start = time.perf_counter()
    decoded = codec.decode(data)
    return decoded, time.perf_counter() - start


def finish(
    codec: Codec,
    image: np.ndarray,
    value: float,
    encoded: Encoded,
    encode_s: float,
    names: Iterable[str] | None = None,
) -> Measured:
    """What is left to do of `evaluate` after the encode, which took `encode_s` seconds."""
    decoded, decode_s = timed_decode(codec, encoded.data)
    point = RDPoint(
        codec=codec.name,
        setting=value,
        width=image.shape[1],
        height=image.shape[0],
        bytes=len(encoded.data),
        measures=metrics.measure(image, decoded, _with_always(names)),
        encode_s=encode_s,
        decode_s=decode_s,
        payload_bytes=encoded.payload_bytes,
        estimated_bits=encoded.estimated_bits,
        elements=encoded.elements,
    )
    return Measured(point, encoded.data, decoded)


def complete(
    measured: Measured, codec: Codec, image: np.ndarray, names: Iterable[str] | None = None
) -> Measured:
    """`measured` with those of `names` (None: all) that it lacks. Nothing is encoded; decoded only
    if its picture was dropped.
    """
    missing = measured.point.lacks(_with_always(names))
    if not missing:
        return measured
    decoded = codec.decode(measured.data) if measured.decoded is None else measured.decoded
    values = measured.point.measures | metrics.measure(image, decoded, missing)
    return Measured(replace(measured.point, measures=values), measured.data, decoded)


def _with_always(names: Iterable[str] | None) -> tuple[str, ...]:
    wanted = metrics.NAMES if names is None else tuple(names)
    return tuple(dict.fromkeys((*wanted, *ALWAYS)))
