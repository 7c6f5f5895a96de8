"""Intervals, savings and ratios against closed forms; the export has the form that is published."""

import json
import math

import numpy as np
import pytest

from core.errors import DataError
from core.results import Results, codec_compare, comparison
from core.results.curves import figure

SETTINGS = (1.0, 2.0, 3.0, 4.0, 5.0)


def made(factors: list[float]) -> Results:
    """On picture n, `test` needs factors[n] times the bytes of `anchor` at every PSNR."""
    records = []
    for n, factor in enumerate(factors):
        for codec, times in (("anchor", 1.0), ("test", factor)):
            for setting in SETTINGS:
                psnr = 24 + 3 * setting
                bpp = times * 2 ** ((psnr - 30) / 6)
                records.append(
                    {
                        "image": f"i{n}",
                        "codec": codec,
                        "setting": setting,
                        "width": 100,
                        "height": 80,
                        "bytes": round(bpp * 1000),
                        "bpp": bpp,
                        "mse": 255**2 / 10 ** (psnr / 10),
                        "psnr": psnr,
                        "encode_s": 0.1,
                        "decode_s": 0.2,
                    }
                )
    options = {"speed": "6", "library": "1.2"}
    codecs = {"anchor": {"title": "Anchor"}, "test": {"title": "Test", "options": options}}
    header = {"codecs": codecs, "created": "2026-01-02"}
    return Results(header, records)


def test_equal_pictures_leave_no_doubt():
    found = comparison.bd_interval(made([0.8] * 6), "anchor", "test")
    assert found.percent == pytest.approx(-20, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((-20, -20), abs=1e-6)
    assert found.images == 6


def test_the_interval_is_that_of_the_mean_over_drawn_pictures():
    rng = np.random.default_rng(3)
    factors = rng.uniform(0.6, 1.0, 24)
    found = comparison.bd_interval(made(list(factors)), "anchor", "test", resamples=400)
    # All curves are parallel: the BD-rate of the means is the mean factor, with its standard error.
    mean, error = factors.mean() - 1, factors.std() / math.sqrt(24)
    assert found.percent == pytest.approx(100 * mean, abs=1e-6)
    assert found.low == pytest.approx(100 * (mean - 1.96 * error), abs=1)
    assert found.high == pytest.approx(100 * (mean + 1.96 * error), abs=1)


def test_the_seed_decides_the_interval():
    data = made([0.6, 0.8, 0.9, 1.1])
    first = comparison.bd_interval(data, "anchor", "test", resamples=40, seed=1)
    assert comparison.bd_interval(data, "anchor", "test", resamples=40, seed=1) == first
    assert comparison.bd_interval(data, "anchor", "test", resamples=40, seed=2) != first


def test_saving_at_a_quality_has_mean_and_spread():
    factors = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5]
    found = comparison.saving_at(made(factors), "anchor", "test", 31.0)
    assert found.mean == pytest.approx(100 * (np.exp(np.mean(np.log(factors))) - 1), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((-40, 40), abs=1e-6)
    assert (found.images, found.missing) == (11, 0)


def test_a_quality_that_nobody_reaches_is_a_sentence():
    with pytest.raises(DataError, match="no picture reaches 60"):
        comparison.saving_at(made([0.5]), "anchor", "test", 60.0)


def test_pictures_that_miss_the_quality_are_counted():
    data = made([0.5, 0.5, 0.5])
    low = [r for r in data.records if r["image"] == "i0"]
    for record in low:
        record["psnr"] -= 8
    found = comparison.saving_at(data, "anchor", "test", 36.0)
    assert (found.images, found.missing) == (2, 1)
    assert found.mean == pytest.approx(-50)


def test_the_matched_ratio_is_the_geometric_mean_of_the_pictures():
    factors = [0.5, 0.8, 1.25]
    found = comparison.matched_ratio(made(factors), "anchor", "test")
    assert found == pytest.approx(0.5 ** (1 / 3), abs=1e-9)  # 0.8 · 1.25 = 1
    back = comparison.matched_ratio(made(factors), "test", "anchor")
    assert back == pytest.approx(1 / found, abs=1e-9)


def test_speed_is_in_megapixels_a_second():
    # 0.008 Mpx in 0.1 s, and in 0.2 s.
    found = comparison.megapixels_per_second(made([0.5]), "test")
    assert found == pytest.approx((0.08, 0.04))
    with pytest.raises(DataError, match="no file"):
        comparison.megapixels_per_second(made([0.5]), "nobody")


def test_codecs_without_common_pictures_are_a_sentence():
    data = made([0.5])
    with pytest.raises(DataError, match="no image"):
        comparison.bd_interval(data, "anchor", "nobody")
    with pytest.raises(DataError, match="no file"):
        comparison.matched_ratio(data, "anchor", "nobody")


def test_the_export_has_descriptions_and_values_of_one_length():
    data = made([0.5, 0.8])
    files = codec_compare.batches(data)
    assert files["batches.json"] == [["anchor.json"], ["test.json"]]
    batch = json.loads(json.dumps(files["test.json"], allow_nan=False))
    constants = [next(iter(text)) for text in batch["constant_descriptions"]]
    fields = [next(iter(text)) for text in batch["field_descriptions"]]
    assert constants == ["codec", "version", "time"]
    assert batch["constant_values"] == ["test", "speed 6, library 1.2", "2026-01-02"]
    assert len(batch["field_values"]) == 2 * len(SETTINGS)
    assert all(len(row) == len(fields) for row in batch["field_values"])
    first = dict(zip(fields, batch["field_values"][0], strict=True))
    assert first["original_name"] == "i0"
    assert first["encoded_size"] == data.table["test"]["i0"][1.0]["bytes"]
    assert first["psnr"] == 27
    assert first["encoding_duration"] == 0.1


def test_measures_that_a_file_lacks_are_not_exported():
    data = made([0.5])
    data.records[0]["psnr"] = None
    fields = codec_compare.batch(data, "anchor")["field_descriptions"]
    assert {"psnr": "PSNR (RGB), dB"} not in fields
    assert figure(data.records[0], "psnr") is None
