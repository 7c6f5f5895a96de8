"""Signs of life: a job in a worker tells its pool what it begins, so that a hang can be ended.

A search makes several files; each of them has the whole time that one file may take.
"""

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

TOPIC = "rdx-signs"  # of the events that workers send

Limit = Callable[[int], float]  # pixels of a picture -> seconds that one file of it may take


def begin(pixels: int) -> None:
    """The job that runs here begins a file of a picture of so many pixels.

    Outside a Dask worker nothing happens: nobody could end what hangs there.
    """
    if "distributed" not in sys.modules:
        return
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:  # not in a worker
        return
    job = worker.get_current_task()
    worker.log_event(TOPIC, {"job": job, "place": worker.address, "pixels": pixels})


def too_long(limit_s: float) -> str:
    """The sentence for what was ended because it outlasted its limit."""
    return f"This took more than {limit_s:g} s and was stopped."


class Late(NamedTuple):
    """A job that outlasted its limit: its name, the address of its worker, the limit in seconds."""

    job: str
    place: str
    limit_s: float


@dataclass
class Clocks:
    """When each job in flight gave its last sign, and how long it may take to the next."""

    limit: Limit
    _signs: dict[str, tuple[str, float, float]] = field(default_factory=dict)

    def hear(self, event: Mapping[str, Any]) -> None:
        """A sign: from now on the job has the time that its picture allows."""
        until = self.limit(event["pixels"])
        self._signs[event["job"]] = event["place"], time.monotonic(), until

    def forget(self, job: str) -> None:
        """The job has ended, one way or another."""
        self._signs.pop(job, None)

    def late(self) -> list[Late]:
        """The jobs whose time is over."""
        now = time.monotonic()
        return [
            Late(job, place, limit_s)
            for job, (place, since, limit_s) in list(self._signs.items())
            if now - since > limit_s
        ]
