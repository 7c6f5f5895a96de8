"""The files of an export: encoded and measured by workers, put in place at once, with records."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.codecs import registry
from core.decide.run import digest_of, key_of
from core.decide.work import Call, Hooks, Record, each
from core.export.names import output_names
from core.export.order import Order
from core.export.task import FILE
from core.sweep.journal import Journal
from core.sweep.pools import Pool
from core.sweep.run import Progress
from core.sweep.sources import Item


@dataclass
class Files:
    """The files of `order` below `folder`; what `journal` has, and is there, is not made again."""

    items: Sequence[Item]
    order: Order
    folder: Path
    journal: Journal
    pool: Pool
    progress: Progress
    hooks: Hooks
    digests: dict[str, tuple[str, int]] = field(default_factory=dict)  # image -> SHA-256, bytes
    unreadable: dict[str, str] = field(default_factory=dict)  # image -> why
    records: dict[tuple[str, str], Record] = field(default_factory=dict)  # (image, codec) -> record
    names: dict[tuple[str, str], str] = field(default_factory=dict)  # (image, codec) -> path

    def look(self) -> None:
        """Digests and names of all pictures."""
        self.names = output_names([item.name for item in self.items], self.order.codecs)
        for item in self.items:
            try:
                self.digests[item.name] = digest_of(item)
            except OSError as error:
                self.unreadable[item.name] = f"{item.name} cannot be read: {error.strerror}."

    def readable(self) -> list[Item]:
        """The pictures that nothing has been found wrong with."""
        return [item for item in self.items if item.name not in self.unreadable]

    def ordered(self) -> list[Record]:
        """All records, picture by picture."""
        return [
            self.records.get((item.name, codec)) or self._missing(item, codec)
            for item in self.items
            for codec in self.order.codecs
        ]

    def _missing(self, item: Item, codec: str) -> Record:
        error = self.unreadable.get(item.name, "It was not encoded.")
        return {"image": item.name, "codec": codec, "error": error}

    def refuse(self, image: str, codec: str, record: Record) -> None:
        """Notes why there is no file."""
        if record.get("unreadable"):
            self.unreadable[image] = record["error"]
        self.records[image, codec] = {"image": image, "codec": codec, "error": record["error"]}

    def write(self, codec: str, settings: Mapping[str, float | None]) -> None:
        """The file of every picture at its setting; those that are there stay."""
        calls = {
            item.name: self._file_job(item, codec, value)
            for item in self.readable()
            if (value := settings.get(item.name)) is not None
        }
        hooks = self.hooks._replace(accept=self._accept, valid=self._is_there)
        results = each(calls.values(), self.pool, self.journal, self.progress, hooks)
        for image, call in calls.items():
            record = results[call.key]
            if record["error"]:
                self.refuse(image, codec, record)
                continue
            now = self.digests[image][1]
            self.records[image, codec] = record | {
                "image": image,
                "file": self.names[image, codec],
                "original_bytes": now,
                "reached": self.order.reaches(record),
            }

    def _file_job(self, item: Item, codec: str, value: float) -> Call:
        digest, _ = self.digests[item.name]
        order = self.order
        name = self.names[item.name, codec]
        key = key_of(
            digest, registry.get(codec), FILE, value, order.measures, order.keep_exif, name
        )
        arguments = (digest, FILE, codec, value, order.measures, order.keep_exif)
        return Call(key, item, arguments)

    def _path(self, call: Call) -> Path:
        return self.folder / self.names[call.item.name, str(call.arguments[2])]

    def _accept(self, call: Call, result: Record) -> Record:
        """Puts the file in place, at once; its record goes into the journal after it."""
        path = self._path(call)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_bytes(result["data"])
        part.replace(path)
        return {key: value for key, value in result.items() if key != "data"}

    def _is_there(self, call: Call, record: Record) -> bool:
        """Whether the file of an earlier record is still the one that was measured."""
        try:
            data = self._path(call).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(data).hexdigest() == record["sha256"]
