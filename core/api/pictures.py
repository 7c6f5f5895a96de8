"""Where a notebook's pictures come from."""

from pathlib import Path

import numpy as np

from core import images
from core.images import Picture
from core.images.fetch import fetch
from core.images.samples import SAMPLES, sample

SAMPLE = "sample:"  # how the pages' links mark the name of a sample


def read(source: str | Path | bytes | np.ndarray | Picture) -> Picture:
    """The picture at `source`: a file, an http(s) address, the name of a sample, bytes or pixels.

    Samples are `core.images.samples.SAMPLES`, with or without "sample:" before the name; a file of
    that name comes first. Pixels are uint8 (H, W, 3), sRGB. Raises ImageError.
    """
    if isinstance(source, Picture):
        return source
    if isinstance(source, np.ndarray):
        return images.read(images.png(source, level=1), "pixels")
    if isinstance(source, bytes):
        return images.read(source)
    text = str(source)
    if text.startswith(("http://", "https://")):
        data, name = fetch(text)
        found = images.read(data, name)
        return Picture(found.name, found.image, found.notes, text)
    if text.startswith(SAMPLE):
        return sample(text.removeprefix(SAMPLE))
    if text in SAMPLES and not Path(text).exists():
        return sample(text)
    return images.load(Path(text).expanduser())
