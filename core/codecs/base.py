"""What a codec is: `encode(image, value) -> Encoded`, `decode(bytes) -> image`, and a `Setting`.

The setting is the one number that moves it along its rate–distortion curve.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from core.errors import ImageError, SettingError

if TYPE_CHECKING:
    from core.learned.photos.complexity import Complexity


@dataclass(frozen=True)
class Setting:
    """The one number that moves a codec along its rate-distortion curve.

    `low` and `high` bound the values that `encode` takes (inclusive); `step` is the distance of
    neighbouring values, 0 for a continuous setting. `grid` holds the values that a sweep uses, from
    the smallest file to the largest. `better` says which end of the range means better quality,
    `scale` how values are spaced on a slider. Where an encoder has fewer levels than the setting
    has values, `level` tells a value's: those of one level give the very same file.
    """

    name: str
    low: float
    high: float
    default: float
    grid: tuple[float, ...]
    step: float = 1
    unit: str = ""
    better: Literal["high", "low"] = "high"
    scale: Literal["linear", "log"] = "linear"
    level: Callable[[float], int] | None = None

    def check(self, value: float) -> float:
        """`value` as the codec will use it: a whole number of steps.

        Raises SettingError where it is out of range.
        """
        value = float(value)
        if not self.low <= value <= self.high:  # also refuses NaN
            raise SettingError(
                f"{self.name} must be between {self.low:g} and {self.high:g}, not {value:g}."
            )
        if self.step == 0:
            return value
        steps = round((value - self.low) / self.step)
        return self.low + steps * self.step

    def same_file(self, one: float, other: float) -> bool:
        """Whether two values are known to give the very same file."""
        return one == other or (self.level is not None and self.level(one) == self.level(other))

    def span(self) -> tuple[float, float]:
        """(value of the smallest file, value of the largest file)."""
        if self.better == "high":
            return self.low, self.high
        return self.high, self.low


@dataclass(frozen=True)
class Encoded:
    """A file, and the account of its rate.

    `len(data)` is the rate; the others are shown beside it, never instead of it. `elements`: the
    numbers that the method stores, where it counts them (as the SVD tutorial does).
    `estimated_bits`: the information content under the codec's model, where there is one.
    `payload_bytes`: the entropy-coded part of `data`.
    """

    data: bytes
    payload_bytes: int | None = None
    estimated_bits: float | None = None
    elements: int | None = None


@dataclass(frozen=True)
class CodecInfo:
    """What a page shows about a codec.

    `options` are the fixed choices behind its figures (subsampling, effort, versions). `tuned_for`:
    what its encoder spends bits on, the squared error or what the eye sees; "none" where it was
    made for neither. `cites`: what to cite for it, keys of `core/publish/references.bib`.
    """

    name: str
    title: str
    family: Literal["classical", "svd", "learned", "external"]
    suffix: str
    mime: str
    about: str
    min_side: int = 1
    max_side: int = 65535
    tuned_for: Literal["psnr", "eye", "none"] = "none"
    cites: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)


class Codec(ABC):
    """Turns an image, uint8 (H, W, 3) sRGB, into bytes and back.

    Codecs hold no state between calls.

    A new codec is one subclass with `info` and `setting`, and one line in
    `core/codecs/registry.py`.
    """

    info: CodecInfo
    setting: Setting

    @property
    def name(self) -> str:
        return self.info.name

    def refusal(self, image: np.ndarray) -> str | None:
        """None, or the sentence that says why this codec cannot take `image`."""
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            return (
                f"{self.info.title} takes 8-bit RGB pictures, "
                f"not an array {image.shape} of {image.dtype}."
            )
        height, width = image.shape[:2]
        if min(height, width) < self.info.min_side:
            return (
                f"{self.info.title} takes pictures of at least {self.info.min_side} pixels a side; "
                f"this is {width} × {height}."
            )
        if max(height, width) > self.info.max_side:
            return (
                f"{self.info.title} takes pictures of at most {self.info.max_side} pixels a side; "
                f"this is {width} × {height}."
            )
        return None

    def missing(self) -> str:
        """Empty, or the sentence that says what this machine lacks to run the codec."""
        return ""

    def identity(self, value: float) -> str:
        """What else decides the bytes at `value`, beside `info.options`: the hash of a model.

        It is part of the key of a stored result.
        """
        return ""

    def aim(self, nbytes: int, pixels: int) -> float | None:
        """The setting at which the encoder's own rate control gives the longest file of at most
        `nbytes` bytes for a picture of so many pixels; None without such a control, or beyond it.
        """
        return None

    def complexity(self) -> "Complexity | None":
        """What a learned codec costs a pixel; None for codecs without trained numbers, and where
        nobody has counted.
        """
        return None

    def prepare(self, value: float) -> None:  # noqa: B027 (most have nothing to load)
        """Loads what encoding the first picture at `value` in a process needs: libraries, a model.

        Times are taken after it. What is missing is left to `encode` to say.
        """

    def prepare_for(self, data: bytes) -> None:  # noqa: B027 (most have nothing to load)
        """Loads what decoding the first file like `data` in a process needs, as `prepare` does.

        Raises BitstreamError where the model of the file is missing.
        """

    def encode(self, image: np.ndarray, value: float) -> Encoded:
        """The file for `image` at setting `value`.

        Raises ImageError or SettingError for what the codec cannot take.
        """
        if refusal := self.refusal(image):
            raise ImageError(refusal)
        return self._encode(image, self.setting.check(value))

    @abstractmethod
    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        """`encode` after its checks."""

    @abstractmethod
    def decode(self, data: bytes) -> np.ndarray:
        """The picture in `data`, uint8 (H, W, 3).

        Raises BitstreamError for anything but a valid file of this codec.
        """
