"""The page Compare as a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.metrics import FORMS, MEASURES
from core.notebooks.cells import Cell, code, notebook, text
from core.notebooks.pictures import reading

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class CompareState:
    """What the page shows. `mode`: "size" (`budget` bytes), "quality" (`target` in the form of
    `measure`) or "own" (`settings`: codec -> setting).
    """

    picture: str
    source: str
    codecs: Sequence[str]
    mode: str = "size"
    budget: int = 0
    measure: str = "psnr"
    target: float = 0.0
    settings: Mapping[str, float] = field(default_factory=dict)
    axis: str = "psnr"
    anchor: str = ""
    hull: bool = False
    log_rate: bool = False
    lmbda: float | None = None
    points: int | None = None


def compare(state: CompareState) -> "NotebookNode":
    """The notebook of the page Compare."""
    return notebook(f"Compare: {state.picture}", _cells(state))


def _cells(state: CompareState) -> list[Cell]:
    axis = state.axis if state.axis in FORMS else "psnr"
    anchor = state.anchor or state.codecs[0]
    return [
        code(
            f"""
            import pandas as pd

            from core import codec, curves, gallery, read

            codecs = {list(state.codecs)!r}
            """
        ),
        *reading(state.picture, state.source),
        text(_target_text(state)),
        code(f"files = {_files(state)}"),
        code(
            """
            gallery(
                {"Original": picture} | {codec(name).title: file for name, file in files.items()}
            )
            """
        ),
        code(
            """
            rows = [file.point.record(picture.name) for file in files.values()]
            pd.DataFrame(rows).set_index("codec")
            """
        ),
        text(
            """
            ## Rate and distortion

            Every point is a real file; the rings are the files above.
            """
        ),
        code(
            f"""
            compared = curves(picture, codecs, points={state.points}, measures=("psnr", {axis!r}))
            compared.figure(
                {state.axis!r},
                shown=files.values(),
                hull={state.hull},
                log_rate={state.log_rate},
                lmbda={state.lmbda!r},
            )
            """
        ),
        text(
            f"""
            ## BD-rate on this picture

            Mean difference of bytes at equal quality ({FORMS[axis].label}), in percent; negative:
            fewer bytes than {anchor}.
            """
        ),
        code(
            f"""
            rates = compared.bd_rates({anchor!r}, {axis!r})
            rows = {{codec(name).title: vars(result) for name, result in rates.items()}}
            pd.DataFrame.from_dict(rows, orient="index")[["percent", "gain", "covered", "reason"]]
            """
        ),
    ]


def _target_text(state: CompareState) -> str:
    if state.mode == "size":
        return f"## Each codec at no more than {state.budget:,} bytes"
    if state.mode == "quality":
        form = FORMS[state.measure]
        unit = f" {form.unit}" if form.unit else ""
        return f"## Each codec at {form.short} of at least {state.target:g}{unit}"
    return "## Each codec at a setting of its own"


def _files(state: CompareState) -> str:
    """The expression that makes codec -> measured file."""
    if state.mode == "own":
        settings = {name: state.settings[name] for name in state.codecs}
        return (
            "{\n"
            "    name: codec(name).measure(picture, setting)\n"
            f"    for name, setting in {settings!r}.items()\n"
            "}"
        )
    if state.mode == "size":
        target = f"bytes={state.budget}"
    else:
        # The page's target is in the form of curves (decibels); a match takes the measure's own.
        value = MEASURES[state.measure].form.back(state.target)  # type: ignore[union-attr]
        target = f"{state.measure}={value!r}"
    return f"{{name: codec(name).match(picture, {target}).measured for name in codecs}}"
