"""Reads back what a PDF file draws: the paths of its first page, and its size in points."""

import re
import zlib
from dataclasses import dataclass

import numpy as np

Path = np.ndarray  # (points, 2), in PostScript points


@dataclass(frozen=True)
class Page:
    """Stroked and filled paths in the order of drawing; where marks stand; width and height."""

    paths: list[Path]
    marks: list[tuple[float, float]]
    width: float
    height: float
    text: bytes

    def has(self, points: Path, tolerance: float = 0.02) -> bool:
        """Whether some path goes through exactly these points, in this order."""
        return any(
            path.shape == points.shape and np.abs(path - points).max() < tolerance
            for path in self.paths
        )

    def marked(self, points: Path, tolerance: float = 0.02) -> bool:
        """Whether a mark stands at each of these points."""
        places = np.array(self.marks)
        return all(np.abs(places - point).max(axis=1).min() < tolerance for point in points)


def read(data: bytes) -> Page:
    """The page of a file that matplotlib wrote."""
    assert data.startswith(b"%PDF-")
    box = re.search(rb"/MediaBox \[ ?([\d. ]+)\]", data)
    left, low, right, high = map(float, box[1].split())
    streams = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", data, re.S):
        try:
            streams.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    (content,) = [stream for stream in streams if b" re" in stream and b" Tf" in stream][:1]
    paths, marks = _follow(content)
    return Page(paths, marks, right - left, high - low, content)


def _follow(content: bytes) -> tuple[list[Path], list[tuple[float, float]]]:
    """Paths of `m` and `l`, and the places at which marks (`Do` after `cm`) are put."""
    paths: list[Path] = []
    marks: list[tuple[float, float]] = []
    current: list[tuple[float, float]] = []
    stack: list[float] = []
    at, saved = (0.0, 0.0), []
    for token in content.split():
        if re.fullmatch(rb"-?\d*\.?\d+", token):
            stack.append(float(token))
            continue
        if token == b"m":
            current = [(stack[-2], stack[-1])]
        elif token == b"l":
            current.append((stack[-2], stack[-1]))
        elif token in (b"S", b"f", b"B", b"s", b"b") and current:
            paths.append(np.array(current))
            current = []
        elif token == b"q":
            saved.append(at)
        elif token == b"Q":
            at = saved.pop()
        elif token == b"cm":
            at = (at[0] + stack[-2], at[1] + stack[-1])
        elif token == b"Do":
            marks.append(at)
        stack.clear()
    return paths, marks
