"""When a chart of growing curves is drawn anew."""

from dataclasses import replace

import pytest

from core.rd.measure import RDPoint
from dashboard.measured_curves import DRAWINGS, Curves

POINT = RDPoint("jpeg", 50, 96, 64, 1000, {"psnr": 30.0}, 0.1, 0.1)
GROWING = Curves({"jpeg": [POINT]}, total=60, done=20, problems={}, stopped=False)


def measured(**more: float) -> dict[str, RDPoint]:
    return {"jpeg": replace(POINT, measures=POINT.measures | more)}


def test_measures_that_a_chart_does_not_show_do_not_draw_it_anew():
    stage = GROWING.stage("psnr", measured())
    assert GROWING.stage("psnr", measured(ssim=0.9, vmaf=80.0)) == stage
    assert GROWING.stage("ssim", measured()) != GROWING.stage("ssim", measured(ssim=0.9))
    moved = {"jpeg": replace(POINT, setting=51, bytes=1010)}
    assert GROWING.stage("psnr", moved) != stage != GROWING.stage("psnr", {})


@pytest.mark.parametrize("total", [5, 60, 1000])
def test_curves_are_drawn_a_dozen_times_while_they_grow_and_at_their_end(total):
    stages = [
        replace(GROWING, total=total, done=done).stage("psnr", {}) for done in range(total + 1)
    ]
    assert len(set(stages)) == min(DRAWINGS, total) + 1
    assert stages[-1] not in stages[:-1]


def test_a_stop_and_a_codec_that_fails_are_drawn():
    stage = GROWING.stage("psnr", {})
    assert replace(GROWING, stopped=True).stage("psnr", {}) != stage
    assert replace(GROWING, problems={"jpeg": "broken"}).stage("psnr", {}) != stage
