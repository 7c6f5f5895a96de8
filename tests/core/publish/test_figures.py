"""Figures for print: the files hold the points of the charts, at the width that was asked for."""

import io
import re
import shutil
import subprocess

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from core import open_sweep
from core.errors import DataError, SettingError
from core.figures import base, datasets, svd
from core.linear import lowrank
from core.publish import KINDS, refusal, render, save
from core.publish.drawing import draw
from core.publish.files import styled
from tests.core.publish import pdf

needs_latex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed here"
)


@pytest.fixture(scope="module")
def kodak():
    return open_sweep("kodak", "jpeg", "avif", "bls2017")


def in_points(figure: go.Figure, x, y, width: float = 88.9) -> np.ndarray:
    """Where the data (x, y) must be on the page: by the axes' limits alone."""
    with styled():
        drawn = draw(figure, width)
        drawn.savefig(io.BytesIO(), format="pdf")
        (ax, *_) = drawn.axes
        frame = ax.get_window_extent()
        scale = 72 / drawn.dpi
    places = []
    for values, low, high, limits, kind in (
        (x, frame.x0, frame.x1, ax.get_xlim(), ax.get_xscale()),
        (y, frame.y0, frame.y1, ax.get_ylim(), ax.get_yscale()),
    ):
        numbers = np.asarray(values, float)
        if kind == "log":
            numbers, limits = np.log10(numbers), np.log10(limits)
        share = (numbers - limits[0]) / (limits[1] - limits[0])
        places.append(scale * (low + share * (high - low)))
    return np.stack(places, -1)


@pytest.mark.parametrize("log", [False, True])
def test_a_pdf_file_has_the_points_of_the_curves(kodak, log):
    figure = kodak.figure(log_rate=log)
    page = pdf.read(render(figure, "pdf"))
    for trace, (name, curve) in zip(figure.data, kodak.means().items(), strict=True):
        assert list(trace.x) == list(curve.rate), name
        expected = in_points(figure, curve.rate, curve.quality)
        assert page.has(expected) and page.marked(expected), name
        assert not page.has(expected + np.array([0.5, 0]))


def test_a_long_line_keeps_every_point():
    figure = base.figure("x", "y")
    x = np.linspace(0, 1, 400)
    base.add_line(figure, x, x**2, "#ff0000", "square")
    assert pdf.read(render(figure)).has(in_points(figure, x, x**2))


def test_bars_and_maps_have_their_numbers():
    with styled():
        figure = svd.rate_bars({"one": (1000.0, "#111111"), "two": (50.0, "#222222")})
        (ax,) = draw(figure, 88.9).axes
        assert [bar.get_width() for bar in ax.patches] == [1000, 50]
        assert [text.get_text() for text in ax.get_yticklabels()] == ["one", "two"]
        assert ax.yaxis_inverted() and ax.get_xscale() == "log"

        matrix = np.arange(12.0).reshape(3, 4)
        ax, _bar = draw(svd.matrix_map(matrix, 0, 11), 88.9).axes
        (cells,) = ax.collections
        assert np.array_equal(cells.get_array(), matrix)
        assert ax.yaxis_inverted() and not ax.axison


def test_intervals_reach_as_far_as_they_say():
    figure = go.Figure(
        go.Scatter(
            x=[5.0],
            y=["WebP"],
            mode="markers",
            marker={"color": "#123456"},
            error_x={"type": "data", "symmetric": False, "array": [2.0], "arrayminus": [1.0]},
        )
    )
    with styled():
        (ax,) = draw(figure, 88.9).axes
    (bars,) = ax.collections
    assert np.allclose(bars.get_segments(), [[[4, 0], [7, 0]]])


def test_a_box_has_plotlys_quartiles():
    drawn = datasets.Drawn("WebP", "webp", 0)
    rates = {str(i): float(i) for i in (0, 1, 2, 3, 4, 30)}
    figure = datasets.distribution([(drawn, rates)], "JPEG")
    with styled():
        (ax,) = draw(figure, 88.9).axes
    (box,) = ax.patches
    x = box.get_path().vertices[:, 0]
    assert (x.min(), x.max()) == (1, 4)  # Plotly's "linear" quartiles of these six
    points = next(line for line in ax.lines if line.get_marker() == "o")
    assert sorted(points.get_xdata()) == sorted(rates.values())


@pytest.mark.parametrize("width", [60, 88.9, 181])
def test_the_file_is_as_wide_as_was_asked_for(kodak, width):
    figure = kodak.figure()
    assert pdf.read(render(figure, "pdf", width)).width == pytest.approx(width * 72 / 25.4, abs=0.1)
    picture = Image.open(io.BytesIO(render(figure, "png", width)))
    assert picture.width == pytest.approx(width * 300 / 25.4, abs=1)
    assert np.asarray(picture.convert("L")).min() < 60
    head = re.search(r"\\pgfqpoint\{([\d.]+)in\}", render(figure, "pgf", width).decode())
    assert float(head[1]) == pytest.approx(width / 25.4, abs=1e-4)


def test_type_is_of_the_size_of_a_paper(kodak):
    page = pdf.read(render(kodak.figure(), "pdf"))
    sizes = {float(size) for size in re.findall(rb"/F\d+ ([\d.]+) Tf", page.text)}
    assert sizes <= {7.0, 8.0} and sizes


def test_equal_data_give_equal_files(kodak):
    for kind in KINDS:
        assert render(kodak.figure(), kind) == render(kodak.figure(), kind)


def test_a_name_of_a_file_says_its_kind(kodak, tmp_path):
    path = save(kodak.figure(), tmp_path / "curves.pdf")
    assert path.read_bytes().startswith(b"%PDF")
    with pytest.raises(SettingError, match="pdf, pgf, png"):
        save(kodak.figure(), tmp_path / "curves.gif")
    with pytest.raises(SettingError, match="30 to 400 mm"):
        render(kodak.figure(), "pdf", 3)


def test_what_pgf_cannot_hold_is_said():
    matrix = svd.matrix_map(np.zeros((60, 60)), 0, 1)
    assert "2,000 cells" in refusal(matrix, "pgf") and not refusal(matrix, "pdf")
    with pytest.raises(DataError, match="Take the PDF file"):
        render(matrix, "pgf")
    with pytest.raises(DataError, match="pie"):
        render(go.Figure(go.Pie(values=[1, 2])))


@needs_latex
def test_latex_sets_the_pgf_file(kodak, tmp_path):
    f = lowrank.Factors(
        np.zeros((3, 9, 5)), np.full((3, 5), 2.0), np.zeros((3, 7, 5)), np.full(3, 20.0)
    )
    save(kodak.figure(), tmp_path / "curves.pgf")
    save(svd.energy_curves(f, 2), tmp_path / "energy.pgf")
    save(svd.matrix_map(np.eye(5), 0, 1), tmp_path / "map.pgf")
    (tmp_path / "paper.tex").write_text(
        r"\documentclass{article}\usepackage{pgf}\usepackage[T1]{fontenc}"
        r"\begin{document}\input{curves.pgf}\input{energy.pgf}\input{map.pgf}\end{document}"
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and (tmp_path / "paper.pdf").exists(), done.stdout[-1500:]
