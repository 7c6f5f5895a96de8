"""How long the files of the sample pictures are: a search on one of them begins with its answer.

The lengths lie in `lengths.json`, each line with the versions that made it: where this machine has
others, nothing is known. Whoever uses them still makes the file, and sees whether it is as long.
They are made for codecs with a setting of whole steps by

    python -m core.rd.lengths jpeg webp avif
"""

import json
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

from core.codecs.base import Codec
from core.codecs.registry import get
from core.images.samples import SAMPLES, sample
from core.rd import stored

PATH = Path(__file__).with_name("lengths.json")


def of(sha256: str, codec: Codec) -> dict[float, int]:
    """Setting -> bytes, for the picture with these pixels; empty where nothing is known."""
    lengths = _read().get(_name(sha256, codec), [])
    return dict(zip(_values(codec), lengths, strict=True)) if lengths else {}


@cache
def _read() -> dict[str, list[int]]:
    return {json.dumps(made): lengths for made, lengths in json.loads(PATH.read_text())}


def _name(sha256: str, codec: Codec) -> str:
    return json.dumps(stored.key(sha256, codec, "sizes"))


def _values(codec: Codec) -> list[float]:
    """Every value that the setting has."""
    setting = codec.setting
    return [float(v) for v in np.arange(setting.low, setting.high + setting.step, setting.step)]


def _measure(name: str, codec_name: str) -> tuple[list[object], list[int]]:
    """What made the files of a sample, and their lengths by growing setting."""
    picture, codec = sample(name), get(codec_name)
    lengths: dict[float, int] = {}
    for value in _values(codec):
        same = [
            length for known, length in lengths.items() if codec.setting.same_file(known, value)
        ]
        lengths[value] = same[0] if same else len(codec.encode(picture.image, value).data)
    return json.loads(_name(picture.sha256, codec)), list(lengths.values())


def _make(codecs: Iterable[str]) -> str:
    pairs = [(name, codec) for codec in codecs for name in SAMPLES]
    with ProcessPoolExecutor() as pool:
        made = pool.map(_measure, *zip(*pairs, strict=True))
        return "[\n" + ",\n".join(json.dumps(line) for line in made) + "\n]\n"


if __name__ == "__main__":
    PATH.write_text(_make(sys.argv[1:]))
