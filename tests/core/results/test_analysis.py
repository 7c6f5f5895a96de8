"""Means, bands and BD-rates against closed forms: curves that are straight lines in
(log rate, dB).
"""

import math

import numpy as np
import pytest

from core import metrics, results
from core.codecs.registry import get
from core.errors import DataError
from core.rd.bdrate import bd_rate
from core.rd.measure import evaluate
from core.results import Results, analysis
from core.results.curves import Curve, complete_images, image_curve, mean_curve, quality
from core.results.speed import speed
from tests.conftest import synthetic

SETTINGS = (1.0, 2.0, 3.0, 4.0, 5.0)


def made(factors: dict[str, float], images: tuple[float, ...] = (1.0, 2.0)) -> Results:
    """PSNR = 30 + 6·log2(bpp / (factor · difficulty)): at equal PSNR a codec needs its factor times
    the bits of factor 1.
    """
    records = []
    for n, difficulty in enumerate(images):
        for codec, factor in factors.items():
            for setting in SETTINGS:
                psnr = 24 + 3 * setting
                bpp = factor * difficulty * 2 ** ((psnr - 30) / 6)
                records.append(
                    {
                        "image": f"i{n}",
                        "codec": codec,
                        "setting": setting,
                        "width": 1000,
                        "height": 500,
                        "bytes": 1,
                        "bpp": bpp,
                        "mse": 255**2 / 10 ** (psnr / 10),
                        "psnr": psnr,
                        "psnr_y": psnr,
                        "ms_ssim": 1 - 10 ** (-psnr / 20),
                        "encode_s": 0.25 * factor,
                        "decode_s": 0.5,
                    }
                )
    return Results({}, records)


def test_bd_rate_is_the_factor_between_the_codecs():
    data = made({"a": 1.0, "b": 0.8, "c": 1.5})
    curves = {name: mean_curve(data, name) for name in "abc"}
    found = analysis.matrix(curves)
    assert len(found) == 6
    assert found["a", "b"].percent == pytest.approx(-20, abs=1e-6) and found[
        "a", "c"
    ].percent == pytest.approx(50, abs=1e-6)
    assert found["b", "a"].percent == pytest.approx(25, abs=1e-6)
    assert found["a", "b"].gain == pytest.approx(6 * math.log2(1 / 0.8), abs=1e-6)
    for result in analysis.per_image(data, "a", "b").values():
        assert result.percent == pytest.approx(-20, abs=1e-6)
    quality, percent = analysis.relative_difference(curves["a"], curves["c"])
    assert percent == pytest.approx(np.full(len(quality), 50.0), abs=1e-6)


def test_means_at_constant_setting_and_at_constant_rate_differ_as_they_must():
    """Two images, one of twice the bits at each setting.

    At constant setting: the arithmetic mean of bpp at equal PSNR. At constant rate: the mean of
    PSNR at equal bpp – half of log2(2)·6 dB below the easy image's.
    """
    data = made({"a": 1.0})
    curve = mean_curve(data, "a")
    assert curve.quality == pytest.approx([24 + 3 * s for s in SETTINGS]) and curve.images == 2
    assert curve.rate == pytest.approx([1.5 * 2 ** ((24 + 3 * s - 30) / 6) for s in SETTINGS])
    band = analysis.band(data, "a")
    assert band.mean == pytest.approx(30 + 6 * np.log2(band.rate) - 3, abs=1e-6)
    assert band.rate[0] == pytest.approx(2 * 2**-0.5) and band.rate[-1] == pytest.approx(
        2 ** (9 / 6)
    )  # where both reach
    assert band.high - band.low == pytest.approx(
        np.full(len(band.rate), 3.0), abs=1e-6
    )  # quartiles of two


def test_ms_ssim_is_averaged_before_it_becomes_decibels():
    data = made({"a": 1.0})
    for record in data.records:
        record["ms_ssim"] = 0.9 if record["image"] == "i0" else 0.99
    assert mean_curve(data, "a", "ms_ssim").quality == pytest.approx(
        [-10 * math.log10(1 - 0.945)] * 5
    )


def test_only_images_that_all_codecs_have_in_full_are_compared():
    data = made({"a": 1.0, "b": 0.5}, images=(1.0, 2.0, 4.0))
    records = [
        r
        for r in data.records
        if not (r["image"] == "i2" and r["codec"] == "b" and r["setting"] == 3)
    ]
    lacking = Results({}, records)
    assert complete_images(lacking, ["a"]) == ["i0", "i1", "i2"]
    assert complete_images(lacking, ["a", "b"]) == ["i0", "i1"]
    assert mean_curve(lacking, "b").images == 2
    assert set(analysis.per_image(lacking, "a", "b")) == {"i0", "i1"}


def test_no_overlap_and_too_few_points_have_reasons():
    low, high = Curve("low", (0.1, 0.2, 0.3), (20, 22, 24)), Curve("high", (1, 2, 3), (30, 32, 34))
    short = Curve("short", (0.1, 0.2), (20, 22))
    found = analysis.matrix({"low": low, "high": high, "short": short})
    assert found["low", "high"].percent is None and "share no range" in found["low", "high"].reason
    assert "2 usable points" in found["low", "short"].reason
    assert analysis.relative_difference(low, high)[0].size == 0


def test_perfect_pictures_are_left_out_of_curves():
    data = made({"a": 1.0})
    for record in data.records:
        if record["setting"] == 5:
            record.update(mse=0.0, psnr=None)
    assert mean_curve(data, "a").settings == SETTINGS[:4]
    assert len(image_curve(data, "a", "i0").rate) == 4
    with pytest.raises(DataError, match="SSIM"):
        mean_curve(data, "a", "ssim")


def test_speed_is_seconds_per_megapixel_at_one_quality():
    found = speed(made({"a": 1.0, "b": 0.5}), "b", 33.0)
    assert (found.encode, found.decode) == (0.25, 1.0)  # 0.125 s and 0.5 s for half a megapixel
    assert found.bpp == pytest.approx(0.5 * 1.5 * 2**0.5)
    assert found.megapixels_per_second("encode") == 4.0
    assert speed(made({"a": 1.0}), "a", 50.0) is None


@pytest.mark.parametrize("name", metrics.FORMS)
def test_one_picture_has_one_bd_rate_wherever_it_is_taken(name):
    """The measurements of a page and the records of a sweep over the same picture give the same
    figure in every measure.
    """
    image = synthetic(176, 176)
    if reason := metrics.MEASURES[name].absent(176, 176):
        pytest.skip(reason)
    points = {
        codec: [evaluate(get(codec), image, value, [name]).point for value in (15, 35, 60, 85)]
        for codec in ("jpeg", "webp")
    }
    curves = {
        codec: ([p.bpp for p in some], [p.quality(name) for p in some])
        for codec, some in points.items()
    }
    on_the_page = bd_rate(curves["jpeg"], curves["webp"]).percent
    records = [p.record("one.png") for some in points.values() for p in some]
    in_the_sweep = analysis.per_image(Results({}, records), "jpeg", "webp", name)["one.png"].percent
    assert on_the_page is not None and in_the_sweep == pytest.approx(on_the_page, rel=1e-12)
    of_means = analysis.matrix(
        {c: mean_curve(Results({}, records), c, name) for c in ("jpeg", "webp")}
    )
    assert of_means["jpeg", "webp"].percent == pytest.approx(on_the_page, rel=1e-9)


def test_records_of_before_are_read_and_lack_what_they_lack():
    """Older files hold null for what was not measured, and for the infinite PSNR of a perfect
    picture.
    """
    old = {"width": 64, "height": 64, "mse": 0.0, "psnr": None, "ssim": None, "ms_ssim_db": None}
    assert quality(old, "psnr") == math.inf and quality(old, "ssim") is None
    assert quality(old, "psnr_y") is None
    assert results.has(old, ["psnr", "mse", "ms_ssim"])  # MS-SSIM: not for a picture this small
    assert not results.has(old, ["ssim"]) and not results.has(old, ["psnr_y"])
