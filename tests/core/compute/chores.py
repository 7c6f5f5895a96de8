"""What the tests have done in workers: small functions that a worker imports by name."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from core.codecs.registry import get
from core.compute import progress
from core.errors import SettingError
from core.images import Picture


def add(a: float, b: float) -> float:
    """The sum."""
    return a + b


def pid() -> int:
    """The process that this runs in."""
    return os.getpid()


def refuse(why: str) -> None:
    """Raises what a person caused."""
    raise SettingError(why)


def divide(a: float, b: float) -> float:
    """A defect, when b is zero."""
    return a / b


def die() -> None:
    """Ends its process, each time."""
    os.kill(os.getpid(), signal.SIGKILL)


def total(picture: Picture) -> tuple[int, int]:
    """(sum over the pixels, process)."""
    return int(picture.image.sum(dtype=np.int64)), os.getpid()


def note(path: Path, line: str) -> str:
    """Adds a line to a file."""
    with path.open("a") as file:
        file.write(line + "\n")
    return line


def until(path: Path, name: str = "") -> str:
    """Waits until the file is there; says in a file beside it that it has begun."""
    path.with_name(f"begun-{name}-{os.getpid()}").touch()
    while not path.exists():
        progress(0.5, "waiting")
        time.sleep(0.01)
    return name


def hang() -> None:
    """Never comes back."""
    while True:
        time.sleep(1)


def encode(folder: Path, picture: Picture, number: int) -> bytes:
    """A JPEG file of quality `number`, after a moment in which the worker can be killed.

    A file of `folder`, named after the worker, tells of the process and the number.
    """
    from distributed import get_worker

    note(folder / str(get_worker().name), f"{os.getpid()} {number}")
    time.sleep(0.1)
    return get("jpeg").encode(picture.image, number % 100 + 1).data
