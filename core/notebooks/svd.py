"""The page SVD as a notebook."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.notebooks.cells import Cell, code, notebook, text
from core.notebooks.pictures import reading

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class SvdState:
    """What the page shows: the picture at a rank, its charts, and a small random matrix."""

    picture: str
    source: str
    rank: int
    log: bool = False
    decibel: bool = True
    layers: int = 3
    seed: int = 22
    small_rank: int = 15


def svd(state: SvdState) -> "NotebookNode":
    """The notebook of the page SVD."""
    return notebook(f"Low rank: {state.picture}", _cells(state))


def _cells(state: SvdState) -> list[Cell]:
    return [
        code(
            """
            import numpy as np

            from core import gallery, read, svd
            from core.figures.svd import matrix_map
            from core.linear import lowrank
            """
        ),
        *reading(state.picture, state.source),
        text("A colour picture is three matrices; each is a sum of layers σ u vᵀ."),
        code(
            f"""
            lab = svd(picture)
            rank = {state.rank}
            approximation = lab.approximate(rank)
            print(f"{{lab.elements(rank):,}} elements, factor {{lab.factor(rank):.3f}}")
            print(f"energy Σσ {{lab.energy(rank):.1%}}, Σσ² {{lab.energy(rank, power=2):.2%}}")
            print(f"PSNR {{lab.psnr(rank):.2f}} dB")
            """
        ),
        code(
            """
            whole = picture.image
            shown = {"Original": whole, f"Rank {rank}": approximation}
            if whole.shape == approximation.shape:
                shown["Error × 4"] = lowrank.error_map(whole, approximation)
            gallery(shown)
            """
        ),
        text("## Singular values, energy, distortion, factor"),
        code(f"lab.spectrum_figure(log={state.log})"),
        code("lab.energy_figure(rank)"),
        code(f"lab.distortion_figure(rank, decibel={state.decibel})"),
        code("lab.factor_figure(rank)"),
        text("## Layer by layer"),
        code(
            f"""
            layers = {state.layers}
            gallery({{f"The sum of the first {{layers}}": lab.approximate(layers)}})
            """
        ),
        text("## What it costs in bytes"),
        code("lab.bytes_figure(rank)"),
        text("## A small matrix"),
        code(
            f"""
            matrix = np.random.default_rng({state.seed}).uniform(0, 1, (40, 30)).astype("float32")
            small = lowrank.decompose(matrix)
            small_rank = {state.small_rank}
            again = lowrank.reconstruct(small, small_rank)
            stored = lowrank.elements(*matrix.shape, small_rank)
            print(f"{{matrix.size:,}} elements, stored as {{stored:,}} numbers")
            matrix_map(matrix, 0, 1)
            """
        ),
        code("matrix_map(again, 0, 1)"),
        code(
            """
            reach = float(abs(again - matrix).max())
            matrix_map(again - matrix, -reach, reach, around_zero=True)
            """
        ),
    ]
