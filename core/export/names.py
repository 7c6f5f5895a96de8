"""What exported files are called: as their pictures, with the format's suffix."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import PurePosixPath

from core.codecs.registry import CODECS


def output_names(images: Sequence[str], codecs: Iterable[str]) -> dict[tuple[str, str], str]:
    """(image, codec) -> the path of its file below the export's folder, all different.

    Where two would be the same – a.png and a.jpg, or two codecs of one format – more of the
    picture's name, then the codec's, tells them apart.
    """
    found: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for codec in codecs:
        suffix = CODECS[codec].info.suffix
        for image in images:
            path = PurePosixPath(image)
            plain = path.with_name(_stem(path) + suffix)
            longer = path.with_name(path.name + suffix)
            coded = path.with_name(f"{path.name}.{codec}{suffix}")
            wishes = chain((plain, longer, coded), _numbered(coded))
            name = next(str(wish) for wish in wishes if _free(wish, taken))
            taken.add(name.lower())  # some file systems know no case
            found[image, codec] = name
    return found


def _stem(path: PurePosixPath) -> str:
    return path.stem or path.name


def _free(path: PurePosixPath, taken: set[str]) -> bool:
    return str(path).lower() not in taken


def _numbered(path: PurePosixPath) -> Iterator[PurePosixPath]:
    number = 2
    while True:
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
