"""HTML that offers each picture in several formats: the browser takes the first that it can."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from core.codecs.registry import CODECS

FILE = "pictures.html"
# The fallback of all: what every browser opens, also an old one.
PLAIN = (".jpg", ".png")


def pictures(records: Sequence[Mapping[str, Any]], prefix: str = "") -> str:
    """One <picture> for each exported picture, in order; `prefix` stands before every address.

    Sources come in the order of their sizes, the smallest first: browsers take the first one whose
    type they know. The last is the fallback: JPEG where there is one.
    """
    by_image: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        if "file" in record:
            by_image.setdefault(record["image"], []).append(record)
    return "\n".join(_picture(image, files, prefix) for image, files in by_image.items()) + "\n"


def _picture(image: str, files: list[Mapping[str, Any]], prefix: str) -> str:
    ordered = sorted(files, key=lambda record: record["bytes"])
    plain = [record for record in ordered if _suffix(record) in PLAIN]
    fallback = plain[0] if plain else ordered[-1]
    sources = [record for record in ordered if record["bytes"] < fallback["bytes"]]
    lines = [f"<!-- {escape(image).replace('--', '- -')} -->", "<picture>"]
    for record in sources:
        mime = CODECS[record["codec"]].info.mime
        lines.append(f'  <source srcset="{_address(record, prefix)}" type="{mime}">')
    size = f'width="{fallback["width"]}" height="{fallback["height"]}"'
    lines.append(f'  <img src="{_address(fallback, prefix)}" {size} alt="" loading="lazy">')
    return "\n".join([*lines, "</picture>"])


def _suffix(record: Mapping[str, Any]) -> str:
    return CODECS[record["codec"]].info.suffix


def _address(record: Mapping[str, Any], prefix: str) -> str:
    return escape(prefix + quote(record["file"]), quote=True)
