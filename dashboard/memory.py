"""What is known of pictures under codecs: in the app's memory, and on disk for the next start.

Everything is keyed by the SHA-256 of the pixels and the codec; on disk also by the codec's options,
versions and model (`core.rd.stored.key`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.codecs.base import Codec
from core.compute import Service
from core.compute.store import Store
from core.images import Picture
from core.rd import lengths, stored
from core.rd.measure import Measured


class Memory:
    """Measurements, matches, sizes of files and decoded pictures."""

    def __init__(self, service: Service, store: Store) -> None:
        self._service, self._store = service, store

    def known(self, picture: Picture, codec: Codec, value: float) -> Measured | None:
        """What the app's memory holds of one setting."""
        return self._service.recall(("point", picture.sha256, codec.name, value))

    def recall(self, picture: Picture, codec: Codec, value: float) -> Measured | None:
        """What memory or disk hold of one setting."""
        known = self.known(picture, codec, value)
        if known is None:
            data = self._store.get("point", *stored.key(picture.sha256, codec, value))
            known = stored.unpack(data) if data is not None else None
            if known is not None:
                self._note(picture, codec, known)
        return known

    def richest(self, picture: Picture, codec: Codec, measured: Measured) -> Measured:
        """`measured`, or what memory holds of its setting where that has more measures."""
        known = self.known(picture, codec, measured.point.setting)
        if known is None or len(known.point.measures) < len(measured.point.measures):
            return measured
        return known

    def keep(self, picture: Picture, codec: Codec, measured: Measured) -> Measured:
        """Remembers a measurement, together with the measures that others have taken of it."""
        value = measured.point.setting
        known = self.recall(picture, codec, value)
        if known is not None:
            measures = known.point.measures | measured.point.measures
            measured = replace(measured, point=replace(measured.point, measures=measures))
        key = stored.key(picture.sha256, codec, value)
        self._store.put(stored.pack(measured), "point", *key)
        self._note(picture, codec, measured)
        return measured

    def _note(self, picture: Picture, codec: Codec, measured: Measured) -> None:
        point = measured.point
        self._service.remember(("point", picture.sha256, codec.name, point.setting), measured)
        self.add_sizes(picture, codec, {point.setting: point.bytes})

    def sizes(self, picture: Picture, codec: Codec) -> dict[float, int]:
        """Setting -> bytes: the lengths of all files of the picture that were ever made here, or of
        those in the table that ships.
        """
        known = self._service.recall(("sizes", picture.sha256, codec.name))
        if known is None:
            data = self._store.get("sizes", *stored.key(picture.sha256, codec, "sizes"))
            if data is None:
                return lengths.of(picture.sha256, codec)
            known = {float(value): size for value, size in stored.unpack_record(data).items()}
        return dict(known)

    def add_sizes(
        self, picture: Picture, codec: Codec, sizes: Mapping[float, int]
    ) -> dict[float, int]:
        """Remembers the lengths of more files; all of them. Where they contradict what was known,
        as on a machine whose encoder works differently, that is forgotten.
        """
        known = self.sizes(picture, codec)
        if any(known.get(value, size) != size for value, size in sizes.items()):
            known = {}
        elif sizes.keys() <= known.keys():
            return known
        known |= sizes
        self._service.remember(("sizes", picture.sha256, codec.name), dict(known))
        record = {repr(value): size for value, size in known.items()}
        key = stored.key(picture.sha256, codec, "sizes")
        self._store.put(stored.pack_record(record), "sizes", *key)
        return known

    def match(
        self, picture: Picture, codec: Codec, measure: str, target: float
    ) -> dict[str, Any] | None:
        """What the disk holds of a search: setting, error, met, encodes, as in `core.rd.match`."""
        data = self._store.get("match", *_match_key(picture, codec, measure, target))
        return stored.unpack_record(data) if data is not None else None

    def keep_match(
        self,
        picture: Picture,
        codec: Codec,
        measure: str,
        target: float,
        record: Mapping[str, Any],
    ) -> None:
        """Keeps on disk what a search has found."""
        key = _match_key(picture, codec, measure, target)
        self._store.put(stored.pack_record(record), "match", *key)

    def png(self, picture: Picture, codec: Codec, value: float) -> bytes | None:
        """The decoded picture at one setting, from memory or disk, as PNG."""
        png = self._service.recall(png_key(picture, codec, value))
        if png is None:
            png = self._store.get("png", *stored.key(picture.sha256, codec, value))
            if png is not None:
                self._service.remember(png_key(picture, codec, value), png)
        return png

    def keep_png(self, picture: Picture, codec: Codec, value: float, png: bytes) -> None:
        """Remembers the decoded picture at one setting."""
        self._service.remember(png_key(picture, codec, value), png)
        self._store.put(png, "png", *stored.key(picture.sha256, codec, value))

    def keep_shown(
        self, picture: Picture, codec: Codec, measured: Measured, png: bytes
    ) -> Measured:
        """Remembers a measurement and its picture."""
        self.keep_png(picture, codec, measured.point.setting, png)
        return self.keep(picture, codec, measured)

    def original(self, picture: Picture) -> bytes | None:
        """The picture itself as PNG, from disk."""
        return self._store.get("original", picture.sha256)

    def keep_original(self, picture: Picture, png: bytes) -> None:
        """Keeps the picture itself on disk."""
        self._store.put(png, "original", picture.sha256)


def png_key(picture: Picture, codec: Codec, value: float) -> tuple[object, ...]:
    """The key of a decoded picture in the app's memory."""
    return "png", picture.sha256, codec.name, value


def _match_key(picture: Picture, codec: Codec, measure: str, target: float) -> tuple[object, ...]:
    return stored.key(picture.sha256, codec, f"{measure} {float(target)!r}")
