"""What is to be exported, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from core import metrics
from core.codecs import registry
from core.decide.answer import Mode
from core.decide.probes import Tried
from core.errors import SettingError

MEASURES = ("psnr", "ssimulacra2")  # that a manifest has beside the one that the quality is in

Known = Mapping[tuple[str, str], Tried]  # (image, codec) -> what a decision has measured


@dataclass(frozen=True)
class Order:
    """Codecs, quality and policies of an export.

    `target` is in the form of `measure`, or None where `settings` (codec -> setting) alone say how
    to encode. `mode`: "one" setting for all pictures, so that `share` of them have the quality, or
    "each" at its own. `settings` are where the search for the one setting starts. `keep_exif`:
    copies EXIF into files that can carry it. `known` need not be measured again.
    """

    codecs: tuple[str, ...]
    measure: str = "ssimulacra2"
    target: float | None = None
    mode: Mode = "each"
    share: float = 0.95
    settings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    names: tuple[str, ...] = MEASURES
    keep_exif: bool = False
    known: Known = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not self.codecs:
            raise SettingError("Name at least one codec.")
        for codec in self.codecs:
            chosen = registry.get(codec)
            if codec in self.settings:
                chosen.setting.check(self.settings[codec])
            elif self.target is None:
                raise SettingError(f"Give a quality, or a setting of {chosen.info.title}.")
        if not 0 < self.share <= 1:
            raise SettingError(f"The share lies between 0 and 1; {self.share:g} does not.")

    @property
    def measures(self) -> tuple[str, ...]:
        """All that is measured of each file."""
        wanted = (self.measure,) if self.target is not None else ()
        return tuple(dict.fromkeys((*wanted, *self.names)))

    def reaches(self, record: Mapping[str, Any]) -> bool | None:
        """Whether a file has the quality; None where none was asked for."""
        if self.target is None:
            return None
        value = record["measures"].get(self.measure)
        if value is None:  # JSON has no infinity: the file is lossless
            return self.measure in record["measures"]
        quality = metrics.form_of(self.measure, value)
        return quality is not None and quality >= self.target

    def as_json(self) -> dict[str, Any]:
        """What a manifest says of it."""
        return {
            "codecs": list(self.codecs),
            "measure": self.measure,
            "target": self.target,
            "mode": self.mode,
            "share": self.share,
            "exif": "kept where the format can carry it" if self.keep_exif else "dropped",
            "orientation": "applied: pixels are upright",
            "colour": "converted to sRGB, without an embedded profile",
        }
