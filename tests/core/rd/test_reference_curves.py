"""Our rivals at their best: JPEG and JPEG 2000 on Kodak against published curves; and published
BD-rates, recomputed.
"""

import numpy as np
import pytest

from core import images, results
from core.codecs import registry
from core.metrics import psnr
from core.rd.bdrate import bd_rate
from core.results import published
from core.results.analysis import at_rates
from core.results.curves import Curve, mean_curve
from core.sweep.runs import SHIPPED

ALLOWED_DB = 0.1
REFERENCE = {"jpeg": "jpeg420.txt", "jpeg2000": "j2k-opj5.txt"}


def _published(reference, name: str, metric: str = "PSNR_sRGB_RGB") -> Curve:
    path = reference / "tfc-kodak" / metric / name
    return next(iter(published.read(path.read_bytes(), path.name).curves.values()))


@pytest.fixture(scope="module")
def swept():
    """The shipped sweep of all Kodak pictures."""
    return results.read(SHIPPED)


@pytest.mark.parametrize("codec", REFERENCE)
def test_the_mean_kodak_curve_is_not_below_the_published_one(codec, swept, reference):
    ours = mean_curve(swept, codec)
    assert ours.images == 24
    grid = np.geomspace(0.4, 2, 50)
    margin = at_rates(ours, grid) - at_rates(_published(reference, REFERENCE[codec]), grid)
    assert np.isfinite(margin).all()
    print(
        f"{codec}: {margin.min():+.2f} to {margin.max():+.2f} dB "
        "against the published curve, 0.4 to 2 bpp"
    )
    assert margin.min() > -ALLOWED_DB


@pytest.mark.parametrize("codec", REFERENCE)
def test_the_shipped_sweep_is_of_the_files_that_the_codec_writes(codec, swept, kodak):
    """Encoded anew, every sixth picture at every other setting."""
    settings = swept.table[codec][kodak[0].name]
    for path in kodak[::6]:
        image = images.load(path).image
        for setting in list(settings)[1::2]:
            record = swept.table[codec][path.name][setting]
            data = registry.get(codec).encode(image, setting).data
            assert len(data) == record["bytes"]
            assert psnr(image, registry.get(codec).decode(data)) == pytest.approx(record["psnr"])


@pytest.mark.parametrize(
    "name, percent",
    [
        ("balle-2017-iclr-opt-mse", -42.7),
        ("balle-2018-iclr-opt-mse", -52.6),
        ("webp", -34.0),
        ("j2k-opj5", -38.5),
    ],
)
def test_bd_rates_of_published_curves_are_the_published_ones(name, percent, reference):
    result = bd_rate(
        _published(reference, "jpeg420.txt").points, _published(reference, f"{name}.txt").points
    )
    assert result.percent == pytest.approx(percent, abs=1)
    assert result.gain > 0 and 0.5 < result.covered <= 1
