"""The notebooks that ship run from top to bottom, at a small size, in a fresh kernel."""

import nbformat
import numpy as np
import pytest
from skimage import data

from core.images import png
from tests.conftest import ROOT
from tests.notebooks import execute, figures

FOLDER = ROOT / "docs" / "notebooks"
SMALL = {
    "matrix-approximation": {"PICTURE": "small.png", "POINTS": 4},
    "learned-digits": {"TRAIN": "held out", "EPOCHS": 6},
    "photo-coder": {"PICTURE": "small.png", "LEVEL": 3, "POINTS": 3},
}
FIGURES = {"matrix-approximation": 4, "learned-digits": 3, "photo-coder": 4}


def shipped(name: str) -> nbformat.NotebookNode:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def test_all_that_ship_are_run_here():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_it_is_kept_without_outputs(name):
    made = shipped(name)
    nbformat.validate(made)
    for cell in made.cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_it_runs_from_top_to_bottom(name, tmp_path):
    cat = np.ascontiguousarray(data.chelsea()[40:136, 100:228])
    (tmp_path / "small.png").write_bytes(png(cat))
    shown = execute(shipped(name), tmp_path, **SMALL[name])
    assert figures(shown) == FIGURES[name]
