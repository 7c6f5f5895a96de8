"""`figure`: charts, their data and their references by the name of the file."""

import re

import pytest
from typer.testing import CliRunner

from core.cli.main import app
from core.errors import SettingError
from tests.core.publish import pdf


def run(*arguments: str) -> object:
    done = CliRunner().invoke(app, ["figure", "kodak", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_each_chart_is_written_at_the_width(tmp_path):
    for chart in ("curves", "difference", "pictures", "speed"):
        path = tmp_path / f"{chart}.pdf"
        run("-c", "jpeg,webp,avif", "--chart", chart, "--width", "120", "-o", str(path))
        assert pdf.read(path.read_bytes()).width == pytest.approx(120 / 25.4 * 72, abs=0.1)


def test_data_and_references_come_by_the_suffix(tmp_path):
    run("-c", "jpeg,avif", "-o", str(tmp_path / "points.csv"))
    assert (tmp_path / "points.csv").read_text().count("\n") > 15
    run("-c", "jpeg,avif", "-o", str(tmp_path / "points.tex"))
    assert r"\toprule" in (tmp_path / "points.tex").read_text()
    run("-c", "jpeg,avif", "--chart", "pictures", "-o", str(tmp_path / "cite.bib"))
    cited = re.findall(r"^@\w+\{([\w-]+),", (tmp_path / "cite.bib").read_text(), re.M)
    assert {"wallace1992jpeg", "han2021av1", "kodak", "bjontegaard2001"} <= set(cited)


def test_what_is_not_known_is_a_sentence(tmp_path):
    with pytest.raises(SettingError, match="choose one of curves"):
        run("--chart", "pie", "-o", str(tmp_path / "x.pdf"))
    with pytest.raises(SettingError, match=r"\.pdf, \.pgf"):
        run("-o", str(tmp_path / "x.gif"))
