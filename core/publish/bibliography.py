"""What to cite for a chart: the entries of its codecs, measures and data sets."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core.codecs.registry import CODECS
from core.errors import DataError
from core.metrics import named

PATH = Path(__file__).with_name("references.bib")
OURS = "rdexplorer"
BD_RATE = "bjontegaard2001"
PAIRED = "bradley1952"
# Data sets that a chart may show; a picture of one's own has no entry.
DATA = {
    "kodak": ("kodak",),
    "mnist": ("lecun1998mnist",),
    "sample": ("vanderwalt2014skimage",),
    "balle2017": ("balle2017endtoend",),
}


@dataclass(frozen=True)
class Sources:
    """What a chart is made of: names of codecs and measures, of DATA, and keys of entries."""

    codecs: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def bibtex(sources: Sources) -> str:
    """The BibTeX entries for `sources`, this program first, each once.

    Codecs and data sets of a person's own have none and are left out. Raises DataError for a key
    that is not in `references.bib`, SettingError for an unknown measure.
    """
    keys = [OURS]
    for name in sources.codecs:
        # A learned codec with another model carries the model's hash in its name.
        known = CODECS.get(name) or CODECS.get(re.sub(r"-[0-9a-f]{16}$", "", name))
        keys += known.info.cites if known is not None else ()
    for name in sources.measures:
        keys += named(name).cites
    for name in sources.data:
        keys += DATA.get(name, ())
    return "\n\n".join(entry(key) for key in dict.fromkeys([*keys, *sources.keys])) + "\n"


def entry(key: str) -> str:
    """The entry `key` of `references.bib`. Raises DataError."""
    try:
        return entries()[key]
    except KeyError:
        raise DataError(f"There is no reference {key!r} in {PATH.name}.") from None


@cache
def entries() -> dict[str, str]:
    """Key -> entry, as they stand in `references.bib`."""
    text = PATH.read_text("utf-8").replace("VERSION", _version())
    found = re.findall(r"^@\w+\{([\w-]+),\n.*?^\}$", text, re.S | re.M)
    blocks = re.findall(r"^@\w+\{[\w-]+,\n.*?^\}$", text, re.S | re.M)
    return dict(zip(found, blocks, strict=True))


def data_of(source: str) -> tuple[str, ...]:
    """The names of DATA for where a picture is from: "sample:…", an address, a file."""
    return ("sample",) if source.startswith("sample:") else ()


def _version() -> str:
    try:
        return version("rd-explorer")
    except PackageNotFoundError:
        return "from source"
