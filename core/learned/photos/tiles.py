"""The tiles of a grid of latents, so that memory stays bounded.

A tile is computed with a margin of its neighbours' pixels, or latents, that is wider than the
transforms reach, and then cut back: the result is that of the whole picture at once, without seams.
"""

from collections.abc import Iterator

from core.learned.photos.config import STRIDE

TILE = 64  # latents: 1024 pixels
MARGIN = 4  # latents; a latent sees 30 pixels beyond its own 16, a pixel 3 latents beyond its own
Tile = tuple[slice, slice]  # rows and columns


def tiles(height: int, width: int, reach: int = 1) -> Iterator[tuple[Tile, Tile, Tile]]:
    """Tiles of a grid: where each lies, with `reach` margins, and where it lies inside these."""
    for row, rows, inner_row in _spans(height, reach * MARGIN):
        for column, columns, inner_column in _spans(width, reach * MARGIN):
            yield (row, column), (rows, columns), (inner_row, inner_column)


def _spans(size: int, margin: int) -> Iterator[tuple[slice, slice, slice]]:
    """The same in one direction."""
    for start in range(0, size, TILE):
        stop = min(start + TILE, size)
        first = max(start - margin, 0)
        last = min(stop + margin, size)
        yield slice(start, stop), slice(first, last), slice(start - first, stop - first)


def scaled(tile: Tile) -> Tile:
    """A tile of latents as one of pixels."""
    rows, columns = tile
    return (
        slice(rows.start * STRIDE, rows.stop * STRIDE),
        slice(columns.start * STRIDE, columns.stop * STRIDE),
    )
