"""`rd-explorer run`: the app in the browser.

Streamlit takes this process over, so that core never imports it.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

SERVER = Path(__file__).resolve().parents[2] / "dashboard" / "serve.py"


def run(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8501,
    address: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 lets other machines in.")
    ] = "localhost",
) -> None:
    """Open the app in the browser. Further options go to Streamlit: --server.headless true."""
    os.execv(sys.executable, command(port, address, context.args))


def command(port: int, address: str, options: list[str]) -> list[str]:
    """The command that serves the app on `address`:`port`."""
    server = ["--server.port", str(port), "--server.address", address]
    return [sys.executable, "-m", "streamlit", "run", str(SERVER), *server, *options]
