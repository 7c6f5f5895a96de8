"""Jobs that tests hand to a pool: a worker imports them by name."""

import os
import time

from core.results import Record
from core.sweep import signs
from core.sweep.sources import Item


def work(item: Item, what: str, seconds: float = 0.0) -> Record:
    """Begins files as `what` says: one that hangs, three quick ones, or none; says where it ran."""
    if what == "hang":
        signs.begin(1)
        time.sleep(600)
    if what == "three":
        for _ in range(3):
            signs.begin(1)
            time.sleep(seconds)
    return {"name": item.name, "pid": os.getpid()}
