"""The interface for notebooks: its documented examples run, it stays light, it refuses clearly."""

import doctest
import re
import subprocess
import sys

import numpy as np
import pytest

import core
from core import codec, curves, digit_coder, gallery, open_sweep, photo_coder, read, svd
from core.errors import DataError, ImageError, ModelError, SettingError
from core.images import png
from tests.conftest import ROOT, synthetic

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.S | re.M))


@pytest.fixture(scope="module")
def space() -> dict:
    """The names that the page's examples have defined so far."""
    return {}


@pytest.mark.parametrize("section", SECTIONS)
def test_the_documented_examples_run(section, space):
    parser = doctest.DocTestParser()
    test = parser.get_doctest(SECTIONS[section], space, section, "docs/api.md", 0)
    assert test.examples
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.FAIL_FAST)
    told: list[str] = []
    runner.run(test, out=told.append, clear_globs=False)
    assert not runner.failures, "".join(told)
    space |= test.globs


def test_every_verb_is_documented_and_can_be_imported():
    for name in core.__all__:
        assert f"`{name}`" in PAGE, name
        assert getattr(core, name).__doc__, name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        core.nothing  # noqa: B018


def test_importing_core_is_light():
    heavy = "plotly", "matplotlib", "tensorflow", "PIL", "scipy", "pandas", "streamlit"
    program = f"import core, sys; print([name for name in {heavy!r} if name in sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"


def test_a_picture_comes_from_anything(tmp_path):
    image = synthetic(20, 30)
    (tmp_path / "x.png").write_bytes(png(image))
    for source in (tmp_path / "x.png", str(tmp_path / "x.png"), png(image), image):
        assert np.array_equal(read(source).image, image)
    assert read("sample:chelsea") is read("chelsea")
    assert read(read("coffee")) is read("coffee")
    with pytest.raises(ImageError, match="no sample picture 'nobody'"):
        read("sample:nobody")
    with pytest.raises(ImageError, match="Cannot read"):
        read(tmp_path / "missing.png")


def test_a_match_is_that_of_the_command_line(small):
    from core.codecs.registry import get
    from core.rd.match import match_bytes, match_quality

    ours = codec("webp").match(small, bytes=2000).measured.point
    assert ours.bytes == match_bytes(get("webp"), small, 2000).measured.point.bytes
    target = 0.95  # of MS-SSIM itself, where curves use decibels
    big = read("chelsea")
    ours = codec("jpeg").match(big, ms_ssim=target, measures=("ms_ssim",)).measured.point
    decibels = -10 * np.log10(1 - target)
    theirs = match_quality(get("jpeg"), big.image, "ms_ssim", decibels).measured.point
    assert ours.setting == theirs.setting and ours.measures["ms_ssim"] >= target


def test_what_cannot_be_done_is_a_sentence(small):
    with pytest.raises(SettingError, match="one target"):
        codec("jpeg").match(small)
    with pytest.raises(SettingError, match="bpp, psnr"):
        codec("jpeg").match(small, bpp=1, psnr=30)
    with pytest.raises(SettingError, match="There is no measure 'beauty'"):
        codec("jpeg").match(small, beauty=3)
    with pytest.raises(SettingError, match="There is no codec"):
        codec("gif")
    with pytest.raises(SettingError, match="Give one of"):
        svd(small).rank_for()
    with pytest.raises(DataError, match="no results file"):
        open_sweep("nothing")
    with pytest.raises(DataError, match="no results of vvc2"):
        open_sweep("kodak", "vvc2")
    with pytest.raises(SettingError, match="no model of digits for λ = 7"):
        digit_coder(7)
    with pytest.raises(ModelError, match="There are bls2017"):
        photo_coder("nobody")


def test_figures_show_the_measured_points(small):
    found = curves(small, ["jpeg", "svd"], points=3)
    figure = found.figure()
    for trace, points in zip(figure.data, found.points.values(), strict=True):
        assert sorted(trace.x) == sorted(point.bpp for point in points)
        assert sorted(trace.y) == sorted(point.measures["psnr"] for point in points)


def test_a_gallery_holds_the_very_pixels(small):
    import base64

    drawn = gallery({"it": read(small)})._repr_html_()
    data = re.search(r"base64,([^\"]+)", drawn)[1]
    assert np.array_equal(read(base64.b64decode(data)).image, small)
