"""Results on disk: what was used lately stays."""

import pytest

from core.compute import store
from core.compute.store import Store

LARGE = bytes(100_000)


@pytest.fixture
def day(monkeypatch):
    """`day(n)`: from now on it is the nth day."""
    return lambda number: monkeypatch.setattr(store, "_today", lambda: number)


def test_what_was_read_lately_outlives_what_was_only_written(tmp_path, day):
    day(1)
    kept = Store(tmp_path, limit=2_000_000)
    for number in range(15):
        kept.put(LARGE, "old", number)
    day(2)
    assert kept.get("old", 3) == LARGE
    for number in range(9):
        kept.put(LARGE, "new", number)
    assert kept.get("old", 3) == LARGE
    assert kept.get("old", 0) is None and kept.get("new", 8) == LARGE


def test_to_read_is_not_to_write_but_once_a_day(tmp_path, day):
    day(1)
    kept = Store(tmp_path)
    kept.put(b"data", "key")
    writes = []
    put, kept.put = kept.put, lambda data, *key: (writes.append(key), put(data, *key))
    for number in (1, 1, 2, 2, 2, 3):
        day(number)
        assert kept.get("key") == b"data"
    assert len(writes) == 2


def test_another_setting_holds_nothing_and_the_next_start_finds_all(tmp_path):
    before = Store(tmp_path)
    before.put(b"data", "key", 1.0)
    assert before.get("key", 2.0) is None
    before.close()
    assert Store(tmp_path).get("key", 1.0) == b"data"
