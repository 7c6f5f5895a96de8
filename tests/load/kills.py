"""`kill -9` of each worker in turn, twenty times during work: `python -m tests.load.kills`.

Every result must arrive, and none be wrong.
"""

import os
import signal
import tempfile
from collections import Counter
from pathlib import Path

from core.codecs.registry import get
from core.compute import Failure, Service
from core.compute.cluster import Connection
from core.images import Picture
from tests.conftest import synthetic
from tests.core.compute import chores

WORKERS, KILLS = 2, 20
ASKED = 12  # units that are asked for at a time
LIVED = 8  # units of a life: three deaths under the same unit would be blamed on it


def lives_of(folder: Path) -> list[list[tuple[int, int]]]:
    """What each worker that has begun something has begun, in order: (process, number of the unit).

    A file is there for a moment before its first line is.
    """
    begun = [path.read_text().splitlines() for path in sorted(folder.iterdir())]
    return [
        [(int(pid), int(number)) for pid, number in map(str.split, lines)]
        for lines in begun
        if lines
    ]


def at_work(folder: Path, killed: list[int], found: dict[int, bytes | Failure]) -> int | None:
    """The process that is next to be killed, if it has done some units and is at another.

    Of those that live, that of the worker which was killed least often.
    """
    ready = []
    for units in lives_of(folder):
        pids = [pid for pid, _ in units]
        pid, number = units[-1]
        if pid not in killed and pids.count(pid) > LIVED and number not in found:
            ready.append((len(set(pids)), pid))
    return min(ready)[1] if ready else None


def run(folder: Path, kills: int = KILLS) -> None:
    """Kills so many times, and says when.

    Raises AssertionError where a result is missing or wrong.
    """
    pictures = [Picture(f"{i}", synthetic(48, 64, seed=i)) for i in range(8)]
    service = Service(lambda: Connection(workers=WORKERS))
    found: dict[int, bytes | Failure] = {}
    killed: list[int] = []
    asked = before = 0  # units so far; results at the last kill
    try:
        while len(killed) < kills or len(found) < asked:
            if len(killed) < kills:
                asked = max(asked, len(found) + ASKED)
            for number in set(range(asked)) - found.keys():
                picture = pictures[number % len(pictures)]
                result = service.call("me", number, chores.encode, folder, picture, number)
                if result is not None:
                    found[number] = result
            pid = at_work(folder, killed, found)
            if len(killed) < kills and len(found) > before and pid:
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
                before = len(found)
                print(f"{len(killed)} of {kills} killed, {before} results", flush=True)
            service.wait("me", 0.02)
    finally:
        service.close()
    assert sorted(found) == list(range(asked))
    for number, data in found.items():
        picture = pictures[number % len(pictures)]
        assert data == get("jpeg").encode(picture.image, number % 100 + 1).data, number
    begun = Counter(number for units in lives_of(folder) for _, number in units)
    repeated = sum(count > 1 for count in begun.values())
    assert repeated > kills // 2, "the workers were not killed while they worked"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder))
