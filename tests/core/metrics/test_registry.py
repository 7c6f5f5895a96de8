"""Every entry of the table of measures keeps what the table promises."""

import math

import numpy as np
import pytest

from core import metrics
from core.errors import SettingError
from core.metrics import FORMS, MEASURES
from tests.conftest import synthetic

A = synthetic(176, 192)
NOISE = np.random.default_rng(1).normal(0, 1, A.shape)


def noisy(strength: float) -> np.ndarray:
    return np.clip(A + strength * NOISE, 0, 255).round().astype(np.uint8)


LITTLE, MUCH = noisy(4), noisy(16)


@pytest.fixture(params=MEASURES.values(), ids=list(MEASURES))
def measure(request) -> metrics.Measure:
    if request.param.unavailable():
        pytest.skip(request.param.unavailable())
    return request.param


def test_more_noise_is_worse_in_the_direction_that_it_names(measure):
    little, much = measure.function(A, LITTLE), measure.function(A, MUCH)
    assert (little > much) == (measure.better == "high")


def test_equal_pictures_have_the_best_figure(measure):
    best = measure.function(A, A)
    assert best == pytest.approx(measure.best, abs=1e-3 * max(1, abs(measure.best or 1)))


def test_computed_together_it_is_the_same(measure):
    together = metrics.measure(A, LITTLE)[measure.name]
    assert together == pytest.approx(measure.function(A, LITTLE), rel=1e-9)
    assert metrics.measure(A, LITTLE, [measure.name]) == {measure.name: together}


def test_the_form_grows_with_quality_and_leads_back(measure):
    if measure.form is None:
        pytest.skip("no BD-rate is taken in it")
    little, much = measure.function(A, LITTLE), measure.function(A, MUCH)
    assert measure.form.of(little) > measure.form.of(much)
    assert measure.form.back(measure.form.of(much)) == pytest.approx(much)
    low, high, usual = measure.form.target
    assert low < usual < high


def test_its_smallest_side_is_true(measure):
    side = measure.min_side
    assert math.isfinite(measure.function(A[:side, :176], LITTLE[:side, :176]))
    below = side - 1
    if below:
        assert str(side) in measure.absent(below, 176)
        assert measure.name not in metrics.measure(A[:below], LITTLE[:below], [measure.name])
    assert measure.absent(side, 176) == ""


def test_its_error_map_shows_where_the_error_is(measure):
    if measure.error_map is None:
        pytest.skip("it has no map")
    spoilt = A.copy()
    spoilt[60:90, 100:130] = MUCH[60:90, 100:130]
    shown = measure.error_map(A, spoilt)
    assert shown.shape == A.shape[:2]
    assert shown[60:90, 100:130].mean() > 50 * np.abs(shown[120:, :70]).mean()


def test_names_are_found_in_any_spelling():
    assert metrics.named("MS-SSIM") is metrics.named(" ms_ssim ") is MEASURES["ms_ssim"]
    assert metrics.named("ms_ssim_db") is MEASURES["ms_ssim"]  # older links name the form
    assert metrics.names_of("psnr, ms-ssim,psnr") == ("psnr", "ms_ssim")
    for wrong in ("beauty", "psnr,,beauty", " , "):
        with pytest.raises(SettingError, match="psnr"):
            metrics.names_of(wrong)
    assert all(name == name.lower() and "-" not in name for name in MEASURES)


def test_infinities_are_no_json_and_similarities_are_told_in_decibels_too():
    told = metrics.as_json({"psnr": math.inf, "ms_ssim": 0.99, "mse": 2.0})
    assert told == {"psnr": None, "ms_ssim": 0.99, "ms_ssim_db": pytest.approx(20), "mse": 2.0}


def test_only_what_is_asked_for_is_computed(monkeypatch):
    monkeypatch.setattr("core.metrics.structure._planes", lambda _: pytest.fail("not asked for"))
    assert set(metrics.measure(A, LITTLE, metrics.QUICK)) == set(metrics.QUICK)


def test_the_quick_ones_need_nothing_and_the_hull_s_is_among_them():
    assert "mse" in metrics.QUICK and not any(MEASURES[name].needs for name in metrics.QUICK)
    assert set(FORMS) <= set(MEASURES)
