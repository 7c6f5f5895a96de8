"""The one table of measures. Pages, the command line, sweeps and exports read it; nothing else
lists measures.
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from core.errors import ImageError, SettingError
from core.metrics import pixels, structure
from core.metrics.entry import Form, Measure
from core.metrics.perceptual import PERCEPTUAL

_WANG_2004 = (
    "Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13 (4), 2004; details as in `tf.image.ssim`"
)
_WANG_2003 = "Wang, Simoncelli and Bovik, Asilomar 2003; details as in `tf.image.ssim_multiscale`"
_JFIF = "JFIF 1.02 (BT.601, full range)"

_ALL = (
    Measure(
        name="psnr",
        label="PSNR (RGB), dB",
        unit="dB",
        better="high",
        best=math.inf,
        function=pixels.psnr,
        meaning="Peak signal-to-noise ratio over R, G and B together.",
        source="10 · log₁₀(255² / MSE)",
        cites=("huynhthu2008psnr",),
        form=Form("PSNR (RGB), dB", "PSNR"),
        together=pixels.together,
        error_map=pixels.error_map,
    ),
    Measure(
        name="psnr_y",
        label="PSNR-Y, dB",
        unit="dB",
        better="high",
        best=math.inf,
        function=pixels.psnr_y,
        meaning="Peak signal-to-noise ratio of luma alone.",
        source=_JFIF,
        cites=(
            "huynhthu2008psnr",
            "hamilton1992jfif",
        ),
        form=Form("PSNR-Y, dB", "PSNR-Y", target=(20.0, 50.0, 36.0)),
        together=pixels.together,
    ),
    Measure(
        name="psnr_611",
        label="PSNR 6:1:1 YCbCr, dB",
        unit="dB",
        better="high",
        best=math.inf,
        function=pixels.psnr_611,
        meaning="(6·Y + Cb + Cr) / 8, each a PSNR of BT.601 YCbCr.",
        source=_JFIF,
        cites=(
            "huynhthu2008psnr",
            "hamilton1992jfif",
        ),
        form=Form("PSNR 6:1:1 YCbCr, dB", "PSNR 6:1:1", target=(20.0, 50.0, 36.0)),
        together=pixels.together,
    ),
    Measure(
        name="ms_ssim",
        label="MS-SSIM",
        unit="",
        better="high",
        best=1.0,
        function=structure.ms_ssim,
        meaning="Structural similarity at five scales, averaged over R, G and B.",
        source=_WANG_2003,
        cites=("wang2003msssim",),
        form=Form(
            "MS-SSIM, dB",
            "MS-SSIM",
            of=structure.to_db,
            back=structure.from_db,
            target=(5.0, 30.0, 15.0),
        ),
        min_side=structure.MS_SSIM_MIN_SIDE,
        why_side="five scales",
        cost=0.17,
        decimals=4,
    ),
    Measure(
        name="ssim",
        label="SSIM",
        unit="",
        better="high",
        best=1.0,
        function=structure.ssim,
        meaning="Structural similarity in windows of 11 × 11 pixels, averaged over R, G and B.",
        source=_WANG_2004,
        cites=("wang2004ssim",),
        form=Form(
            "SSIM, dB",
            "SSIM",
            of=structure.to_db,
            back=structure.from_db,
            target=(3.0, 25.0, 12.0),
        ),
        min_side=structure.SSIM_MIN_SIDE,
        why_side="one window",
        cost=0.13,
        decimals=4,
        error_map=structure.ssim_map,
    ),
    Measure(
        name="mse",
        label="MSE (0–255)²",
        unit="",
        better="low",
        best=0.0,
        function=pixels.mse,
        meaning="Mean squared error over R, G and B together, on the scale 0–255.",
        source="mean of (x − x̂)²",
        together=pixels.together,
    ),
    Measure(
        name="mae",
        label="MAE (0–255)",
        unit="",
        better="low",
        best=0.0,
        function=pixels.mae,
        meaning="Mean absolute error over R, G and B together, on the scale 0–255.",
        source="mean of |x − x̂|",
        together=pixels.together,
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in (*_ALL, *PERCEPTUAL)}
NAMES: tuple[str, ...] = tuple(MEASURES)
# What a sweep of the page computes unless told otherwise: what readers of papers look for.
USUAL: tuple[str, ...] = ("psnr", "ms_ssim", "ssimulacra2")
# Cheap enough to be computed with every file, at once, by any process.
QUICK: tuple[str, ...] = tuple(n for n, m in MEASURES.items() if not m.needs and m.cost <= 0.05)
# Forms in which curves are compared.
FORMS: dict[str, Form] = {n: m.form for n, m in MEASURES.items() if m.form is not None}

Values = dict[str, float]  # name of a measure -> its figure; a name that is absent was not measured


def named(name: str) -> Measure:
    """The measure of this name, however it is spelt: "ms-ssim" and "MS_SSIM" are one. Raises
    SettingError.
    """
    # Older links and results name the decibel form apart ("ms_ssim_db"): it belongs to its measure.
    plain = name.strip().lower().replace("-", "_").removesuffix("_db")
    if plain not in MEASURES:
        raise SettingError(f"There is no measure {name!r}; choose one of {', '.join(MEASURES)}.")
    return MEASURES[plain]


def names_of(text: str) -> tuple[str, ...]:
    """The measures named in `text`, separated by commas, each once. Raises SettingError for an
    unknown one, or none.
    """
    found = dict.fromkeys(named(word).name for word in text.split(",") if word.strip())
    if not found:
        raise SettingError(f"Name at least one measure of {', '.join(MEASURES)}.")
    return tuple(found)


def absent(height: int, width: int, names: Iterable[str] = NAMES) -> dict[str, str]:
    """Which of `names` cannot be had for a picture of this size on this machine, and why: name ->
    sentence.
    """
    reasons = {name: MEASURES[name].absent(height, width) for name in names}
    return {name: reason for name, reason in reasons.items() if reason}


def too_small(height: int, width: int) -> tuple[str, ...]:
    """The measures for which a picture of this size is too small."""
    return tuple(name for name, m in MEASURES.items() if min(height, width) < m.min_side)


def present(height: int, width: int, names: Iterable[str] = NAMES) -> tuple[str, ...]:
    """Those of `names` that can be had for a picture of this size on this machine."""
    names = tuple(names)
    missing = absent(height, width, names)
    return tuple(name for name in names if name not in missing)


def measure(
    original: np.ndarray, decoded: np.ndarray, names: Iterable[str] | None = None
) -> Values:
    """The figures of `names` (None: of all measures) for two pictures uint8 (H, W, 3) of the same
    size.

    Only what is asked for is computed. A measure that cannot be had for this picture, or on this
    machine, is left out; `absent` says why. Raises ImageError on different shapes.
    """
    if original.shape != decoded.shape:
        raise ImageError(
            f"The pictures differ in size: {_size(original)} and {_size(decoded)} pixels. "
            "Only equal sizes can be compared."
        )
    height, width = original.shape[:2]
    wanted = present(height, width, NAMES if names is None else names)
    found: Values = {}
    for name in wanted:
        if name in found:
            continue  # an earlier one's group has computed it
        group = MEASURES[name].together
        if group is None:
            found[name] = MEASURES[name].function(original, decoded)
        else:
            members = [other for other in wanted if MEASURES[other].together is group]
            found |= group(original, decoded, members)
    return {name: found[name] for name in wanted}


def form_of(name: str, value: float | None) -> float | None:
    """A figure of the measure `name` in the form that curves use; None stays None."""
    form = MEASURES[name].form
    return value if value is None or form is None else form.of(value)


def as_json(values: Mapping[str, float]) -> dict[str, float | None]:
    """The figures as JSON can hold them: infinities as None, and a form in decibels beside each
    plain figure that has one.
    """
    told: dict[str, float | None] = {}
    for name, value in values.items():
        told[name] = _finite(value)
        form = MEASURES[name].form
        if form is not None and form.changed and form.unit == "dB":
            told[f"{name}_db"] = _finite(form.of(value))
    return told


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _size(image: np.ndarray) -> str:
    return f"{image.shape[1]} × {image.shape[0]}"
