"""Options that the training commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path, typer.Option(help="Folder of photographs.")]
Run = Annotated[Path, typer.Option(help="Run folder for checkpoint and progress.")]
Average = Annotated[
    float,
    typer.Option(help="Share of the old in the running average of the weights, per step."),
]
Resume = Annotated[bool, typer.Option("--resume", help="Go on from the run folder's checkpoint.")]
Branch = Annotated[
    Path | None, typer.Option(help="Start from a copy of this run folder's checkpoint.")
]
