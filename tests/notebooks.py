"""Runs notebooks from top to bottom in a fresh kernel, in a process of its own."""

import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.conftest import ROOT

LIMIT_S = 400


def execute(notebook: nbformat.NotebookNode, folder: Path, **parameters: Any) -> list[str]:
    """Runs a copy of `notebook` in `folder`; returns the kinds of its outputs, in order.

    `parameters` replace what the cell with the tag "parameters" sets. Raises CellExecutionError,
    with the cell and its traceback, for a cell that fails.
    """
    copy = nbformat.from_dict(notebook)
    if parameters:
        places = [i for i, c in enumerate(copy.cells) if "parameters" in c.metadata.get("tags", ())]
        assert len(places) == 1, "one cell has the tag parameters"
        lines = [f"{name} = {value!r}" for name, value in parameters.items()]
        copy.cells.insert(places[0] + 1, nbformat.v4.new_code_cell("\n".join(lines)))
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": paths, "IPYTHONDIR": str(folder / ".ipython")}
    client = NotebookClient(copy, timeout=LIMIT_S, kernel_name="python3")
    client.resources["metadata"] = {"path": str(folder)}
    client.execute(env=environment)
    kinds: list[str] = []
    for cell in copy.cells:
        for output in cell.get("outputs", ()):
            kinds += list(output.data) if "data" in output else [output.output_type]
    return kinds


FIGURE = "application/vnd.plotly.v1+json"


def figures(kinds: list[str]) -> int:
    """How many Plotly figures a run showed."""
    return kinds.count(FIGURE)
