"""The page Train & models as a notebook."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.figures.training import Event, curve_names
from core.notebooks.cells import Cell, code, notebook, text

if TYPE_CHECKING:
    from nbformat import NotebookNode

MAX_EVENTS = 150  # of a training: its curves keep their shape


@dataclass(frozen=True)
class Training:
    """A job: its title, what was called, and what it reported."""

    title: str
    arguments: Sequence[str]
    events: Sequence[Event]


@dataclass(frozen=True)
class TrainingState:
    """What the page shows: the trainings of this machine; the stored models are read anew."""

    trainings: Sequence[Training] = field(default_factory=tuple)


def training(state: TrainingState) -> "NotebookNode":
    """The notebook of the page Train & models. Curves of trainings travel with it, thinned out."""
    return notebook("Trainings and models", _cells(state))


def _cells(state: TrainingState) -> list[Cell]:
    cells = [
        code(
            """
            import json

            import pandas as pd

            from core import photo_coder
            from core.figures.training import training_chart
            from core.store import zoo
            """
        ),
        text("## Stored models"),
        code(
            """
            columns = ["name", "family", "lmbda", "steps", "created", "weights_bytes"]
            pd.DataFrame([{name: card.get(name) for name in columns} for card in zoo.cards()])
            """
        ),
        text("## How the coder of photographs was trained"),
        *(code(f"photo_coder().training_figures()[{number}]") for number in (0, 1)),
    ]
    for found in state.trainings:
        cells += _training(found)
    return cells


def _training(found: Training) -> list[Cell]:
    events = thinned(found.events)
    cells = [
        text(f"## {found.title}\n\n`rd-explorer {' '.join(found.arguments)}`"),
        code(f"events = json.loads({json.dumps(events)!r})"),
    ]
    return cells + [code(f"training_chart(events, {name!r})") for name in curve_names(events)[:3]]


def thinned(events: Sequence[Event], most: int = MAX_EVENTS) -> list[Event]:
    """At most `most` of the events that curves are drawn from, evenly spread, with the last."""
    drawn = [event for event in events if event.get("event") in ("progress", "validation")]
    every = max(1, -(-len(drawn) // most))
    return drawn[::-1][::every][::-1]
