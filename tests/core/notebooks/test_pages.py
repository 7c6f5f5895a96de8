"""A page's notebook is valid, holds the page's choices, and runs; a broken cell fails.

Those of all pages are run as a browser takes them: tests/browser/test_teach.py.
"""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from core.images import png
from core.notebooks.cells import as_file, code, notebook, text
from core.notebooks.compare import CompareState, compare
from core.notebooks.datasets import DatasetsState, datasets
from core.notebooks.decide import DecideState, decide
from core.notebooks.digits import DigitsState, digits
from core.notebooks.photos import PhotosState, photos
from core.notebooks.svd import SvdState, svd
from core.notebooks.training import Training, TrainingState, thinned, training
from tests.notebooks import execute, figures

EVENTS = [
    {"event": "progress", "step": step, "steps": 400, "loss": 1 / step} for step in range(1, 401)
]
ALL = {
    "decide": decide(DecideState("Cat", "sample:chelsea", ["jpeg", "webp"], "psnr", 33.0)),
    "compare": compare(CompareState("cat", "sample:chelsea", ["jpeg", "webp"], budget=9000)),
    "svd": svd(SvdState("cat", "sample:chelsea", 20)),
    "digits": digits(DigitsState("mnist-2000", 2000)),
    "photos": photos(PhotosState("cat", "sample:chelsea", "bls2017-multirate", 3)),
    "datasets": datasets(DatasetsState([("kodak", "Kodak")], ["jpeg", "avif"])),
    "training": training(TrainingState([Training("Digits", ["train", "mnist"], EVENTS)])),
}


def source(made: nbformat.NotebookNode) -> str:
    return "\n".join(cell.source for cell in made.cells)


@pytest.mark.parametrize("name", ALL)
def test_it_is_a_valid_notebook_and_always_the_same(name):
    made = nbformat.reads(as_file(ALL[name]), as_version=4)
    nbformat.validate(made)
    for number, cell in enumerate(made.cells):
        if cell.cell_type == "code":
            compile(cell.source, f"{name}, cell {number}", "exec")
    assert made.cells[0].source.startswith("# ")


def test_compare_holds_the_choices():
    own = CompareState("x", "https://a.b/c.png", ["jpeg", "avif"], "own", settings={"jpeg": 80.0})
    with pytest.raises(KeyError):
        compare(own)  # every codec has a setting
    own = CompareState(
        "x", "https://a.b/c.png", ["jpeg"], "own", settings={"jpeg": 80.0, "webp": 1.0}
    )
    assert "{'jpeg': 80.0}" in source(compare(own))
    assert "read('https://a.b/c.png')" in source(compare(own))
    quality = CompareState("x", "sample:coffee", ["jpeg"], "quality", 0, "ms_ssim", 20.0)
    assert "ms_ssim=0.99)" in source(compare(quality))
    upload = CompareState("a'b`.png", "upload", ["jpeg"], budget=5)
    assert 'read("a\'b`.png")' in source(compare(upload))
    assert "beside this notebook" in source(compare(upload))


def test_a_long_training_is_thinned_with_its_end():
    kept = thinned(EVENTS)
    assert len(kept) <= 150 and kept[-1] == EVENTS[-1]
    assert thinned(EVENTS[:10]) == EVENTS[:10]


@pytest.mark.slow
def test_an_uploaded_picture_lies_beside_the_notebook(small, tmp_path):
    (tmp_path / "mine.png").write_bytes(png(small))
    state = CompareState("mine.png", "upload", ["jpeg", "webp"], budget=2000, points=3)
    assert figures(execute(compare(state), tmp_path)) == 1


def test_a_broken_cell_fails(tmp_path):
    broken = notebook("Broken", [text("fine"), code("1 / 0")])
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        execute(broken, tmp_path)
