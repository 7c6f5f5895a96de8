"""The journal of a sweep: every result on disk the moment it is there, one JSON object a line,
never rewritten.

    {"header": {…}}                                                                     once a run
    {"key": "1f0c…", "record": {"image": "kodim01.png", "codec": "jpeg", …}}
    {"failure": {"image": "broken.png", "codec": "jpeg", "setting": 50, "error": "…"}}

A process that is killed leaves at most half a line, which the next one cuts off. A lock keeps two
sweeps out of one file.
"""

import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import DataError
from core.results import Results

Record = dict[str, Any]


class Journal:
    """An open journal. It holds places in the file, not records: memory grows by ~200 bytes per
    measurement.
    """

    def __init__(self, path: Path) -> None:
        """Opens or creates `path`. Raises DataError when another process writes it or it is no
        journal.
        """
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: BinaryIO = open(path, "a+b")  # noqa: SIM115 (open as long as the journal)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise DataError(
                f"Another sweep is writing {path}. Wait for it, or choose another output file."
            ) from None
        self._places: dict[str, int] = {}
        try:
            self._index()
        except DataError:
            self._file.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def get(self, key: str) -> Record:
        """The record stored under `key`."""
        self._file.seek(self._places[key])
        return json.loads(self._file.readline())["record"]

    def add(self, key: str, record: Record) -> None:
        """Stores `record`; a key that is already there keeps its first record."""
        if key not in self._places:
            self._places[key] = self._append({"key": key, "record": record})

    def begin(self, header: Record) -> None:
        """Stores the header of a run that begins, or goes on."""
        self._append({"header": header})

    def fail(self, failure: Record) -> None:
        """Stores a failure, for whoever watches. It is no result: the next run tries again."""
        self._append({"failure": failure})

    def _append(self, line: Record) -> int:
        place = self._file.seek(0, 2)
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        return place

    def _index(self) -> None:
        self._file.seek(0)
        place = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                self._file.truncate(place)  # the writer was killed inside this line
                break
            try:
                entry = json.loads(line)
                if "key" in entry:
                    self._places.setdefault(entry["key"], place)
            except (ValueError, TypeError):
                raise DataError(
                    f"{self.path} is not the journal of a sweep, or it is damaged. Move it away."
                ) from None
            place += len(line)


def entries(path: Path, start: int = 0) -> Iterator[tuple[int, Record]]:
    """(place behind it, entry) for every whole line of a journal from byte `start` on; for those
    who watch a sweep.
    """
    with open(path, "rb") as file:
        file.seek(start)
        for line in file:
            if not line.endswith(b"\n"):
                return
            start += len(line)
            yield start, json.loads(line)


class Watcher:
    """Follows a journal that another process writes: `look()` reads what is new since the last
    time.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._place, self._file = path, 0, (0, 0)
        self.results = Results({}, [])

    def look(self) -> Results:
        """All records so far, with the header and the failures of the latest run. A new object
        whenever something is new.
        """
        try:
            stat = self.path.stat()
        except OSError:
            return self.results
        if (stat.st_dev, stat.st_ino) != self._file or stat.st_size < self._place:
            self._place, self._file, self.results = 0, (stat.st_dev, stat.st_ino), Results({}, [])
        if stat.st_size > self._place:
            head, records = dict(self.results.header), list(self.results.records)
            for place, entry in entries(self.path, self._place):
                self._place = place
                if "header" in entry:
                    head = entry["header"] | {"failures": []}
                elif "record" in entry:
                    records.append(entry["record"])
                else:
                    head["failures"] = [*head.get("failures", []), entry["failure"]]
            self.results = Results(head, records)
        return self.results
