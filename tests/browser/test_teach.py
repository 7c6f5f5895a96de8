"""Taking a page home, in a real browser: its notebook runs in a fresh kernel and shows its figures;
a figure for print holds the points of the chart on the page.
"""

import csv
import io
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from core.images.samples import sample
from tests.browser.compare_page import wait_for_picture
from tests.browser.conftest import ROOT, assert_none
from tests.core.publish import pdf
from tests.notebooks import execute, figures

pytestmark = pytest.mark.slow
WAIT = 240_000

# Page -> its name in the navigation, its title, what is there once it can be taken home, how many
# figures it has at least.
PAGES = {
    "compare": ("Compare", "What does every bit buy?", "Points as CSV", 1),
    "svd": ("SVD", "How few numbers make a picture?", "svd file of at most rank", 8),
    "digits": ("Digits", "A digit in a few bytes", "Download the sixteen", 5),
    "photos": ("Photos", "A photograph in learned bytes", "Exercises", 6),
    "data-sets": ("Data sets", "One picture is an anecdote", "Published curves", 4),
    "decide": ("Decide", "What do I deploy?", "The quality", 0),
    "train": ("Train & models", "Train & models", "Stored models", 2),
}


@pytest.fixture
def app(serve):
    return serve(ROOT / "dashboard" / "serve.py")


def taken(page, key: str) -> bytes:
    """What the download button with this key gives."""
    with page.expect_download(timeout=WAIT) as waiting:
        page.locator(f".st-key-{key} button").first.click()
    return waiting.value.path().read_bytes()


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """The file of a picture so small that all is soon computed."""
    path = tmp_path_factory.mktemp("picture") / "small.png"
    Image.fromarray(sample("chelsea").image[40:104, 100:196]).save(path)
    return path


@pytest.mark.parametrize("name", PAGES)
def test_a_pages_notebook_runs_and_shows_its_figures(app, tab, small, tmp_path, name):
    """Of a small picture, where the page has one; it lies beside the notebook."""
    page, problems = tab
    link, title, there, least = PAGES[name]
    if not page.url.startswith(app):
        page.goto(f"{app}/?src=upload&c=jpeg,webp")
        page.locator(".st-key-upload input[type=file]").set_input_files(small)
        wait_for_picture(page, "96 × 64 px")
    page.get_by_role("link", name=link, exact=True).click()
    page.get_by_role("heading", name=title, level=1).wait_for()
    page.locator("[data-test-script-state=notRunning]").wait_for()  # nothing of the page before
    page.get_by_text(there).first.wait_for()
    made = nbformat.reads(taken(page, "page_notebook").decode(), as_version=4)
    shutil.copy(small, tmp_path)
    assert figures(execute(made, tmp_path)) >= least
    assert_none(problems)


def on_the_page(page) -> dict[str, np.ndarray]:
    """Name -> points (n, 2) of the lines that the chart of Compare shows, once it is drawn."""
    page.wait_for_function(
        "document.querySelector('.st-key-cmp_chart .js-plotly-plot')?.calcdata !== undefined"
    )
    found = page.locator(".st-key-cmp_chart .js-plotly-plot").evaluate(
        "chart => chart.calcdata.map(points => "
        "[points[0].trace.name, points.map(({x, y}) => [x, y])])"
    )
    return {name: np.array(points) for name, points in found if name and len(points) > 3}


def placed(page: pdf.Page, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale and shift (2,) that lay `points` on a path of a PDF page; fails where none fits."""
    for path in page.paths:
        if len(path) != len(points):
            continue
        fits = [np.polyfit(points[:, axis], path[:, axis], 1) for axis in (0, 1)]
        laid = np.stack([np.polyval(fit, points[:, i]) for i, fit in enumerate(fits)], -1)
        if np.abs(laid - path).max() < 0.05:
            scale, shift = zip(*fits, strict=True)
            return np.array(scale), np.array(shift)
    raise AssertionError("no path of the file has these points")


def test_a_figure_for_print_has_the_points_of_the_page(app, open_page):
    page = open_page(app + "/?src=sample:chelsea&c=jpeg,webp")
    page.set_default_timeout(WAIT)
    page.get_by_text("Points as CSV").wait_for()
    lines = on_the_page(page)
    assert set(lines) == {"JPEG", "WebP"} and all(len(line) > 10 for line in lines.values())

    page.locator(".st-key-cmp_rd_take_home").get_by_text("Take home").click()
    printed = pdf.read(taken(page, "cmp_rd_pdf"))
    assert printed.width == pytest.approx(88.9 / 25.4 * 72, abs=0.1)
    scale, shift = placed(printed, lines["JPEG"])
    assert (scale > 0).all()
    for line in lines.values():
        assert printed.has(line * scale + shift, tolerance=0.05)
        assert printed.marked(line * scale + shift, tolerance=0.05)

    rows = list(csv.DictReader(io.StringIO(taken(page, "cmp_rd_csv").decode())))
    for name, line in lines.items():
        told = [row for row in rows if row["Series"] == name]
        points = [[float(row[c]) for c in list(row)[1:]] for row in told[: len(line)]]
        assert np.allclose(points, line)
    assert b"@article{wallace1992jpeg," in taken(page, "cmp_rd_bib")

    page.keyboard.press("Escape")
    page.locator(".st-key-cmp_results_take_home").get_by_text("Take home").click()
    assert rb"\toprule" in taken(page, "cmp_results_tex")
