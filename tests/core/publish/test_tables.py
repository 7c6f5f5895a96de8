"""Tables and references: every value is there, LaTeX sets them, every codec can be cited."""

import csv
import doctest
import io
import re
import shutil
import subprocess

import pytest

from core import open_sweep
from core.codecs.registry import CODECS
from core.errors import DataError
from core.metrics import MEASURES
from core.publish import Sources, bibtex, rows_of, to_csv, to_latex
from core.publish.bibliography import BD_RATE, DATA, PAIRED, entries, entry
from core.publish.tex import tex
from tests.conftest import ROOT

ROWS = [
    {"Codec": "JPEG & co_50%", "Bytes": 1234, "PSNR, dB": 34.56789012, "λ": 0.01},
    {"Codec": "Ballé, ŷ ± ½", "Bytes": 99, "PSNR, dB": float("inf"), "λ": None},
]


def test_a_figures_data_are_its_points():
    kodak = open_sweep("kodak", "jpeg", "avif")
    rows = rows_of(kodak.figure())
    expected = [
        (curve.name, rate, quality)
        for curve in kodak.means().values()
        for rate, quality in zip(*curve.points, strict=True)
    ]
    assert [tuple(row.values()) for row in rows] == expected
    assert list(rows[0]) == ["Series", "Rate, bpp (bits per pixel)", "PSNR (RGB), dB"]
    back = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert [float(row["PSNR (RGB), dB"]) for row in back] == [q for _, _, q in expected]


def test_latex_has_booktabs_rules_and_escaped_cells():
    text = to_latex(ROWS, "Rates at λ_1", "tab:rates")
    assert text.count(r"\toprule") == text.count(r"\midrule") == text.count(r"\bottomrule") == 1
    assert r"JPEG \& co\_50\% & 1234 & 34.5679 & 0.01 \\" in text
    assert r"\ensuremath{\infty} & -- \\" in text
    assert r"\begin{tabular}{@{}lrrr@{}}" in text and r"\label{tab:rates}" in text
    assert tex("σ<sub>1</sub> ≥ 2") == r"\ensuremath{\sigma}1 \ensuremath{\ge} 2"


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed here")
def test_latex_sets_the_tables(tmp_path):
    many = rows_of(open_sweep("kodak", "jpeg", "klt").figure())
    tables = to_latex(ROWS, "Every symbol: " + "λσΣΔ·×÷−±‖≤≥→²ŷ√∞½–—…“”’₀₉\\&%$#_{}~^", "a")
    (tmp_path / "paper.tex").write_text(
        r"\documentclass{article}\usepackage{booktabs}\usepackage[T1]{fontenc}"
        r"\begin{document}" + tables + to_latex(many[:30]) + r"\end{document}",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        errors="replace",
    )
    assert done.returncode == 0, done.stdout[-1500:]


def test_every_codec_measure_and_data_set_has_its_reference():
    for codec in CODECS.values():
        assert codec.info.cites or codec.info.family == "external", codec.name
        assert all(entry(key) for key in codec.info.cites)
    for measure in MEASURES.values():
        plain = measure.name in ("mse", "mae")  # a formula that needs no source
        assert measure.cites or plain, measure.name
        assert all(entry(key) for key in measure.cites)
    for keys in (*DATA.values(), (BD_RATE,)):
        assert all(entry(key) for key in keys)
    with pytest.raises(DataError, match="no reference 'nobody'"):
        entry("nobody")


def test_each_entry_is_whole_and_used():
    used = {"rdexplorer", BD_RATE, PAIRED}
    used |= {key for codec in CODECS.values() for key in codec.info.cites}
    used |= {key for measure in MEASURES.values() for key in measure.cites}
    used |= {key for keys in DATA.values() for key in keys}
    assert set(entries()) == used
    for key, text in entries().items():
        assert text.count("{") == text.count("}"), key
        assert re.search(r"^  title\s*= \{", text, re.M) and re.search(r"author\s*=", text), key
        assert text.isascii(), key


def test_a_chart_cites_what_it_shows_once():
    text = bibtex(Sources(("avif", "avif-psnr", "mine"), ("psnr", "ms-ssim"), ("kodak",)))
    keys = re.findall(r"^@\w+\{([\w-]+),", text, re.M)
    assert keys == [
        "rdexplorer",
        "han2021av1",
        "avif",
        "huynhthu2008psnr",
        "wang2003msssim",
        "kodak",
    ]
    assert "balle2017endtoend" in bibtex(Sources(("bls2017-71368c8f74036ff5",)))


def test_the_documented_examples_run(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "publishing.md").read_text("utf-8")
    test = doctest.DocTestParser().get_doctest(page, {}, "publishing", "docs/publishing.md", 0)
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(test, out=told.append)
    assert len(test.examples) > 5 and not runner.failures, "".join(told)
