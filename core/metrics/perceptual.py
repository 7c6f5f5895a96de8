"""The registry's entries for measures that judge as the eye does, and for colour."""

import math

from core import ffmpeg
from core.metrics import ciede2000, hvs, ssimulacra2, vmaf
from core.metrics.entry import Form, Measure

_VMAF = "Netflix's libvmaf in ffmpeg, model {}; BT.709 limited range, 4:2:0"


def _negative(value: float) -> float:
    return -value


PERCEPTUAL = (
    Measure(
        name="ssimulacra2",
        label="SSIMULACRA 2",
        unit="",
        better="high",
        best=100.0,
        function=ssimulacra2.ssimulacra2,
        meaning="Perceptual score fitted to people's judgements of compressed pictures: "
        "90 cannot be told apart, 70 is high, 50 medium, 30 low quality; ruins are below 0.",
        source="Sneyers 2023, version 2.1; libjxl, tools/ssimulacra2.cc",
        form=Form("SSIMULACRA 2", "SSIMULACRA 2", unit="", decimals=1, target=(-20.0, 95.0, 70.0)),
        min_side=ssimulacra2.MIN_SIDE,
        why_side="as its authors fixed it",
        cost=0.25,
        error_map=ssimulacra2.error_map,
    ),
    Measure(
        name="vmaf",
        label="VMAF",
        unit="",
        better="high",
        best=vmaf.EQUAL,
        function=vmaf.vmaf,
        meaning="Video quality fitted to viewers' judgements, 0 to 100; sharpening raises it, and "
        "equal pictures have 97.4.",
        source=_VMAF.format("0.6.1"),
        form=Form("VMAF", "VMAF", unit="", decimals=1, target=(20.0, 99.0, 90.0)),
        min_side=vmaf.VMAF_MIN_SIDE,
        why_side="four scales",
        needs="program",
        cost=0.3,
        together=vmaf.together,
        unavailable=ffmpeg.missing,
    ),
    Measure(
        name="vmaf_neg",
        label="VMAF-NEG",
        unit="",
        better="high",
        best=vmaf.EQUAL,
        function=vmaf.vmaf_neg,
        meaning="VMAF that gives no reward for sharpening, 0 to 100: the fairer one for codecs.",
        source=_VMAF.format("0.6.1 NEG"),
        form=Form("VMAF-NEG", "VMAF-NEG", unit="", decimals=1, target=(20.0, 99.0, 90.0)),
        min_side=vmaf.VMAF_MIN_SIDE,
        why_side="four scales",
        needs="program",
        cost=0.3,
        together=vmaf.together,
        unavailable=ffmpeg.missing,
    ),
    Measure(
        name="xpsnr",
        label="XPSNR, dB",
        unit="dB",
        better="high",
        best=math.inf,
        function=vmaf.xpsnr,
        meaning="PSNR of luma in which errors count less where the picture is busy.",
        source="Helmrich et al., ICASSP 2020; ffmpeg's filter, BT.709 limited range",
        form=Form("XPSNR, dB", "XPSNR", target=(20.0, 55.0, 38.0)),
        needs="program",
        cost=0.2,
        together=vmaf.together,
        unavailable=ffmpeg.missing,
    ),
    Measure(
        name="psnr_hvs",
        label="PSNR-HVS, dB",
        unit="dB",
        better="high",
        best=math.inf,
        function=hvs.psnr_hvs,
        meaning="PSNR of luma that weighs the frequencies of 8 × 8 blocks as the eye does.",
        source="Egiazarian et al., VPQM 2006; the package psnr-hvsm",
        form=Form("PSNR-HVS, dB", "PSNR-HVS", target=(15.0, 60.0, 35.0)),
        min_side=hvs.MIN_SIDE,
        why_side="one block",
        cost=0.4,
        together=hvs.together,
        error_map=hvs.error_map,
    ),
    Measure(
        name="psnr_hvs_m",
        label="PSNR-HVS-M, dB",
        unit="dB",
        better="high",
        best=math.inf,
        function=hvs.psnr_hvs_m,
        meaning="PSNR-HVS that forgives what the contrast of a block hides.",
        source="Ponomarenko et al., VPQM 2007; the package psnr-hvsm",
        form=Form("PSNR-HVS-M, dB", "PSNR-HVS-M", target=(15.0, 65.0, 38.0)),
        min_side=hvs.MIN_SIDE,
        why_side="one block",
        cost=0.4,
        together=hvs.together,
        error_map=hvs.masked_error_map,
    ),
    Measure(
        name="ciede2000",
        label="CIEDE2000",
        unit="",
        better="low",
        best=0.0,
        function=ciede2000.ciede2000,
        meaning="Mean colour difference ΔE₀₀ of single pixels: 0 equal, about 1 just noticeable.",
        source="Sharma, Wu and Dalal 2005; scikit-image",
        form=Form(
            "−CIEDE2000",
            "−CIEDE2000",
            unit="",
            of=_negative,
            back=_negative,
            target=(-20.0, -0.2, -2.0),
        ),
        cost=0.6,
        error_map=ciede2000.error_map,
    ),
)
