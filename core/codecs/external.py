"""Codecs that others have installed: TOML files in the folders of RDX_CODECS, and packages.

`command_codec` says what a TOML file describes. A package offers a codec by the entry-point group
`rd_explorer.codecs`; the object is a `Codec` or a class of one.
"""

import os
from importlib.metadata import entry_points
from pathlib import Path

from core.codecs import command_codec
from core.codecs.base import Codec
from core.errors import RDError

GROUP = "rd_explorer.codecs"
FOLDERS = "RDX_CODECS"  # environment: folders of TOML files, separated as in PATH


def installed() -> tuple[dict[str, Codec], list[str]]:
    """(codecs by name, problems): from TOML files in the folders of RDX_CODECS, and from packages.

    A file or package that cannot be used becomes a sentence in `problems`; it never stands in the
    way of the others.
    """
    found: dict[str, Codec] = {}
    problems: list[str] = []
    for folder in filter(None, os.environ.get(FOLDERS, "").split(os.pathsep)):
        for path in sorted(Path(folder).glob("*.toml")):
            try:
                found[path.stem] = command_codec.load(f"{path.stem}={path}")
            except RDError as error:
                problems.append(f"{path.name}: {error}")
    for point in entry_points(group=GROUP):
        try:
            codec = point.load()
            codec = codec() if isinstance(codec, type) else codec
            if not isinstance(codec, Codec):
                raise TypeError("it is not a core.codecs.base.Codec")
            found[codec.name] = codec
        except Exception as error:  # foreign code: whatever it raises, the others stay usable
            problems.append(f"{point.value}: {error}")
    return found, problems
