"""VMAF, VMAF-NEG and XPSNR against figures taken from ffmpeg by hand, and their properties."""

import math

import numpy as np
import pytest

from core import ffmpeg
from core.errors import ProgramError
from core.metrics import vmaf as subject
from core.metrics.vmaf import together, vmaf, vmaf_neg, xpsnr
from tests.conftest import synthetic
from tests.core.metrics.perceptual import pairs

ALL = ("vmaf", "vmaf_neg", "xpsnr")


def test_figures_are_those_of_the_reference(reference, kodak):
    rows = pairs(reference, kodak, "scores_extra.csv")
    assert len(rows) == 9
    for row in rows:
        found = together(row["original"], row["decoded"], ALL)
        assert found["vmaf"] == pytest.approx(float(row["vmaf_709"]), abs=0.01)
        assert found["vmaf_neg"] == pytest.approx(float(row["vmafneg_709"]), abs=0.01)
        assert found["xpsnr"] == pytest.approx(float(row["xpsnr_y_709"]), abs=0.01)


def test_one_run_gives_what_single_runs_give(small, monkeypatch):
    noisy = small // 8 * 8
    single = {"vmaf": vmaf(small, noisy), "vmaf_neg": vmaf_neg(small, noisy)}
    single["xpsnr"] = xpsnr(small, noisy)
    runs = []
    run = ffmpeg.run
    monkeypatch.setattr(ffmpeg, "run", lambda *a, **k: runs.append(a) or run(*a, **k))
    assert together(small, noisy, ALL) == single
    assert len(runs) == 1
    assert list(together(small, noisy, ("xpsnr",))) == ["xpsnr"]


def test_identical_pictures(small):
    found = together(small, small, ALL)
    assert found["xpsnr"] == math.inf
    assert found["vmaf"] > 95  # the model's own figure for equal pictures is not always 100
    assert found["vmaf_neg"] > 95


def test_the_order_of_the_pictures_matters(small):
    sharper = np.clip(small * 1.3 - 38, 0, 255).astype(np.uint8)
    # More contrast pleases VMAF, less does not; NEG takes the reward away.
    assert vmaf(small, sharper) > vmaf(sharper, small) + 1
    assert vmaf(small, sharper) > vmaf_neg(small, sharper) + 1
    assert xpsnr(small, sharper) != xpsnr(sharper, small)


@pytest.mark.parametrize("side", range(1, 18))
def test_xpsnr_of_small_pictures(side):
    original, noisy = synthetic(side, side + 2), synthetic(side, side + 2, seed=1)
    assert 10 < xpsnr(original, noisy) < 60


@pytest.mark.parametrize("shape", [(17, 17), (17, 40), (41, 18), (33, 200)])
def test_vmaf_of_small_and_odd_pictures(shape):
    assert min(shape) >= subject.VMAF_MIN_SIDE
    found = together(synthetic(*shape), synthetic(*shape, seed=1), ("vmaf", "vmaf_neg"))
    assert 0 < found["vmaf_neg"] <= found["vmaf"] <= 100


def test_vmaf_below_its_smallest_picture_is_a_sentence():
    side = subject.VMAF_MIN_SIDE - 1
    with pytest.raises(ProgramError):
        vmaf(synthetic(side, side), synthetic(side, side, seed=1))


def test_flat_grey_pictures():
    flat = np.full((40, 50, 3), 128, np.uint8)
    found = together(flat, flat, ALL)
    assert found["xpsnr"] == math.inf
    assert found["vmaf"] > 90
    # Luma in limited range moves by 219/255 · 10 → 9 levels.
    assert xpsnr(flat, flat + 10) == pytest.approx(20 * math.log10(255 / 9), abs=0.6)


def test_logs_that_cannot_be_read_are_a_sentence():
    with pytest.raises(ProgramError, match="VMAF"):
        subject._pooled(b'{"pooled_metrics": {}}', {"vmaf": "vmaf_v0.6.1"})
    with pytest.raises(ProgramError, match="XPSNR"):
        subject._luma(b"")
