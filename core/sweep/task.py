"""What a worker does: read the image (or remember it), measure one codec at one setting, return a
record.

Runs in worker processes, perhaps on other machines: everything it needs comes with the call or from
the installation.
"""

import numpy as np
from cachetools import LRUCache

from core.codecs import command_codec, registry
from core.codecs.base import Codec, Encoded
from core.errors import RDError
from core.processes import settle
from core.results import Record
from core.sweep.sources import Item

CACHE_BYTES = 300_000_000
# SHA-256 -> pixels of the pictures measured last; the least recently used one goes first.
_pictures: LRUCache[str, np.ndarray] = LRUCache(CACHE_BYTES, getsizeof=lambda image: image.nbytes)


class _Grey(Codec):
    """A codec of single-channel pictures in front of grey RGB ones, so that all measures are those
    of the others.
    """

    def __init__(self, codec: Codec) -> None:
        self.codec, self.info, self.setting = codec, codec.info, codec.setting

    def prepare(self, value: float) -> None:
        self.codec.prepare(value)

    def prepare_for(self, data: bytes) -> None:
        self.codec.prepare_for(data)

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        return self.codec.encode(image[..., :1], value)

    def decode(self, data: bytes) -> np.ndarray:
        return np.repeat(self.codec.decode(data), 3, axis=-1)


def perform(
    item: Item,
    sha256: str,
    codec: str,
    spec: str | None,
    setting: float,
    names: tuple[str, ...],
) -> Record:
    """The record of one measurement with the measures `names`, or {"error": why it failed}.

    `spec` is the TOML text of a codec that was given as commands.
    """
    settle()
    from core.rd.measure import evaluate

    try:
        image = _picture(item, sha256)
        chosen = registry.get(codec) if spec is None else command_codec.parse(codec, spec)
        if (
            chosen.refusal(image)
            and chosen.refusal(image[..., :1]) is None
            and (image == image[..., :1]).all()
        ):
            chosen = _Grey(chosen)
        return evaluate(chosen, image, setting, names).point.record(item.name)
    except RDError as error:
        return {"error": str(error)}
    except Exception as error:
        # A fault of one codec on one image is recorded; it must not end the sweep.
        return {"error": f"{type(error).__name__}: {error}"}


def _picture(item: Item, sha256: str) -> np.ndarray:
    """The pixels of `item`; the last few pictures stay in memory, up to CACHE_BYTES."""
    known = _pictures.get(sha256)
    if known is not None:
        return known
    picture = item.read()
    if picture.sha256 != sha256:
        raise RDError(f"{item.name} changed while the sweep was running.")
    if picture.image.nbytes <= CACHE_BYTES:
        _pictures[sha256] = picture.image
    return picture.image
