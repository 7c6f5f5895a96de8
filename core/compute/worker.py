"""What a worker does with a unit: finds its pictures, calls its function, tells how far it is."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cachetools import LRUCache

from core.codecs import registry  # noqa: F401  (imported before the first unit comes)
from core.compute import limits
from core.images import Picture
from core.processes import settle

TOPIC = "rdx-progress"

_pictures: LRUCache[str, Picture] = LRUCache(
    limits.WORKER_PICTURE_BYTES, getsizeof=lambda picture: picture.image.nbytes
)
_unit = ""  # the key of the unit that runs here: a worker has one thread


@dataclass(frozen=True)
class Handle:
    """A picture among a unit's arguments, named by the SHA-256 of its pixels."""

    sha256: str


class PictureMissing(Exception):
    """This worker has not got a picture of the unit; `address` says who it is."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class Overtime(Exception):
    """A unit was ended because it took too long; the message is the sentence to show."""


def run(
    key: str,
    function: Callable[..., Any],
    arguments: tuple,
    pictures: Mapping[str, Picture],
    folders: Mapping[str, str],
) -> Any:
    """`function(*arguments)`, with the pictures that were sent along or are remembered here.

    `folders` are those of the app, where it has some of its own. Raises PictureMissing.
    """
    settle()
    os.environ.update(folders)
    global _unit
    _unit = key
    return function(*(_resolve(argument, pictures) for argument in arguments))


def _resolve(argument: Any, pictures: Mapping[str, Picture]) -> Any:
    if not isinstance(argument, Handle):
        return argument
    picture = pictures.get(argument.sha256) or _pictures.get(argument.sha256)
    if picture is None:
        raise PictureMissing(_address())
    if picture.image.nbytes <= limits.WORKER_PICTURE_BYTES:
        _pictures[argument.sha256] = picture
    return picture


def progress(share: float, text: str = "") -> None:
    """Tells the page that waits how far the function is, 0 to 1; outside a worker: nothing."""
    if "distributed" in sys.modules:
        from distributed import get_worker

        try:
            get_worker().log_event(TOPIC, {"unit": _unit, "share": share, "text": text})
        except ValueError:  # not in a worker
            return


def _address() -> str:
    from distributed import get_worker

    return get_worker().address
