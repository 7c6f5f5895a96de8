"""Our rivals at their best: JPEG and JPEG 2000 on Kodak against published curves; and published
BD-rates, recomputed.
"""

import numpy as np
import pytest

from core import images
from core.codecs import registry
from core.metrics import psnr_of
from core.rd.bdrate import bd_rate
from core.results import published
from core.results.analysis import at_rates
from core.results.curves import Curve

ALLOWED_DB = 0.1
SETTINGS = {
    "jpeg": (14, 25, 50, 75, 88),
    "jpeg2000": (0.38, 0.6, 1.0, 1.5, 2.2),
}  # from below 0.4 to above 2 bpp
REFERENCE = {"jpeg": "jpeg420.txt", "jpeg2000": "j2k-opj5.txt"}


def _published(reference, name: str, metric: str = "PSNR_sRGB_RGB") -> Curve:
    path = reference / "tfc-kodak" / metric / name
    return next(iter(published.read(path.read_bytes(), path.name).curves.values()))


@pytest.mark.slow
@pytest.mark.parametrize("codec", SETTINGS)
def test_the_mean_kodak_curve_is_not_below_the_published_one(codec, kodak, reference):
    rates, values = [], []
    pictures = [images.load(path).image for path in kodak]
    for setting in SETTINGS[codec]:
        bpp, psnr = [], []
        for image in pictures:
            data = registry.get(codec).encode(image, setting).data
            error = registry.get(codec).decode(data).astype(np.int32) - image
            bpp.append(8 * len(data) / image[..., 0].size)
            psnr.append(psnr_of(float(np.mean(error * error))))
        rates.append(np.mean(bpp))
        values.append(np.mean(psnr))
    assert min(rates) <= 0.4 and max(rates) >= 2, (
        "the settings do not span the range that is to be compared"
    )
    grid = np.geomspace(0.4, 2, 50)
    margin = at_rates(Curve(codec, tuple(rates), tuple(values)), grid) - at_rates(
        _published(reference, REFERENCE[codec]), grid
    )
    assert np.isfinite(margin).all()
    print(
        f"{codec}: {margin.min():+.2f} to {margin.max():+.2f} dB "
        "against the published curve, 0.4 to 2 bpp"
    )
    assert margin.min() > -ALLOWED_DB


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
