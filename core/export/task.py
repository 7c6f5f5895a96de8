"""What a worker does for an export: one picture as one file, decoded and measured.

Runs in worker processes, perhaps on other machines: the file travels back with its record.
"""

import hashlib
from pathlib import Path
from typing import Any

from core import metrics
from core.codecs import registry
from core.decide import task as decide
from core.errors import RDError
from core.export import metadata
from core.images import Picture
from core.processes import settle
from core.rd.measure import timed_decode, timed_encode
from core.sweep import signs
from core.sweep.sources import Item

FILE = "file"


def perform(item: Item, digest: str, kind: str, *arguments: Any) -> dict[str, Any]:
    """The record of `file`, or what `core.decide.task` does; {"error": why there is none}."""
    if kind != FILE:
        return decide.perform(item, digest, kind, *arguments)
    settle()
    try:
        return file(decide.read(item, digest), item, *arguments)
    except RDError as error:
        return {"error": str(error)}
    except Exception as error:  # one codec's fault on one picture must not end all
        return {"error": f"{type(error).__name__}: {error}"}


def file(
    picture: Picture, item: Item, codec: str, value: float, names: tuple[str, ...], exif: bool
) -> dict[str, Any]:
    """The record of the picture's file at a setting, with the file itself under "data".

    Every figure is measured on what the finished file decodes to.
    """
    chosen = registry.get(codec)
    notes = list(picture.notes)
    signs.begin(picture.width * picture.height)
    encoded, encode_s = timed_encode(chosen, picture.image, value)
    data = encoded.data
    if exif:
        source = item.data or Path(item.path).read_bytes()
        block = metadata.exif_of(source)
        data, remark = metadata.add_exif(data, chosen.info.suffix, block)
        notes += [remark] if remark else []
    decoded, decode_s = timed_decode(chosen, data)
    return {
        "image": item.name,
        "codec": codec,
        "setting": chosen.setting.check(value),
        "width": picture.width,
        "height": picture.height,
        "bytes": len(data),
        "measures": metrics.as_json(metrics.measure(picture.image, decoded, names)),
        "encode_s": encode_s,
        "decode_s": decode_s,
        "sha256": hashlib.sha256(data).hexdigest(),
        "notes": notes,
        "error": "",
        "data": data,
    }
