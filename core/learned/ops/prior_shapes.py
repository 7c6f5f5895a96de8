"""The layers of the prior of latent channels (`priors`), and the shapes of their parameters."""

from itertools import pairwise

WIDTHS = (1, 3, 3, 1)
LAYERS = len(WIDTHS) - 1


def prior_shapes(levels: int, channels: int) -> dict[str, tuple[int, ...]]:
    """The shapes of `matrix{i}`, `bias{i}` and `factor{i}` of all levels and channels, by name."""
    shapes: dict[str, tuple[int, ...]] = {}
    for i, (wide_in, wide_out) in enumerate(pairwise(WIDTHS)):
        shapes[f"matrix{i}"] = (levels, channels, wide_out, wide_in)
        shapes[f"bias{i}"] = (levels, channels, wide_out, 1)
        if i < LAYERS - 1:
            shapes[f"factor{i}"] = (levels, channels, wide_out, 1)
    return shapes
