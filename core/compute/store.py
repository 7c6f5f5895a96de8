"""Results on disk: bytes by key, within a bound, shared by all starts of the app."""

import hashlib
import time
from contextlib import suppress
from pathlib import Path

import diskcache

from core.compute import limits
from core.store import places

# Each thread has its own connection, and each run of a page its own thread: what a connection keeps
# in memory is kept many times. By default it may reach 100 MB.
PAGES = 64  # of 4 kB
DAY_S = 86_400.0
_FAILURES = (OSError, diskcache.Timeout)  # a full or locked disk: computed again, not stored


class Store:
    """A bounded memory on disk. What was not read or written for longest, in days, goes first: to
    read is not to write, but for the first time on a day.
    """

    def __init__(self, folder: Path | None = None, limit: int = limits.STORE_BYTES) -> None:
        folder = folder or places.cache() / "results"
        self._cache = diskcache.Cache(
            folder,
            size_limit=limit,
            eviction_policy="least-recently-stored",
            disk_pickle_protocol=5,
            timeout=5,
            sqlite_cache_size=PAGES,
            sqlite_mmap_size=0,
        )

    def get(self, *key: object) -> bytes | None:
        """What was put under `key`, or None."""
        with suppress(*_FAILURES):
            found, day = self._cache.get(_name(key), tag=True)
            if not isinstance(found, bytes):
                return None
            if day != _today():
                self.put(found, *key)
            return found
        return None

    def put(self, data: bytes, *key: object) -> None:
        """Keeps `data` under `key`: all that decides it, as plain values."""
        with suppress(*_FAILURES):
            self._cache.set(_name(key), data, tag=_today())

    def close(self) -> None:
        """Ends the use of the folder."""
        self._cache.close()


def _today() -> int:
    return int(time.time() // DAY_S)


def _name(key: tuple[object, ...]) -> str:
    return hashlib.sha256(repr(key).encode()).hexdigest()
