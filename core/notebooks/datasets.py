"""The page Data sets as a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.metrics import FORMS
from core.notebooks.cells import Cell, code, notebook, text

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class DatasetsState:
    """What the page shows: stored runs (id, name), their codecs, and how curves are drawn."""

    runs: Sequence[tuple[str, str]]
    codecs: Sequence[str]
    measure: str = "psnr"
    mean_at: str = "setting"
    log_rate: bool = True
    quartiles: bool = True
    singles: bool = False
    anchor: str = ""
    level: float | None = None
    side: str = "encode"


def datasets(state: DatasetsState) -> "NotebookNode":
    """The notebook of the page Data sets; each run has a part of its own."""
    names = ", ".join(name for _, name in state.runs)
    head = code(
        """
        import pandas as pd

        from core import open_sweep
        from core.errors import DataError
        """
    )
    cells = [head]
    for run in state.runs:
        cells += _run(state, *run)
    return notebook(f"Many pictures: {names}", cells)


def _run(state: DatasetsState, run_id: str, name: str) -> list[Cell]:
    anchor = state.anchor if state.anchor in state.codecs else ""
    return [
        text(
            f"""
            ## {name}

            `open_sweep` finds runs of this machine by their id; elsewhere, give it the results file
            (*Take away* on the page) instead.
            """
        ),
        code(
            f"""
            found = open_sweep({run_id!r}, measure={state.measure!r})
            chosen = [name for name in {list(state.codecs)!r} if name in found.codecs]
            found = found.only(*chosen)
            anchor = {anchor!r} if {anchor!r} in found.codecs else found.codecs[0]
            print(len(found.images), "pictures")
            found.figure(
                log_rate={state.log_rate},
                mean_at={state.mean_at!r},
                quartiles={state.quartiles},
                singles={state.singles},
            )
            """
        ),
        *_differences(state),
        text("### Speed"),
        code(
            f"""
            try:
                drawn = found.speed_figure({state.level!r}, {state.side!r})
            except DataError as reason:
                drawn = reason
            drawn
            """
        ),
        text("### Records"),
        code("found.table()"),
    ]


def _differences(state: DatasetsState) -> list[Cell]:
    """What needs an anchor and another codec."""
    if len(state.codecs) < 2:
        return []
    return [
        text(f"### BD-rate, in {FORMS[state.measure].label}"),
        code(
            """
            rates = found.bd_rates(anchor)
            pd.DataFrame([{"codec": name, **vars(result)} for name, result in rates.items()])
            """
        ),
        code("found.difference_figure(anchor)"),
        code("found.distribution_figure(anchor)"),
    ]
