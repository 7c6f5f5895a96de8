"""A codec on the bench: what it makes of a picture, at a setting or matched to a target."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from core import metrics
from core.api.pictures import read
from core.codecs.base import Codec, Encoded
from core.codecs.registry import CODECS, get
from core.codecs.sniff import identify
from core.errors import SettingError
from core.images import Picture
from core.rd.match import LOSSLESS, Match, match_bytes, match_quality
from core.rd.measure import Measured, RDPoint, evaluate
from core.sweep import plan

Source = str | Path | np.ndarray | Picture


class Bench:
    """One codec at work. `codec` is the object of the registry, with `info` and `setting`."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec

    @property
    def name(self) -> str:
        return self.codec.name

    @property
    def title(self) -> str:
        """The codec's name for a person."""
        return self.codec.info.title

    def __repr__(self) -> str:
        setting = self.codec.setting
        span = f"{setting.name} {setting.low:g} to {setting.high:g} {setting.unit}".strip()
        return f"<codec {self.name}: {self.title}, {span}>"

    def encode(self, picture: Source, setting: float | None = None) -> Encoded:
        """The file of a picture at a setting (None: the codec's default).

        Raises ImageError or SettingError.
        """
        value = self.codec.setting.default if setting is None else setting
        return self.codec.encode(read(picture).image, value)

    def decode(self, data: bytes) -> np.ndarray:
        """The pixels of a file, uint8 (H, W, 3). Raises BitstreamError."""
        return self.codec.decode(data)

    def measure(
        self,
        picture: Source,
        setting: float | None = None,
        measures: Iterable[str] = metrics.QUICK,
    ) -> Measured:
        """File, decoded picture and figures at a setting. Raises ImageError or SettingError.

        `measures` are names of `core.metrics.NAMES`.
        """
        value = self.codec.setting.default if setting is None else setting
        names = [metrics.named(name).name for name in measures]
        return evaluate(self.codec, read(picture).image, value, names)

    def match(
        self,
        picture: Source,
        *,
        bpp: float | None = None,
        bytes: int | None = None,
        measures: Iterable[str] = metrics.QUICK,
        **quality: float,
    ) -> Match:
        """The setting that meets one target best: `bpp` or `bytes` at most, or a quality at least.

        A quality is given by the measure's name: `psnr=34`, `ms_ssim=0.97`, `ssimulacra2=70`; it is
        reached with as few bytes as the codec can. The answer's `met` says whether the codec can.
        Raises SettingError unless there is exactly one target.
        """
        given = {"bpp": bpp, "bytes": bytes, **quality}
        targets = {name: value for name, value in given.items() if value is not None}
        if len(targets) != 1:
            raise SettingError(
                "Give one target: bpp, bytes, or a quality such as psnr=34, "
                f"not {', '.join(targets) or 'none'}."
            )
        image = read(picture).image
        names = [metrics.named(name).name for name in measures]
        (target, value), *_ = targets.items()
        if target == "bpp":
            value = int(value * image.shape[0] * image.shape[1] / 8)
        if target in ("bpp", "bytes"):
            return match_bytes(self.codec, image, int(value), names)
        measure = metrics.named(target)
        wanted = value if measure.form is None else measure.form.of(value)
        return match_quality(self.codec, image, measure.name, min(wanted, LOSSLESS), names)

    def curve(
        self,
        picture: Source,
        points: int | None = None,
        measures: Iterable[str] = metrics.QUICK,
    ) -> list[RDPoint]:
        """Measurements over the codec's grid, or `points` of it, from the smallest file on."""
        image = read(picture).image
        names = [metrics.named(name).name for name in measures]
        settings = plan.settings(self.codec, points)
        return [evaluate(self.codec, image, value, names).point for value in settings]


def codec(name: str | Codec) -> Bench:
    """The codec called `name` (see `known_codecs`), ready to work. Raises SettingError."""
    return Bench(name if isinstance(name, Codec) else get(name))


def known_codecs() -> dict[str, str]:
    """Name -> title of every codec of this machine."""
    return {name: found.info.title for name, found in CODECS.items()}


def decode(data: bytes) -> np.ndarray:
    """The pixels of a file of any codec here, uint8 (H, W, 3). Raises BitstreamError."""
    found, _ = identify(data)
    return found.decode(data)
