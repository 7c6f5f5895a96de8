"""The rate-distortion chart draws what it is given."""

import numpy as np
import pytest

from core.figures.rd import rd_chart
from core.metrics import psnr_of
from core.rd.measure import RDPoint


def point(codec: str, bpp: float, mse: float) -> RDPoint:
    measures = {"mse": mse, "mae": 1.0, "psnr": psnr_of(mse), "ssim": 0.9}
    return RDPoint(codec, 5.0, 80, 100, round(bpp * 1000), measures, 0.1, 0.1)


CURVES = {
    "jpeg": [point("jpeg", r, 60 / r) for r in (0.25, 0.5, 1, 2)],
    "avif": [point("avif", r, 30 / r) for r in (0.25, 0.5, 1)],
}
TITLES = {"jpeg": "JPEG", "avif": "AVIF"}


def test_curves_carry_the_points_and_their_settings():
    fig = rd_chart(CURVES, TITLES, "psnr", "PSNR, dB")
    jpeg = fig.data[0]
    assert list(jpeg.x) == [0.25, 0.5, 1, 2] and jpeg.y[2] == pytest.approx(psnr_of(60))
    assert [list(c) for c in jpeg.customdata] == [["jpeg", 5.0]] * 4
    assert "bpp" in fig.layout.xaxis.title.text and fig.layout.yaxis.title.text == "PSNR, dB"


def test_absent_measures_are_left_out():
    fig = rd_chart(CURVES, TITLES, "ms_ssim", "MS-SSIM, dB", hull=True)
    assert all(len(trace.x) == 0 for trace in fig.data)


def test_the_hull_is_the_better_codec_where_it_exists():
    fig = rd_chart(CURVES, TITLES, "mse", "MSE", hull=True)
    hull = next(trace for trace in fig.data if trace.name == "Hull of all")
    assert list(zip(hull.x, hull.y, strict=True)) == [(0.25, 120), (0.5, 60), (1, 30)]


@pytest.mark.parametrize("axis", ["mse", "psnr"])
def test_tangents_touch_their_curve_at_the_optimum_and_nowhere_lie_above_it(axis):
    lmbda = 0.01
    fig = rd_chart(CURVES, TITLES, axis, axis, lmbda=lmbda)
    tangents = [trace for trace in fig.data if trace.line.dash == "dot"]
    assert len(tangents) == 2
    for tangent, points in zip(tangents, CURVES.values(), strict=True):
        mse = np.array(tangent.y) if axis == "mse" else 255**2 / 10 ** (np.array(tangent.y) / 10)
        cost = np.array(tangent.x) + lmbda * mse
        assert cost == pytest.approx(min(p.bpp + lmbda * p.measures["mse"] for p in points))
