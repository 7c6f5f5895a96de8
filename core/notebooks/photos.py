"""The page Photos as a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.notebooks.cells import Cell, code, notebook, text
from core.notebooks.pictures import reading

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class PhotosState:
    """What the page shows: a picture at a level of a stored model, and the axes of its curves.

    `points`: how many levels the curves have (None: all). `levels`: those at which noise is set
    against rounding (empty: left out).
    """

    picture: str
    source: str
    model: str
    level: int
    search: bool = True
    axis: str = "psnr"
    log_rate: bool = False
    over: bool = True
    side: str = "analysis"
    points: int | None = None
    levels: Sequence[int] = ()


def photos(state: PhotosState) -> "NotebookNode":
    """The notebook of the page Photos."""
    return notebook(f"A photograph in learned bytes: {state.picture}", _cells(state))


def _cells(state: PhotosState) -> list[Cell]:
    return [
        code(
            f"""
            import numpy as np
            import pandas as pd

            from core import gallery, photo_coder, read

            coder = photo_coder({state.model!r}, search={state.search})
            level = {state.level}
            """
        ),
        *reading(state.picture, state.source),
        text(
            """
            ## The picture at a level

            JPEG and JPEG 2000 get no fewer bytes than the learned file.
            """
        ),
        code(
            """
            learned = coder.measure(picture, level)
            rivals = coder.rivals(picture, learned)
            look = coder.look(picture, learned)
            pictures = {"Original": picture, "Learned": learned, **rivals}
            gallery(pictures | {"Error × 4": look.error_png})
            """
        ),
        code(
            """
            files = [learned, *(match.measured for match in rivals.values())]
            pd.DataFrame([file.point.record(picture.name) for file in files]).set_index("codec")
            """
        ),
        text(
            """
            ## Rate and distortion

            Every point of a line is a real file of this picture; the crosses are means over the 24
            Kodak pictures, as Ballé et al. published them in 2017.
            """
        ),
        code(
            f"""
            found = coder.curves(picture, points={state.points}, measures=({state.axis!r},))
            shown = [file.point for file in files]
            coder.rd_figure(found, {state.axis!r}, shown, log={state.log_rate})
            """
        ),
        text("## Where the bits go"),
        code(f"coder.bits_figure(picture, look, over={state.over})"),
        code(
            """
            print(f"{look.channel_bits.sum() / 8:,.0f} bytes under the model,")
            print(f"{look.static_bits / 8:,.0f} bytes with one table a channel,")
            print(f"{learned.point.bytes:,} bytes is the file")
            coder.channel_figure(look)
            """
        ),
        code(
            """
            gallery({f"channel {c}": latent for c, latent in look.latents.items()}, width=104)
            """
        ),
        text("## Inside the model"),
        code(
            f"""
            kernels = coder.filters({state.side!r})
            gallery({{str(number): kernel for number, kernel in enumerate(kernels)}}, width=36)
            """
        ),
        code(
            """
            gains = coder.gain_maps(picture, level)
            coder.gain_figure(gains[0]) if gains else print("ReLU in place of GDN: no gain")
            """
        ),
        *_relaxed(state),
        text("## Training"),
        *(code(f"coder.training_figures()[{number}]") for number in (0, 1)),
    ]


def _relaxed(state: PhotosState) -> list[Cell]:
    if not state.levels:
        return []
    return [
        text("## Relaxed or rounded: with noise, as trained, against rounded, as used"),
        code(
            f"""
            rate, distortion = coder.relaxed_figures(coder.relaxed(picture, {list(state.levels)!r}))
            rate
            """
        ),
        code("distortion"),
    ]
