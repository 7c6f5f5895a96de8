"""Encodes that a match of bytes takes, over all of Kodak."""

import statistics
from pathlib import Path

import pytest

from core import images
from core.codecs.registry import get
from core.rd.match import drive, search_bytes

BPPS = (0.25, 0.5, 1.0)


@pytest.mark.parametrize(
    ("name", "most"),
    [("jpeg", 6), ("jpeg444", 6), ("jpeg2000", 4), ("webp", 6), ("avif", 6), ("jpegxl", 6)],
)
def test_encodes_per_match(name, most, kodak, timed):
    """On average over the pictures and `BPPS`; the shortfall is that of the fitting files."""
    codec = get(name)

    def match(path: Path) -> list[tuple[int, float]]:
        image = images.load(path).image
        pixels, sizes = image.shape[0] * image.shape[1], {}

        def size_of(value: float) -> int:
            sizes[value] = len(codec.encode(image, value).data)
            return sizes[value]

        found = []
        for bpp in BPPS:
            sizes.clear()
            budget = round(bpp * pixels / 8)
            answer = drive(search_bytes(codec, pixels, budget), size_of)
            found.append((answer.encodes, 1 - sizes[answer.value] / budget))
        return found

    def all_of_kodak() -> list[tuple[int, float]]:
        return [found for path in kodak for found in match(path)]

    matches = timed.pedantic(all_of_kodak, rounds=1)
    encodes = statistics.mean(encodes for encodes, _ in matches)
    timed.extra_info.update(
        size=f"{len(kodak)} pictures × {BPPS} bpp",
        encodes=round(encodes, 2),
        encodes_most=max(encodes for encodes, _ in matches),
        shortfall_percent=round(statistics.mean(100 * short for _, short in matches), 2),
    )
    assert encodes <= most
