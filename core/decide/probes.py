"""What was measured of one codec on one picture: its files at several settings."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.codecs.base import Setting
from core.rd.match import LOSSLESS


class Probe(NamedTuple):
    """One file: its setting, length, quality in the measure's form, and the seconds it took."""

    setting: float
    bytes: int
    quality: float
    encode_s: float
    decode_s: float


@dataclass(frozen=True)
class Tried:
    """One codec on one picture.

    `now` is the length of the picture's own file in bytes. `probes` are sorted by setting.
    `required` is the setting of the smallest file that has the quality, None where none has it;
    `error` says why the codec took the picture not at all, and there are no probes then.
    """

    image: str
    codec: str
    width: int
    height: int
    now: int
    probes: tuple[Probe, ...] = ()
    required: float | None = None
    error: str = ""

    def at(self, setting: float) -> Probe | None:
        """The file at `setting`, where it was made."""
        return next((probe for probe in self.probes if probe.setting == setting), None)

    @property
    def own(self) -> Probe | None:
        """The file at the required setting, or the one of the best quality where none has it."""
        if self.required is not None:
            return self.at(self.required)
        return max(self.probes, key=lambda probe: probe.quality, default=None)


def better(setting: Setting) -> int:
    """+1 where larger values of `setting` mean better quality, −1 where smaller ones do."""
    return 1 if setting.better == "high" else -1


def position(setting: Setting, value: float) -> float:
    """Where a value lies on the setting's scale, growing with quality."""
    return better(setting) * (math.log(value) if setting.scale == "log" else value)


def joined(probes: Iterable[Probe]) -> tuple[Probe, ...]:
    """`probes` sorted by setting, each setting once."""
    return tuple(sorted({probe.setting: probe for probe in probes}.values()))


def as_json(tried: Tried) -> dict[str, Any]:
    """The record of a decision's file."""
    return {
        "image": tried.image,
        "codec": tried.codec,
        "width": tried.width,
        "height": tried.height,
        "now": tried.now,
        "required": tried.required,
        "probes": [list(probe) for probe in tried.probes],
        "error": tried.error,
    }


def read(record: dict[str, Any]) -> Tried:
    """The inverse of `as_json`. Raises KeyError, TypeError or ValueError for anything else."""
    required = record["required"]
    return Tried(
        image=str(record["image"]),
        codec=str(record["codec"]),
        width=int(record["width"]),
        height=int(record["height"]),
        now=int(record["now"]),
        probes=joined(_probe(values) for values in record["probes"]),
        required=None if required is None else float(required),
        error=str(record["error"]),
    )


def _probe(values: list[float]) -> Probe:
    setting, size, quality, encode_s, decode_s = map(float, values)
    return Probe(setting, int(size), min(quality, LOSSLESS), encode_s, decode_s)
