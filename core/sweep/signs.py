"""Signs of life: a call in a worker tells its pool what it begins, so that a hang can be ended.

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
    """The call that runs here begins a file of a picture of so many pixels.

    Outside a Dask worker nothing happens: nobody could end what hangs there.
    """
    if "distributed" not in sys.modules:
        return
    from distributed import get_worker

    try:
        worker = get_worker()
    except ValueError:  # not in a worker
        return
    call = worker.get_current_task()
    worker.log_event(TOPIC, {"call": call, "place": worker.address, "pixels": pixels})


def too_long(limit_s: float) -> str:
    """The sentence for what was ended because it outlasted its limit."""
    return f"This took more than {limit_s:g} s and was stopped."


class Late(NamedTuple):
    """A call that outlasted its limit in seconds: its name, the address of its worker."""

    call: str
    place: str
    limit_s: float


@dataclass
class Deadlines:
    """When each call in flight gave its last sign, and how long it may take to the next."""

    limit: Limit
    _signs: dict[str, tuple[str, float, float]] = field(default_factory=dict)

    def hear(self, event: Mapping[str, Any]) -> None:
        """A sign: from now on the call has the time that its picture allows."""
        until = self.limit(event["pixels"])
        self._signs[event["call"]] = event["place"], time.monotonic(), until

    def forget(self, call: str) -> None:
        """The call has ended, one way or another."""
        self._signs.pop(call, None)

    def late(self) -> list[Late]:
        """The calls whose time is over."""
        now = time.monotonic()
        return [
            Late(call, place, limit_s)
            for call, (place, since, limit_s) in list(self._signs.items())
            if now - since > limit_s
        ]
