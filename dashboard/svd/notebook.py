"""What the SVD page shows now, as its notebook."""

from functools import partial

from core.images import Picture
from core.notebooks.svd import SvdState, svd
from dashboard.svd import playground, sections
from dashboard.teach.head import Build


def notebook(picture: Picture, rank: int) -> Build:
    """The picture at the chosen rank, its charts, layers and bytes, and the random matrix."""
    state = SvdState(
        picture=picture.name,
        source=picture.source,
        rank=rank,
        log=sections.LOG.value,
        decibel=sections.DECIBEL.value,
        layers=sections.LAYERS.value,
        seed=playground.SEED.value,
        small_rank=playground.RANK.value,
    )
    return partial(svd, state)
