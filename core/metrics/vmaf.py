"""VMAF, VMAF-NEG and XPSNR, computed by ffmpeg in one run for all that are asked for.

Both pictures are handed over as raw RGB and become Y'CbCr 4:2:0 in limited range with the matrix of
BT.709: the form of the videos that VMAF was trained on and that XPSNR was made for. ffmpeg takes
the decoded picture first and the original second.
"""

import json
import math
import re
from collections.abc import Sequence

import numpy as np

from core import ffmpeg
from core.errors import ProgramError

EQUAL = 97.43  # what equal pictures have: with no motion, the model goes no higher for them
VMAF_MIN_SIDE = 17  # its features look at four scales; libvmaf crashes below
_MODELS = {"vmaf": "vmaf_v0.6.1", "vmaf_neg": "vmaf_v0.6.1neg"}
_TO_VIDEO = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"


def vmaf(original: np.ndarray, decoded: np.ndarray) -> float:
    """VMAF 0.6.1 (Netflix), 0 to 100; at least VMAF_MIN_SIDE pixels on the short side.

    Equal pictures have EQUAL; a sharpened one may have more. Raises ProgramError.
    """
    return together(original, decoded, ("vmaf",))["vmaf"]


def vmaf_neg(original: np.ndarray, decoded: np.ndarray) -> float:
    """VMAF without a reward for enhancement (NEG), 0 to 100; sizes and errors as for `vmaf`."""
    return together(original, decoded, ("vmaf_neg",))["vmaf_neg"]


def xpsnr(original: np.ndarray, decoded: np.ndarray) -> float:
    """XPSNR of luma (Helmrich et al. 2020) in dB; inf for equal luma. Raises ProgramError.

    Errors weigh less where the original is busy. Pictures of less than about 2,000 pixels have the
    plain PSNR of luma: there are no blocks to weigh.
    """
    return together(original, decoded, ("xpsnr",))["xpsnr"]


def together(original: np.ndarray, decoded: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    """Those of "vmaf", "vmaf_neg", "xpsnr" that `names` asks for, in one run; or ProgramError."""
    models = {name: model for name, model in _MODELS.items() if name in names}
    filters, outputs = [], []
    if models:
        filters.append(_vmaf_filter(models))
        outputs.append("vmaf.json")
    if "xpsnr" in names:
        filters.append("xpsnr=f=xpsnr.txt")
        outputs.append("xpsnr.txt")
    written = ffmpeg.run(
        [
            *ffmpeg.raw_input("decoded.rgb", decoded),
            *ffmpeg.raw_input("original.rgb", original),
            *_graph(filters),
        ],
        {
            "decoded.rgb": np.ascontiguousarray(decoded).tobytes(),
            "original.rgb": np.ascontiguousarray(original).tobytes(),
        },
        outputs,
        pixels=original.shape[0] * original.shape[1],
    )
    found = _pooled(written["vmaf.json"], models) if models else {}
    if "xpsnr" in names:
        found["xpsnr"] = _luma(written["xpsnr.txt"])
    return {name: found[name] for name in names}


def _vmaf_filter(models: dict[str, str]) -> str:
    listed = "|".join(f"version={model}\\:name={name}" for name, model in models.items())
    return f"libvmaf=model='{listed}':log_fmt=json:log_path=vmaf.json:n_threads=1"


def _graph(filters: list[str]) -> list[str]:
    """The arguments that send both pictures through each filter."""
    count = len(filters)
    copies = [
        f"[{number}:v]{_TO_VIDEO},split={count}{''.join(f'[{side}{i}]' for i in range(count))}"
        for number, side in enumerate("dr")
    ]
    each = [f"[d{i}][r{i}]{text}[out{i}]" for i, text in enumerate(filters)]
    sinks = []
    for i in range(count):
        sinks += ["-map", f"[out{i}]", "-f", "null", "-"]
    return ["-filter_complex", ";".join(copies + each), *sinks]


def _pooled(log: bytes, models: dict[str, str]) -> dict[str, float]:
    try:
        pooled = json.loads(log)["pooled_metrics"]
        return {name: float(pooled[name]["mean"]) for name in models}
    except (ValueError, KeyError, TypeError) as error:
        raise ProgramError("ffmpeg's log of VMAF cannot be read.") from error


def _luma(log: bytes) -> float:
    value = re.search(rb"XPSNR y: +(inf|[\d.]+)", log)
    if value is None:
        raise ProgramError("ffmpeg's log of XPSNR cannot be read.")
    return math.inf if value[1] == b"inf" else float(value[1])
