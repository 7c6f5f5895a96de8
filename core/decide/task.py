"""What a worker does for a decision: one picture through one codec, at settings that it searches.

Runs in worker processes, perhaps on other machines, see `core.sweep.task`.
"""

from collections.abc import Iterable
from typing import Any

from cachetools import LRUCache

from core.codecs import registry
from core.codecs.base import Codec
from core.decide.probes import Probe, Tried, as_json, joined
from core.errors import RDError
from core.images import Picture
from core.processes import settle
from core.rd.match import LOSSLESS, Attempt, drive, search_quality, target_measure
from core.rd.measure import RDPoint, evaluate
from core.sweep import signs
from core.sweep.sources import Item

CACHE_BYTES = 300_000_000
# Digest of a file -> its picture, of those read last.
_pictures: LRUCache[str, Picture] = LRUCache(CACHE_BYTES, getsizeof=lambda p: p.image.nbytes)


def perform(item: Item, digest: str, kind: str, *arguments: Any) -> dict[str, Any]:
    """The record of `search` or `at`, as `kind` says, or {"error": why there is none}."""
    settle()
    try:
        picture = read(item, digest)
    except RDError as error:
        return {"error": str(error), "unreadable": True}
    try:
        tried = {"search": search, "at": at}[kind](picture, item, *arguments)
    except RDError as error:
        return {"error": str(error)}
    except Exception as error:  # one codec's fault on one picture must not end all
        return {"error": f"{type(error).__name__}: {error}"}
    return as_json(tried)


def read(item: Item, digest: str) -> Picture:
    """The picture of `item`, whose file has this digest; the last few stay in memory."""
    known = _pictures.get(digest)
    if known is not None:
        return known
    signs.begin(0)  # how large it is, only reading will tell
    picture = item.read()
    if picture.image.nbytes <= CACHE_BYTES:
        _pictures[digest] = picture
    return picture


def search(
    picture: Picture, item: Item, now: int, codec: str, measure: str, target: float
) -> Tried:
    """The smallest file of `codec` that has the quality, and all that were made on the way."""
    chosen = registry.get(codec)
    probes, required = reach(chosen, picture, measure, target)
    return _tried(picture, item, now, codec, probes, required)


def at(picture: Picture, item: Item, now: int, codec: str, measure: str, setting: float) -> Tried:
    """The file of `codec` at one setting."""
    signs.begin(picture.width * picture.height)
    point = evaluate(registry.get(codec), picture.image, setting, (measure,)).point
    return _tried(picture, item, now, codec, [probe_of(point, measure)], None)


def reach(
    codec: Codec,
    picture: Picture,
    measure: str,
    target: float,
    known: Iterable[Probe] = (),
) -> tuple[list[Probe], float | None]:
    """(the files that a search for `target` makes, the setting it ends with; None where unmet).

    `known` files need not be made. Raises ImageError, SettingError.
    """
    target_measure(measure, picture.height, picture.width)
    probes = list(known)
    there = {probe.setting: Attempt(probe.quality, probe.bytes) for probe in probes}

    def attempt(value: float) -> Attempt:
        signs.begin(picture.width * picture.height)
        probe = probe_of(evaluate(codec, picture.image, value, (measure,)).point, measure)
        probes.append(probe)
        return Attempt(probe.quality, probe.bytes)

    found = drive(search_quality(codec, measure, target, there), attempt)
    return probes, found.value if found.met else None


def probe_of(point: RDPoint, measure: str) -> Probe:
    """The measurement as a probe."""
    quality = point.quality(measure)
    assert quality is not None, f"{measure} was asked for and not measured"
    return Probe(point.setting, point.bytes, min(quality, LOSSLESS), point.encode_s, point.decode_s)


def _tried(
    picture: Picture,
    item: Item,
    now: int,
    codec: str,
    probes: list[Probe],
    required: float | None,
) -> Tried:
    return Tried(item.name, codec, picture.width, picture.height, now, joined(probes), required)
