"""`python -m core figure`: a chart of a results file, for a paper."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from core.api.sweeps import Sweep, open_sweep
from core.cli.files import write
from core.errors import SettingError
from core.metrics import FORMS
from core.publish import COLUMN_MM, KINDS, Sources, bibtex, render, rows_of, to_csv, to_latex
from core.publish.bibliography import BD_RATE, DATA

CHARTS: dict[str, Callable[[Sweep, str], Any]] = {
    "curves": lambda found, anchor: found.figure(),
    "difference": lambda found, anchor: found.difference_figure(anchor),
    "pictures": lambda found, anchor: found.distribution_figure(anchor),
    "speed": lambda found, anchor: found.speed_figure(),
}


def figure(
    results: Annotated[str, typer.Argument(help="A results file of `sweep`, or `kodak`.")],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            help="The file to write: .pdf, .pgf or .png; .csv or .tex for the chart's data; "
            ".bib for what to cite.",
        ),
    ],
    chart: Annotated[str, typer.Option(help=f"One of {', '.join(CHARTS)}.")] = "curves",
    codecs: Annotated[
        str, typer.Option("-c", "--codecs", help="Codecs, separated by commas; all by default.")
    ] = "",
    metric: Annotated[str, typer.Option(help=f"One of {', '.join(FORMS)}.")] = "psnr",
    anchor: Annotated[str, typer.Option(help="What others are compared with.")] = "",
    width: Annotated[float, typer.Option(help="Of the figure, in millimetres.")] = COLUMN_MM,
) -> None:
    """Draw a chart of RESULTS for a paper, or write its data or its references."""
    if chart not in CHARTS:
        raise SettingError(f"There is no chart {chart!r}; choose one of {', '.join(CHARTS)}.")
    names = [name.strip() for name in codecs.split(",") if name.strip()]
    found = open_sweep(results, *names, measure=metric)
    kind = output.suffix.removeprefix(".").lower()
    if kind == "bib":
        write(output, bibtex(_sources(results, found, chart)).encode())
        return
    if kind not in (*KINDS, "csv", "tex"):
        known = ", ".join(f".{kind}" for kind in (*KINDS, "csv", "tex", "bib"))
        raise SettingError(f"The file's name must end in one of {known}, not {output.suffix!r}.")
    drawn = CHARTS[chart](found, anchor)
    if kind in KINDS:
        write(output, render(drawn, kind, width))
        return
    rows = rows_of(drawn)
    write(output, (to_csv(rows) if kind == "csv" else to_latex(rows)).encode())


def _sources(results: str, found: Sweep, chart: str) -> Sources:
    data = (results,) if results in DATA else ()
    keys = (BD_RATE,) if chart in ("difference", "pictures") else ()
    return Sources(found.codecs, (found.measure,), data, keys)
