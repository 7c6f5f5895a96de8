"""Codec `svd`: a low-rank approximation whose factors are quantised and entropy-coded.

    RGB ─ own colour axes ─ SVD of each plane ─ drop components ─ quantise U Σ
        ─ fit V Σ to it and quantise ─ context coding ─→ .rdx

Reverse water-filling sets the quantiser: noise in an entry of σ·u costs the same whichever
component it is in (the vectors have length one), so all scaled vectors share one step, and a
component whose energy does not rise above the noise that it would bring is dropped. `quality` moves
step and rank together along the best curve; a chosen rank can be given as well.

Singular vectors of photographs are smooth in the leading components, so each is cut into runs of 64
and transformed by a DCT. Once U is quantised, V is the least-squares fit to what U became, which
undoes part of U's error. Decoding is arithmetic on whole numbers below 2⁵³ throughout, hence the
same on every machine.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import dct

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.lowrank.colour import AXIS, own_axes, to_rgb
from core.coding.coefficients import SHIFTS, code_plane, optimise, quantise, rebuild
from core.coding.container import Container, pack, unpack
from core.coding.range_coder import Decoder, Encoder, RangeCoder
from core.linear import lowrank
from core.linear.patches import MATRIX, rounded

RUN = 64  # entries of a singular vector that are transformed together
TRUNCATED = 200  # components of pictures above lowrank.MAX_PIXELS, whose full SVD takes too long
MAX_RANK = 4096  # that a file may hold
_PIXEL = 16  # a grey level in fixed point
_UNIT = 1 << 15  # one, in the entries of a vector of length one
_LIMIT = float(1 << 21)  # no entry of a vector is beyond this many 1/16 levels
_QUARTERS = np.array([16384.0, 19484.0, 23170.0, 27554.0])  # 2¹⁴ times 2 to the 0, ¼, ½, ¾
_WORTH = 0.4  # a component stays if σ² ≥ this many squared steps for each entry of its vectors


@dataclass(frozen=True)
class Analysis:
    """A picture ready for coding at any rank and step.

    `colour` (3, 3) holds the colour axes in rows, in whole numbers; `planes` (3, height, width) the
    picture along them, float32; `factors` the singular value decompositions of the planes.
    """

    height: int
    width: int
    colour: np.ndarray
    planes: np.ndarray
    factors: lowrank.Factors


@dataclass(frozen=True)
class _Header:
    """What a payload says before the vectors.

    `step` in 1/16 level; `colour` (3, 3) as in `Analysis`; `ranks` (3,) of the planes; `shifts`
    (3, 2, 2): for U and V of each plane, see `rebuild`.
    """

    step: int
    colour: np.ndarray
    ranks: list[int]
    shifts: np.ndarray


@dataclass(frozen=True)
class _Vectors:
    """One plane as sent: exponents of the singular values (rank,), and q of U and of V.

    Each q is (used ≤ 64, rank, runs) whole numbers.
    """

    exponents: np.ndarray
    qu: np.ndarray
    qv: np.ndarray


def analyse(image: np.ndarray) -> Analysis:
    """The decompositions that all files of `image`, uint8 (H, W, 3), start from.

    Above 4 Mpx they hold the first 200 components only.
    """
    height, width = image.shape[:2]
    pixels = np.moveaxis(image, -1, 0).astype(np.float32) - 128
    colours = pixels.reshape(3, -1)
    colour = own_axes(colours - colours.mean(axis=1, keepdims=True))
    to_axes = np.linalg.inv(colour.T / AXIS)
    planes = np.tensordot(to_axes, pixels, 1).astype(np.float32)

    if height * width > lowrank.MAX_PIXELS and min(height, width) > TRUNCATED:
        factors = lowrank.decompose_truncated(planes, TRUNCATED)
    else:
        factors = lowrank.decompose(planes)
    return Analysis(height, width, colour, planes, factors)


def step_of(quality: float) -> float:
    """The quantiser step, in grey levels, of a `quality`: 512 at 0, halved every 12.5, 2 at 100."""
    return 2.0 ** (1 + (100 - quality) * 0.08)


class Svd(Codec):
    """See the module's docstring.

    `write` takes a rank beside the quality, from an `Analysis`; `Prepared` is fast to search.
    """

    info = CodecInfo(
        name="svd",
        title="SVD",
        family="svd",
        suffix=".rdx",
        mime="application/octet-stream",
        about=(
            "The SVD tutorial's low-rank approximation, with water-filled, entropy-coded factors: "
            "its true size."
        ),
        tuned_for="psnr",
        cites=(
            "eckart1936approximation",
            "tensorflow-matrix",
        ),
        options={
            "format": "1",
            "colour": "own axes (KLT), 4:4:4",
            "vectors": "DCT in runs of 64",
            "quantiser": "uniform, R + λD",
        },
    )
    setting = Setting("quality", 0, 100, 50, grid=(4, 12, 20, 28, 36, 44, 52, 60, 68, 76), step=0)

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        return write(analyse(image), value)

    def decode(self, data: bytes) -> np.ndarray:
        """See `Codec.decode`."""
        file = unpack(data, self.name)
        coder = Decoder(file.payload)
        header = _code_header(coder, _most(file.height, file.width))
        planes = []
        for rank, shifts in zip(header.ranks, header.shifts, strict=True):
            planes.append(_plane(coder, file.height, file.width, header.step, rank, shifts))
        return to_rgb(np.stack(planes), header.colour, _PIXEL)


class Prepared(Svd):
    """The codec for one picture, already analysed: a search over settings costs no more SVDs."""

    def __init__(self, analysis: Analysis):
        self._analysis = analysis

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        if image.shape[:2] != (self._analysis.height, self._analysis.width):
            raise ValueError("this codec was prepared for a picture of another size")
        return write(self._analysis, value)


def write(analysis: Analysis, quality: float, rank: int | None = None) -> Encoded:
    """The file of a picture at the step of `quality`.

    It holds at most `rank` components a plane; by default all that are worth their bytes.
    """
    height, width = analysis.height, analysis.width
    step = max(1, round(step_of(quality) * _PIXEL))
    least = np.sqrt(_WORTH * (height + width)) * step / _PIXEL
    worth = (analysis.factors.s > least).sum(axis=1)
    most = MAX_RANK if rank is None else rank
    ranks = [int(r) for r in np.minimum(worth, most)]

    shifts = np.zeros((3, 2, 2), np.int64)
    planes = []
    for p in range(3):
        vectors, shifts[p] = _quantise_plane(analysis, p, step, ranks[p])
        planes.append(vectors)

    coder = Encoder()
    _code_header(coder, _most(height, width), _Header(step, analysis.colour, ranks, shifts))
    for vectors in planes:
        _code_vectors(coder, height, width, step, len(vectors.exponents), vectors)
    payload = coder.data()
    return Encoded(
        pack(Container("svd", quality, width, height, payload)),
        payload_bytes=len(payload),
        elements=sum(lowrank.elements(height, width, r) for r in ranks),
    )


def quality_for_rank(analysis: Analysis, rank: int) -> float:
    """The quality that is the best partner of a rank.

    Its step makes component `rank` of the first plane just worth its bytes.
    """
    sigma = analysis.factors.s[0, : max(1, rank)][-1]
    entries = analysis.height + analysis.width
    step = float(sigma) / np.sqrt(_WORTH * entries)
    step = max(step * 0.999, 1e-6)  # a little finer, so that the component is kept
    quality = 100 - (np.log2(step) - 1) / 0.08
    upwards = np.ceil(quality * 10) / 10
    return float(np.clip(upwards, Svd.setting.low, Svd.setting.high))


def rank_of(data: bytes) -> int:
    """The number of components that a file holds of its richest plane."""
    file = unpack(data, "svd")
    header = _code_header(Decoder(file.payload), _most(file.height, file.width))
    return max(header.ranks)


def _most(height: int, width: int) -> int:
    """The largest rank that a file of such a picture can hold."""
    return min(height, width, MAX_RANK)


def _quantise_plane(
    analysis: Analysis, p: int, step: int, rank: int
) -> tuple[_Vectors, np.ndarray]:
    """The first `rank` components of plane `p`, and the shifts (2, 2) of U and V."""
    height, width = analysis.height, analysis.width
    u = analysis.factors.u[p, :, :rank]
    s = analysis.factors.s[p, :rank]
    quarter_octaves = np.round(4 * np.log2(np.maximum(s, 1e-3)))
    exponents = np.clip(quarter_octaves, 0, 127).astype(np.int64)
    sigma = _sigma(exponents)

    trial = Encoder()  # its models learn what magnitudes cost; its bytes are thrown away
    expected = _expected(exponents, height, step)
    qu, shift_u = _quantise_vectors(trial, (u * s).T, step, expected)

    # V by least squares: minimise ‖plane − Ûᵀ V‖² given the quantised Û, slightly regularised.
    u_hat = _vectors(qu, shift_u, step, height) / _PIXEL
    gram = u_hat @ u_hat.T
    regularised = gram + 1e-7 * (1 + np.trace(gram)) * np.eye(rank)
    fitted = np.linalg.solve(regularised, u_hat @ analysis.planes[p])

    expected = _expected(exponents, width, step)
    qv, shift_v = _quantise_vectors(trial, fitted * sigma[:, None], step, expected)
    return _Vectors(exponents, qu, qv), np.stack([shift_u, shift_v])


def _quantise_vectors(
    trial: Encoder, rows: np.ndarray, step: int, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Quantise vectors (rank, length), given in grey levels.

    Returns q (used, rank, runs) and the reconstruction shifts (2,).
    """
    rank, length = rows.shape
    runs = -(-length // RUN)
    padded = np.pad(rows, ((0, 0), (0, runs * RUN - length)), mode="edge")
    transformed = dct(padded.reshape(rank, runs, RUN), axis=2, norm="ortho")
    x = transformed.transpose(2, 0, 1) * (_PIXEL / step)  # (64, rank, runs), in steps
    q = quantise(x)
    q, contexts, model = code_plane(trial, (rank, runs), 8, len(q), q, expected)
    return optimise(q, contexts, model, x)


def _vectors(q: np.ndarray, shifts: np.ndarray, step: int, length: int) -> np.ndarray:
    """Vectors (rank, length), float64 whole numbers in 1/16 level, of `q` (used, rank, runs)."""
    used, rank, runs = q.shape
    y = np.zeros((RUN, rank, runs))
    y[:used] = np.clip(rebuild(q, shifts, step), -_LIMIT, _LIMIT)
    entries = rounded(np.tensordot(_dct_run(), y, ((0,), (0,))), MATRIX)  # (64, rank, runs)
    rows = entries.transpose(1, 2, 0).reshape(rank, runs * RUN)
    return np.clip(rows[:, :length], -_LIMIT, _LIMIT)


def _plane(
    coder: RangeCoder, height: int, width: int, step: int, rank: int, shifts: np.ndarray
) -> np.ndarray:
    """Read one plane (height, width): float64 whole numbers in 1/16 level."""
    vectors = _code_vectors(coder, height, width, step, rank)
    u = _vectors(vectors.qu, shifts[0], step, height)
    scaled_v = _vectors(vectors.qv, shifts[1], step, width)
    # σ was multiplied into both U and V, so V is divided by it: vᵀ of length about one, in 2⁻¹⁵.
    sigma = _sigma(vectors.exponents)[:, None]
    v = np.floor(scaled_v * (_UNIT / _PIXEL) / sigma + 0.5)
    v = np.clip(v, -4 * _UNIT, 4 * _UNIT)
    return rounded(u.T @ v, _UNIT)


def _code_header(coder: RangeCoder, most: int, given: _Header | None = None) -> _Header:
    """Write the header `given`, or read one whose ranks are at most `most`."""
    values = None
    if given is not None:
        colour = given.colour.ravel() + AXIS
        values = np.array([given.step, *colour, *given.ranks, *given.shifts.ravel()])
    sizes = [1 << 14]
    sizes += [2 * AXIS + 1] * 9
    sizes += [most + 1] * 3
    sizes += [SHIFTS] * 12
    numbers = coder.uniform(np.array(sizes), values)
    return _Header(
        step=int(numbers[0]),
        colour=numbers[1:10].reshape(3, 3) - AXIS,
        ranks=numbers[10:13].tolist(),
        shifts=numbers[13:].reshape(3, 2, 2),
    )


def _code_vectors(
    coder: RangeCoder,
    height: int,
    width: int,
    step: int,
    rank: int,
    given: _Vectors | None = None,
) -> _Vectors:
    """Write the vectors of one plane, or read them."""
    exponents = coder.uniform(np.full(rank, 128), given.exponents if given else None)
    expected = _expected(exponents, height, step)
    qu = _code_factor(coder, rank, height, expected, given.qu if given else None)
    expected = _expected(exponents, width, step)
    qv = _code_factor(coder, rank, width, expected, given.qv if given else None)
    return _Vectors(exponents, qu, qv)


def _code_factor(
    coder: RangeCoder, rank: int, length: int, expected: np.ndarray, q: np.ndarray | None
) -> np.ndarray:
    """Write q (used, rank, runs) of U or of V, or read it."""
    count = None if q is None else np.array([len(q)])
    used = int(coder.uniform(np.array([RUN + 1]), count)[0])
    runs = -(-length // RUN)
    coded, _, _ = code_plane(coder, (rank, runs), 8, used, q, expected)
    return coded


def _sigma(exponents: np.ndarray) -> np.ndarray:
    """Singular values in grey levels, approximately: 2 to the quarter of each exponent.

    They are exact multiples of 2⁻¹⁴.
    """
    return np.ldexp(_QUARTERS[exponents % 4], exponents // 4 - 14)


def _expected(exponents: np.ndarray, length: int, step: int) -> np.ndarray:
    """(rank, 1) whole numbers: the mean magnitude to expect of each vector's entries, in 1/256.

    A vector of length σ has entries of about σ / √length.
    """
    # Python's integers: the products do not fit into 64 bits.
    unit = math.isqrt(length << 16) * max(step, 1) << 6
    expected = [int(s * (1 << 14)) * _PIXEL * 200 // unit for s in _sigma(exponents)]
    return np.array(expected, np.int64)[:, None]


@lru_cache
def _dct_run() -> np.ndarray:
    """The orthonormal DCT of a run as a matrix (64, 64) in units of 2⁻¹⁴."""
    return np.round(dct(np.eye(RUN), axis=0, norm="ortho") * MATRIX)
