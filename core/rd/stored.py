"""Measurements as bytes for the store on disk: a line of JSON, then the file itself."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core.codecs.base import Codec
from core.rd.measure import Measured, RDPoint

VERSION = 2  # raised when what is measured, or how it is written, changes


def key(sha256: str, codec: Codec, value: float | str) -> tuple[object, ...]:
    """All that decides a codec's result on a picture at a setting, or at a target that is named."""
    options = tuple(sorted(codec.info.options.items()))
    at = codec.setting.default if isinstance(value, str) else value
    named = value if isinstance(value, str) else float(value)  # 40 and 40.0 are one setting
    return VERSION, sha256, codec.name, options, codec.identity(at), named


def pack(measured: Measured) -> bytes:
    """The measurement as bytes."""
    return _line(asdict(measured.point)) + measured.data


def unpack(data: bytes) -> Measured | None:
    """The measurement in `data`, or None where it was written by another version."""
    line, _, file = data.partition(b"\n")
    try:
        return Measured(RDPoint(**json.loads(line)), file)
    except (TypeError, ValueError):
        return None


def pack_record(record: Mapping[str, Any]) -> bytes:
    """A flat record as bytes."""
    return _line(record)


def unpack_record(data: bytes) -> dict[str, Any]:
    """The record in `data`."""
    return json.loads(data)


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record, default=float).encode() + b"\n"
