"""Published curves in and ours out: the samples of two projects, and the form that CompressAI's
plot reads.
"""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DataError
from core.results import Results, published

TFC = (
    b"# JPEG on Kodak; columns: bits per pixel, PSNR_sRGB_RGB\n0.5, 30.0\n0.25, 27.5\n\n1.0 33.25\n"
)


def test_text_files_are_sorted_by_rate():
    found = published.read(TFC, "jpeg.txt")
    curve = found.curves["psnr"]
    assert (found.name, curve.rate, curve.quality) == (
        "JPEG",
        (0.25, 0.5, 1.0),
        (27.5, 30.0, 33.25),
    )


def test_the_papers_means_are_there_for_orientation():
    curves = published.paper()
    at = dict(zip(curves["psnr"].rate, curves["psnr"].quality, strict=True))
    assert (
        at[0.481060] == 31.729556
        and len(at) == 8
        and "tensorflow/compression" in curves["psnr"].source
    )
    assert curves["ms_ssim"].quality[3] == pytest.approx(-10 * math.log10(1 - 0.969139))


def test_ms_ssim_is_turned_into_decibels():
    curve = published.read(b"# X on Kodak; MS-SSIM_sRGB_RGB\n0.5, 0.99\n", "x.txt").curves[
        "ms_ssim"
    ]
    assert curve.quality == pytest.approx((20.0,))
    assert (
        "ms_ssim" in published.read(b"0.5, 0.9\n0.7 0.95", "bare.txt").curves
    )  # nothing says what it is: at most 1
    assert "psnr" in published.read(b"0.5, 30\n0.7 31", "bare.txt").curves


def test_every_published_file_is_read(reference):
    files = [*reference.glob("tfc-kodak/*/*.txt"), *reference.glob("compressai-kodak/*.json")]
    assert len(files) > 40
    for path in files:
        found = published.read(path.read_bytes(), path.name)
        for metric, curve in found.curves.items():
            assert (
                list(curve.rate) == sorted(curve.rate) and len(curve.rate) == len(curve.quality) > 0
            )
            assert 2 < min(curve.quality) < max(curve.quality) < 60, (path.name, metric)
        assert (
            found.source
            and found.name
            and bool(found.warnings()) == (set(found.curves) != {"psnr"})
        )


def test_compressai_jpeg_lies_near_the_same_jpeg_of_the_other_project(reference):
    """The same codec on the same pictures, measured by two projects: within 0.5 dB of each other at
    1 bpp.
    """
    ours = published.read(
        (reference / "compressai-kodak/jpeg.json").read_bytes(), "jpeg.json"
    ).curves["psnr"]
    path = reference / "tfc-kodak/PSNR_sRGB_RGB/jpeg420.txt"
    theirs = published.read(path.read_bytes(), path.name).curves["psnr"]
    at = [float(np.interp(1.0, c.rate, c.quality)) for c in (ours, theirs)]
    assert abs(at[0] - at[1]) < 0.5


@pytest.mark.parametrize(
    "data, word",
    [
        (b"", "no line"),
        (b"# only\n", "no line"),
        (b"1, 2, 3\n", "line 1"),
        (b"0.1 x", "line 1"),
        (b"0, 30\n", "rate above 0"),
        (b"\xff\xfe\x00", "not a text"),
        (b"{}", "results"),
        (b'{"results": {"bpp": [1]}}', "none of the measures"),
        (b'{"results": {"bpp": [1], "psnr": [1, 2]}}', "equal length"),
        (b'{"results": {"bpp": ["1"], "psnr": [1]}}', "not a rate"),
        (b'{"results": {"bpp": [NaN], "psnr": [1]}}', "not a rate"),
        (b'{"results": []}', "results"),
        (b"{" * 100_000, "results"),
    ],
)
def test_what_is_no_curve_is_refused(data, word):
    with pytest.raises(DataError, match=word):
        published.read(data, "file")


@given(st.binary(max_size=2000) | st.text(max_size=500).map(str.encode))
def test_any_bytes_end_in_curves_or_one_error(data):
    try:
        published.read(data, "file")
    except DataError as error:
        assert str(error)


def _ours() -> Results:
    records = []
    for image, scale in (("a", 1.0), ("b", 1.2)):
        for setting in (10.0, 50.0, 90.0):
            mse, bpp = 400 / setting * scale, setting / 40 * scale
            records.append(
                {
                    "image": image,
                    "codec": "jpeg",
                    "setting": setting,
                    "width": 8,
                    "height": 8,
                    "bytes": 9,
                    "bpp": bpp,
                    "mse": mse,
                    "psnr": 10 * math.log10(255**2 / mse),
                    "ms_ssim": 1 - mse / 1000,
                    "ssim": 1 - mse / 900,
                    "encode_s": 0.1,
                    "decode_s": 0.2,
                }
            )
    return Results(
        {"codecs": {"jpeg": {"title": "JPEG", "options": {"subsampling": "4:2:0"}}}}, records
    )


def test_our_export_is_read_by_our_import():
    ours = _ours()
    found = published.read(json.dumps(published.to_compressai(ours, "jpeg")).encode(), "ours.json")
    from core.results.curves import mean_curve

    for metric in ("psnr", "ms_ssim"):
        expected = mean_curve(ours, "jpeg", metric)
        assert found.curves[metric].rate == pytest.approx(expected.rate)
        assert found.curves[metric].quality == pytest.approx(expected.quality)


def test_our_export_has_the_form_of_compressai_s_own_files(reference):
    """What `compressai.utils.plot` asks of a file: `results` with `bpp` and the metric, lists of
    numbers of one length.
    """
    ours = json.loads(json.dumps(published.to_compressai(_ours(), "jpeg"), allow_nan=False))
    for path in reference.glob("compressai-kodak/*.json"):
        theirs = json.loads(path.read_text())
        assert {k: type(v) for k, v in theirs.items()} == {k: type(v) for k, v in ours.items()}
        assert set(ours["results"]) <= set(theirs["results"]) | {"encoding_time", "decoding_time"}
    lengths = {len(values) for values in ours["results"].values()}
    assert lengths == {3} and all(
        isinstance(v, float) for values in ours["results"].values() for v in values
    )
    assert ours["results"]["bpp"] == sorted(ours["results"]["bpp"])
    assert all(
        0 < v < 1 for v in ours["results"]["ms-ssim-rgb"]
    )  # similarities: the plot turns them into dB itself
