"""SSIMULACRA 2.1 (Sneyers 2023): a perceptual score for compressed pictures, and where it is lost.

original, decoded (uint8 sRGB) ─► linear RGB ─► six scales, each half the one before
    each scale ─► XYB in 0…1 ─► blurred means and variances ─► three error maps per channel
                                  structure   1 − SSIM without its luminance denominator
                                  artefact    edges in the decoded picture that the original has not
                                  loss        edges of the original that the decoded picture lacks
    each map ─► its 1-norm and its 4-norm ─► weighted sum of all 108 ─► score

Weights and constants are those of the published metric (libjxl, tools/ssimulacra2.cc,
BSD-3-Clause); so is the blur (`gaussian_blur`).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from core.errors import ImageError
from core.metrics.gaussian_blur import blurred

MIN_SIDE = 8
SCALES = 6
_VARIANCE_FLOOR = np.float32(0.0009)  # C₂ of SSIM

# Opsin absorbance: the response of the eye's cones to linear sRGB, then a cube root.
_CONES = np.array(
    [
        [0.30, 0.622, 0.078],
        [0.23, 0.692, 0.078],
        [0.24342268924547819, 0.20476744424496821, 0.55180986650955360],
    ],
    np.float32,
)
_CONE_BIAS = np.float32(0.0037930732552754493)

# Weight of each norm: [channel X, Y, B][scale][1-norm, 4-norm][structure, artefact, loss].
# fmt: off
_WEIGHTS = np.array([
    0.0, 0.0007376606707406586, 0.0, 0.0, 0.0007793481682867309, 0.0,
    0.0, 0.0004371155730107379, 0.0, 1.1041726426657346, 0.00066284834129271,
    0.00015231632783718752,
    0.0, 0.0016406437456599754, 0.0, 1.8422455520539298, 11.441172603757666, 0.0,
    0.0007989109436015163, 0.000176816438078653, 0.0, 1.8787594979546387, 10.94906990605142, 0.0,
    0.0007289346991508072, 0.9677937080626833, 0.0, 0.00014003424285435884, 0.9981766977854967,
    0.00031949755934435053,
    0.0004550992113792063, 0.0, 0.0, 0.0013648766163243398, 0.0, 0.0,

    0.0, 0.0, 0.0, 7.466890328078848, 0.0, 17.445833984131262,
    0.0006235601634041466, 0.0, 0.0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264,
    225.20515300849274, 0.0, 0.0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985,
    176.39317598450694, 0.0, 0.0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408,
    0.0, 0.0, 0.0, 34.77906344483772, 44.835625328877896, 0.0,
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0,

    0.0, 0.0008680556573291698, 0.0, 0.0, 0.0, 0.0,
    0.0, 0.0005313191874358747, 0.0, 0.00016533814161379112, 0.0, 0.0,
    0.0, 0.0, 0.0, 0.0004179171803251336, 0.0017290828234722833, 0.0,
    0.0020827005846636437, 0.0, 0.0, 8.826982764996862, 23.19243343998926, 0.0,
    95.1080498811086, 0.9863978034400682, 0.9834382792465353, 0.0012286405048278493,
    171.2667255897307, 0.9807858872435379,
    0.0, 0.0, 0.0, 0.0005130064588990679, 0.0, 0.00010854057858411537,
])
# fmt: on


class _Maps(NamedTuple):
    """Error maps of one scale, float32 (3 channels, h, w) each, not negative."""

    structure: np.ndarray
    artefact: np.ndarray
    loss: np.ndarray


def ssimulacra2(original: np.ndarray, decoded: np.ndarray) -> float:
    """SSIMULACRA 2.1 of `decoded`, at most 100.

    100: identical; 90: cannot be told apart; 70: high quality; 50: medium; 30: low. There is no
    lower bound: ruins score below 0. Both pictures are uint8 (H, W, 3), sRGB, and it matters which
    is the original. Raises ImageError on different shapes and below MIN_SIDE pixels a side.
    """
    _check(original, decoded)
    norms = np.stack([_norms(maps) for maps in _scales(original, decoded)], axis=1)
    return _score(float(norms.ravel() @ _weights(norms.shape[1]).ravel()))


def error_map(original: np.ndarray, decoded: np.ndarray) -> np.ndarray:
    """Where the score is lost: float32 (H, W), 0 where nothing is wrong; errors as `ssimulacra2`.

    Each pixel holds its share of the weighted sum of norms from which the score follows: the mean
    over the picture is that sum (exactly so where all scales divide the picture evenly).
    """
    _check(original, decoded)
    height, width = original.shape[:2]
    total = np.zeros((height, width), np.float32)
    scales = list(_scales(original, decoded))
    weights = _weights(len(scales))
    for level, maps in enumerate(scales):
        share = np.zeros(maps.structure.shape[1:], np.float32)
        for channel in range(3):
            for kind, error in enumerate(maps):
                mean, peak = weights[channel, level, :, kind]
                share += _share(error[channel], mean, peak)
        size = 2**level
        wide = share.repeat(size, axis=0).repeat(size, axis=1)
        total += wide[:height, :width]
    return total


def _share(error: np.ndarray, mean: float, peak: float) -> np.ndarray:
    """What each pixel adds to mean · ‖error‖₁ + peak · ‖error‖₄; its average is that sum."""
    norm = _fourth(error)
    share = mean * error
    if norm > 0:
        share = share + peak * norm * (error / norm) ** 4
    return share.astype(np.float32)


def _check(original: np.ndarray, decoded: np.ndarray) -> None:
    if original.shape != decoded.shape:
        raise ImageError(
            f"SSIMULACRA 2 compares pictures of one size, not {original.shape} and {decoded.shape}."
        )
    if min(original.shape[:2]) < MIN_SIDE:
        raise ImageError(f"SSIMULACRA 2 needs {MIN_SIDE} pixels on the short side.")


def _weights(scales: int) -> np.ndarray:
    """The weights (3, scales, 2, 3); fewer scales take the first of the whole list."""
    return _WEIGHTS[: 18 * scales].reshape(3, scales, 2, 3)


def _score(error: float) -> float:
    """The weighted sum of norms, at least 0, on the scale of the published score."""
    scaled = 0.9562382616834844 * error
    cubic = (
        2.326765642916932 * scaled
        - 0.020884521182843837 * scaled**2
        + 6.248496625763138e-05 * scaled**3
    )
    return 100.0 - 10.0 * max(cubic, 0.0) ** 0.6276336467831387


def _scales(original: np.ndarray, decoded: np.ndarray) -> Iterator[_Maps]:
    """The error maps of each scale, the full picture first; the last may have sides of 4 to 7."""
    first, second = _linear(original), _linear(decoded)
    for scale in range(SCALES):
        # Asked before halving, as published: one scale more than one would think.
        if min(first.shape[1:]) < MIN_SIDE:
            return
        if scale:
            first, second = _halved(first), _halved(second)
        yield _maps(_xyb(first), _xyb(second))


def _linear(image: np.ndarray) -> np.ndarray:
    """sRGB uint8 (H, W, 3) -> linear light, float32 (3, H, W), 0 to 1."""
    value = np.arange(256) / 255
    curve = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return curve.astype(np.float32)[np.ascontiguousarray(image.transpose(2, 0, 1))]


def _halved(planes: np.ndarray) -> np.ndarray:
    """Means of 2 × 2 pixels; an odd last row or column counts twice."""
    _, height, width = planes.shape
    even = np.pad(planes, ((0, 0), (0, height % 2), (0, width % 2)), mode="edge")
    rows = even[:, ::2] + even[:, 1::2]
    return (rows[:, :, ::2] + rows[:, :, 1::2]) * np.float32(0.25)


def _xyb(linear: np.ndarray) -> np.ndarray:
    """Linear RGB -> X, Y and B − Y, each moved to the range 0 to 1; float32 (3, h, w)."""
    cones = np.tensordot(_CONES, linear, axes=1) + _CONE_BIAS
    long, medium, short = np.cbrt(cones) - np.cbrt(_CONE_BIAS)
    luminance = (long + medium) * np.float32(0.5)
    opponent = (long - medium) * np.float32(0.5)
    return np.stack(
        [
            opponent * np.float32(14) + np.float32(0.42),
            luminance + np.float32(0.01),
            short - luminance + np.float32(0.55),
        ]
    )


def _maps(first: np.ndarray, second: np.ndarray) -> _Maps:
    """The three error maps of one scale from XYB, float32 (3, h, w) each."""
    difference = first - second
    mean1, mean_difference = blurred(first), blurred(difference)
    mean2 = mean1 - mean_difference
    # Both variances together are 2 · covariance + the variance of the difference: where the
    # pictures are equal, the two sides of the ratio are equal to the last bit.
    shared = 2 * (blurred(first * second) - mean1 * mean2) + _VARIANCE_FLOOR
    spread = shared + blurred(difference**2) - mean_difference**2
    likeness = (1 - mean_difference**2) * shared / spread
    edges = (1 + np.abs(second - mean2)) / (1 + np.abs(first - mean1)) - 1
    return _Maps(
        structure=np.maximum(1 - likeness, 0),
        artefact=np.maximum(edges, 0),
        loss=np.maximum(-edges, 0),
    )


def _norms(maps: _Maps) -> np.ndarray:
    """1-norm and 4-norm of each map: float64 (3 channels, 2 norms, 3 maps)."""
    norms = [
        [[error[channel].mean() for error in maps], [_fourth(error[channel]) for error in maps]]
        for channel in range(3)
    ]
    return np.array(norms, np.float64)


def _fourth(error: np.ndarray) -> float:
    """(mean of error⁴)^¼."""
    square = (error * error).ravel()
    return float(np.dot(square, square) / square.size) ** 0.25
