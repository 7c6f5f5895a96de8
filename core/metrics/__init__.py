"""Measures of distortion between an original and a decoded picture, both uint8 (H, W, 3), sRGB.

registry     MEASURES, the one table that pages, command line, sweeps and exports read; `measure`
entry        what a line of the table says: `Measure`; `Form`: for curves, targets and BD-rates
pixels       MSE, MAE, PSNR in three forms
structure    SSIM, MS-SSIM
ssimulacra2  vmaf  hvs  ciede2000    perceptual measures

    original, decoded, names  ──►  measure  ──►  {"psnr": 34.1, "ms_ssim": 0.981, …}
                                                   └─ form_of: 34.1 dB, 17.2 dB

To add a measure, write a module here with its function `(original, decoded) -> float` and add one
`Measure` to the table in `registry`. It then stands on every page, in `measure`, `sweep --measures`
and `bdrate --metric`. Measures that one run of a program gives together share a function
`together(original, decoded, names) -> {name: figure}`; a program or library that may be missing is
reported by `unavailable`, as a sentence. tests/core/metrics/test_registry.py checks every entry.
"""

from core.metrics.entry import Form, Measure
from core.metrics.pixels import mse, psnr, psnr_of
from core.metrics.registry import (
    FORMS,
    MEASURES,
    NAMES,
    QUICK,
    USUAL,
    Values,
    absent,
    as_json,
    form_of,
    measure,
    named,
    names_of,
    present,
    too_small,
)
from core.metrics.structure import from_db, ms_ssim, ssim, to_db

__all__ = [
    "FORMS",
    "MEASURES",
    "NAMES",
    "QUICK",
    "USUAL",
    "Form",
    "Measure",
    "Values",
    "absent",
    "as_json",
    "form_of",
    "from_db",
    "measure",
    "ms_ssim",
    "mse",
    "named",
    "names_of",
    "present",
    "psnr",
    "psnr_of",
    "ssim",
    "to_db",
    "too_small",
]
