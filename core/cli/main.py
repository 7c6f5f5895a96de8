"""The command line: the same engine as the pages. Bad input ends with one line on stderr and exit
status 2.

Each command is a function in `core/cli/`; this file only names them and turns errors into
sentences.
"""

import sys

import typer

from core.cli import (
    bdrate,
    codecs,
    compare,
    decide,
    encode,
    figure,
    files,
    models,
    run,
    sweep,
    training,
)
from core.errors import RDError
from core.processes import collect_seldom

app = typer.Typer(
    name="rd-explorer",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="RD Explorer: real codecs, real bytes, true distortion.",
)
app.command("run", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(
    run.run
)
app.command("codecs")(codecs.codecs)
app.command("encode")(encode.encode)
app.command("decode")(files.decode)
app.command("measure")(files.measure_pair)
app.command("sweep")(sweep.sweep)
app.command("bdrate")(bdrate.bdrate)
app.command("compare")(compare.compare)
app.command("decide")(decide.decide)
app.command("figure")(figure.figure)
app.add_typer(training.app, name="train")
app.add_typer(models.app, name="models")


def main() -> None:
    """Runs the command line; exits with 0, 2 (bad input) or 1 (a fault of ours)."""
    collect_seldom()
    try:
        app()
    except RDError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
