"""The page Decide as a notebook."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.metrics import FORMS, MEASURES
from core.notebooks.cells import Cell, code, notebook, text
from core.notebooks.pictures import reading

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class DecideState:
    """What the page shows: the picture that is looked at, a quality (`target` in the form of
    `measure`), the codecs, and the file of a decision as text, if there is one.
    """

    picture: str
    source: str
    codecs: Sequence[str]
    measure: str = "ssimulacra2"
    target: float = 80.0
    mode: str = "one"
    decision: str = ""


def decide(state: DecideState) -> "NotebookNode":
    """The notebook of the page Decide. The measurements of a decision travel with it."""
    return notebook("What do I deploy?", _cells(state))


def _cells(state: DecideState) -> list[Cell]:
    form = FORMS[state.measure]
    # The page's target is in the form of curves; a match takes the measure's own figure.
    value = MEASURES[state.measure].form.back(state.target)  # type: ignore[union-attr]
    return [
        code(
            f"""
            from pathlib import Path

            import pandas as pd

            from core import codec, gallery, read
            from core.decide.advice import advise
            from core.decide.answer import Answer
            from core.decide.constraints import Constraints
            from core.decide.decision import read as read_decision
            from core.figures.decide import changes

            codecs = {list(state.codecs)!r}
            """
        ),
        text(f"## The quality: {form.short} of at least {state.target:g} {form.unit}".rstrip()),
        *reading(state.picture, state.source),
        code(
            f"""
            files = {{
                name: codec(name).match(picture, {state.measure}={value!r}).measured
                for name in codecs
            }}
            titles = {{name: codec(name).title for name in codecs}}
            gallery({{"Original": picture}} | {{titles[name]: files[name] for name in codecs}})
            """
        ),
        code(
            """
            rows = [file.point.record(picture.name) for file in files.values()]
            pd.DataFrame(rows).set_index("codec")
            """
        ),
        *_answer(state),
    ]


def _answer(state: DecideState) -> list[Cell]:
    if not state.decision:
        return []
    return [
        text("## The answer for all pictures, as it was measured"),
        code(f"Path('decision.json').write_text({state.decision!r});"),
        code(
            f"""
            answer = Answer(read_decision(Path("decision.json")))
            told = advise(answer, {state.mode!r}, Constraints())
            print(told.sentence)
            choices = sorted(
                answer.choices.values(), key=lambda choice: choice.figures({state.mode!r}).bytes
            )
            changes(choices, {state.mode!r})
            """
        ),
    ]
