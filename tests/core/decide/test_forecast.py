"""What is said of a decision before it begins."""

import pytest

from core.codecs.registry import CODECS
from core.decide import question, run
from core.decide.constraints import BROWSERS, deployable
from core.decide.forecast import forecast, speeds
from core.metrics import MEASURES
from core.sweep import estimate


def test_the_time_is_that_of_all_files_and_the_slowest_codec_comes_first():
    asked = question.ask("ssimulacra2", 80.0, ["webp", "avif"], "jpeg")
    cost = MEASURES["ssimulacra2"].cost
    found = forecast(0.5, 200, asked, {"webp": 1.0, "avif": 3.0, "jpeg": 0.0}, 2)
    files = 200 * (run.SEARCH_COST + 1)
    assert found.files == 3 * files
    assert list(found.by_codec) == ["avif", "webp", "jpeg"]
    assert found.by_codec["avif"] == pytest.approx(files * 0.5 * (3 + cost) / 2)
    assert found.seconds == pytest.approx(estimate.START_S + files * 0.25 * (4 + 3 * cost))


def test_speeds_are_those_of_the_shipped_sweep_or_of_a_trial():
    shipped = estimate.shipped()
    assert 0 < shipped["jpeg"] < shipped["avif"] < shipped["bls2017"]
    found = speeds(["avif", "jpeg-eye"])
    assert found["avif"] == shipped["avif"] and found["jpeg-eye"] > 0


def test_by_default_one_codec_is_compared_for_each_format_that_can_be_read():
    assert deployable(BROWSERS, "ssimulacra2") == ["jpeg-eye", "webp", "avif"]
    assert deployable(BROWSERS, "psnr") == ["jpeg-psnr", "webp", "avif-psnr"]
    assert deployable((".jxl", ".rdx"), "psnr") == ["jpegxl"]
    suffixes = [codec.info.suffix for codec in CODECS.values()]
    assert len(deployable(suffixes, "psnr")) == len(set(suffixes) - {".rdx"})
