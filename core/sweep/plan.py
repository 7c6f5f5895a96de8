"""What a sweep has to measure, each with the key that names its result for ever."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.codecs.base import Codec
from core.errors import ImageError, SettingError
from core.metrics import NAMES
from core.sweep.sources import Item


@dataclass(frozen=True)
class Planned:
    """One measurement to make: `item` through `codec` at `setting`.

    `file` names the coded file, `key` the measurement: the file and the measures. Equal keys mean
    equal results.
    """

    item: Item
    sha256: str
    codec: str
    setting: float
    file: str
    key: str


@dataclass(frozen=True)
class Unreadable:
    """An image that nothing could be planned for, and why; it stands for `count` measurements."""

    item: Item
    error: str
    count: int


def settings(codec: Codec, points: int | None = None) -> tuple[float, ...]:
    """The settings that a sweep uses: the codec's grid, or `points` of it, evenly spread and with
    both ends.
    """
    grid = codec.setting.grid
    if points is None or points >= len(grid):
        return grid
    if points < 1:
        raise SettingError(f"A sweep needs at least one setting per codec, not {points}.")
    if points == 1:
        return (grid[len(grid) // 2],)
    return tuple(grid[round(i * (len(grid) - 1) / (points - 1))] for i in range(points))


def file_key(sha256: str, codec: Codec, setting: float) -> str:
    """The name of a coded file: a hash of the pixels, the codec with its options, versions and
    model, and the setting.
    """
    identity = [
        sha256,
        codec.name,
        sorted(codec.info.options.items()),
        codec.identity(setting),
        float(setting),
        True,  # as in results of before, which had this entry: their records can be taken over
    ]
    return _hash(identity)


def key(file: str, names: Iterable[str]) -> str:
    """The name of a measurement of the file called `file` (`file_key`) by `names`."""
    return _hash([file, sorted(names)])


def _hash(identity: list[object]) -> str:
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:32]


def total(items: Sequence[Item], codecs: Iterable[Codec], points: int | None = None) -> int:
    """How many measurements `measurements` will plan."""
    return len(items) * sum(len(settings(codec, points)) for codec in codecs)


def measurements(
    items: Iterable[Item],
    codecs: list[Codec],
    points: int | None = None,
    names: Iterable[str] = NAMES,
) -> Iterator[Planned | Unreadable]:
    """All that is to be measured, with the measures `names`, image by image, so that a
    stopped sweep has whole images.
    One picture is in memory at a time.
    """
    names = tuple(names)
    work = [(codec, value) for codec in codecs for value in settings(codec, points)]
    for item in items:
        try:
            sha256 = item.read().sha256
        except ImageError as error:
            yield Unreadable(item, str(error), len(work))
            continue
        for codec, value in work:
            file = file_key(sha256, codec, value)
            yield Planned(item, sha256, codec.name, value, file, key(file, names))
