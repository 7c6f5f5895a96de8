"""Workers that are killed, and units that kill their workers: nothing else comes to nothing."""

import pytest

from core.compute import Failure, Service
from core.compute.cluster import Connection
from tests.core.compute import chores
from tests.load import kills


def test_what_kills_its_workers_takes_nothing_else_with_it():
    """Units wait behind the deadly one each time it is tried: they are not to blame."""
    service = Service(lambda: Connection(workers=1))
    deadly: Failure | None = None
    sums: dict[int, float] = {}
    try:
        while deadly is None or len(sums) < 8:
            deadly = service.call("me", "deadly", chores.die, limit_s=600)
            for number in range(8):
                found = service.call("me", number, chores.add, number, 1)
                if found is not None:
                    sums[number] = found
            service.wait("me", 1)
    finally:
        service.close()
    assert "ended each time" in deadly.reason
    assert sums == {number: number + 1 for number in range(8)}


@pytest.mark.slow
def test_every_result_arrives_though_each_worker_is_killed_in_turn(tmp_path):
    """Six times during work; none is wrong. `python -m tests.load.kills` kills twenty times."""
    kills.run(tmp_path, 6)
