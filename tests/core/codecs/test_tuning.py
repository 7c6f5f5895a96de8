"""The measure picks the tuning, unless a person does."""

import pytest

from core.codecs import tuning
from core.codecs.registry import CODECS
from core.errors import SettingError

LIST = ["jpeg", "jpeg2000", "webp", "avif"]


def test_the_measure_picks_the_variants():
    assert tuning.variants(LIST, "measure", "psnr") == [
        "jpeg-psnr",
        "jpeg2000",
        "webp",
        "avif-psnr",
    ]
    assert tuning.variants(LIST, "measure", "ssimulacra2") == ["jpeg-eye", *LIST[1:]]
    assert tuning.aim_for("psnr-y") == tuning.aim_for("mse") == "psnr"
    assert tuning.aim_for("ms-ssim") == tuning.aim_for("vmaf") == "eye"


def test_a_person_may_pick_them():
    assert tuning.variants(LIST, "eye", "psnr") == ["jpeg-eye", *LIST[1:]]
    assert tuning.variants(["avif"], "psnr", "vmaf") == ["avif-psnr"]
    assert tuning.variants(["avif", "avif-psnr"], "psnr", "psnr") == ["avif-psnr"]


def test_a_variant_that_is_missing_leaves_the_plain_codec(monkeypatch):
    monkeypatch.delitem(CODECS, "jpeg-psnr")
    assert tuning.variants(["jpeg"], "psnr", "psnr") == ["jpeg"]


def test_another_aim_is_refused():
    with pytest.raises(SettingError, match="the measure"[4:]):
        tuning.variants(LIST, "nose", "psnr")
    with pytest.raises(SettingError, match="no measure"):
        tuning.variants(LIST, "measure", "smell")


def test_codecs_of_another_tuning_are_named():
    assert tuning.warning(["jpeg", "avif"], "psnr") == (
        "AVIF is tuned for the eye: PSNR (RGB) does not show it at its best."
    )
    assert "AVIF, JPEG XL are tuned" in tuning.warning(["avif", "jpegxl"], "psnr")
    assert "tuned for PSNR" in tuning.warning(["avif-psnr"], "ssimulacra2")
    assert tuning.warning(["jpeg", "avif-psnr"], "psnr") == ""
