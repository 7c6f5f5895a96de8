"""Codec `svd`: a low-rank approximation whose factors are quantised and entropy-coded, in real bytes.

    RGB ─ own colour axes ─ SVD of each plane ─ drop components ─ quantise U Σ, then fit and quantise V Σ ─ context coding ─→ .rdx

Reverse water-filling sets the quantiser: noise in an entry of σ·u costs the same whichever component it is in (the vectors
have length one), so all scaled vectors share one step, and a component whose energy does not rise above the noise it would
bring is dropped. `quality` moves step and rank together along the best curve; a rank of one's own can be given beside it.

Singular vectors of photographs are smooth in the leading components, so each is cut into runs of 64 and transformed by a DCT.
Once U is quantised, V is the least-squares fit to what U became, which undoes part of U's error. Decoding is arithmetic on
whole numbers below 2⁵³ throughout, hence the same on every machine.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import dct

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.coding.coefficients import SHIFTS, code_plane, optimise, quantise, rebuild
from core.coding.container import Container, pack, unpack
from core.coding.range_coder import Decoder, Encoder
from core.linear import lowrank
from core.linear.patches import MATRIX, rounded

RUN = 64  # entries of a singular vector that are transformed together
TRUNCATED = 200  # components of pictures above lowrank.MAX_PIXELS, where a full SVD takes too long
MAX_RANK = 4096  # that a file may hold
_COLOUR = 127  # one, in the colour axes as they are sent
_PIXEL = 16  # a grey level in fixed point
_UNIT = 1 << 15  # one, in the entries of a vector of length one
_LIMIT = float(1 << 21)  # no entry of a vector is beyond this many 1/16 levels
_QUARTERS = np.array([16384.0, 19484.0, 23170.0, 27554.0])  # 2¹⁴ times 2 to the 0, ¼, ½, ¾
_WORTH = (
    0.4  # a component stays if σ² is at least this many squared steps for each entry of its vectors
)


@dataclass(frozen=True)
class Analysis:
    """A picture ready for coding at any rank and step: colour axes in rows (3, 3) whole numbers, and the planes' factors."""

    height: int
    width: int
    colour: np.ndarray
    planes: np.ndarray
    factors: lowrank.Factors


def analyse(image: np.ndarray) -> Analysis:
    """The decompositions that all files of `image` start from; only the first 200 components above 4 Mpx."""
    pixels = np.moveaxis(image, -1, 0).astype(np.float32) - 128
    centred = pixels.reshape(3, -1) - pixels.reshape(3, -1).mean(axis=1, keepdims=True)
    axes = np.linalg.eigh(centred @ centred.T)[1][:, ::-1].T
    colour = np.round(_COLOUR * axes * np.where(axes.sum(axis=1) < 0, -1, 1)[:, None]).astype(
        np.int64
    )
    planes = np.tensordot(np.linalg.inv(colour.T / _COLOUR), pixels, 1).astype(np.float32)
    height, width = image.shape[:2]
    if height * width > lowrank.MAX_PIXELS and min(height, width) > TRUNCATED:
        return Analysis(
            height, width, colour, planes, lowrank.decompose_truncated(planes, TRUNCATED)
        )
    return Analysis(height, width, colour, planes, lowrank.decompose(planes))


def step_of(quality: float) -> float:
    """The quantiser step, in grey levels, of a `quality`: 512 at 0, halved every 12.5, 2 at 100."""
    return 2.0 ** (1 + (100 - quality) * 0.08)


class Svd(Codec):
    """See the module's text. From an `Analysis`, `write` takes a rank beside the quality, and `Prepared` is fast to search."""

    info = CodecInfo(
        name="svd",
        title="SVD",
        family="svd",
        suffix=".rdx",
        mime="application/octet-stream",
        about="The SVD tutorial's low-rank approximation, with water-filled, entropy-coded factors: its true size.",
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
        c = unpack(data, self.name)
        coder = Decoder(c.payload)
        step, colour, ranks, shifts = _code_header(coder, min(c.height, c.width, MAX_RANK))
        planes = [_plane(coder, c.height, c.width, step, ranks[p], shifts[p]) for p in range(3)]
        pixels = np.tensordot(colour.T.astype(float), np.stack(planes), 1)
        pixels = np.floor((pixels + (128 * 2 + 1) * _COLOUR * _PIXEL // 2) / (_COLOUR * _PIXEL))
        return np.ascontiguousarray(np.moveaxis(np.clip(pixels, 0, 255), 0, -1).astype(np.uint8))


class Prepared(Svd):
    """The codec for one picture that is analysed already: a search over settings costs no further SVD."""

    def __init__(self, analysis: Analysis):
        self._analysis = analysis

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        if image.shape[:2] != (self._analysis.height, self._analysis.width):
            raise ValueError("this codec was prepared for a picture of another size")
        return write(self._analysis, value)


def write(analysis: Analysis, quality: float, rank: int | None = None) -> Encoded:
    """The file of a picture at the step of `quality`, with at most `rank` components a plane (default: all that are worth it)."""
    height, width = analysis.height, analysis.width
    step = max(1, round(step_of(quality) * _PIXEL))
    worth = analysis.factors.s > np.sqrt(_WORTH * (height + width)) * step / _PIXEL
    ranks = np.minimum(worth.sum(axis=1), MAX_RANK if rank is None else rank)
    shifts = np.zeros((3, 2, 2), np.int64)
    parts = []
    for p in range(3):
        part, shifts[p] = _quantise_plane(analysis, p, step, int(ranks[p]))
        parts.append(part)
    coder = Encoder()
    _code_header(coder, min(height, width, MAX_RANK), (step, analysis.colour, ranks, shifts))
    for part in parts:
        _code_vectors(coder, height, width, step, len(part[0]), part)
    payload = coder.data()
    return Encoded(
        pack(Container("svd", quality, width, height, payload)),
        payload_bytes=len(payload),
        elements=int(sum(lowrank.elements(height, width, int(r)) for r in ranks)),
    )


def quality_for_rank(analysis: Analysis, rank: int) -> float:
    """The quality whose step makes component `rank` of the first plane just worth its bytes: the best partner of a rank."""
    sigma = analysis.factors.s[0, : max(1, rank)][-1]
    step = max(float(sigma) / np.sqrt(_WORTH * (analysis.height + analysis.width)) * 0.999, 1e-6)
    quality = 100 - (np.log2(step) - 1) / 0.08
    return float(np.clip(np.ceil(quality * 10) / 10, Svd.setting.low, Svd.setting.high))


def rank_of(data: bytes) -> int:
    """The components that a file holds of its first plane, the richest."""
    c = unpack(data, "svd")
    return max(_code_header(Decoder(c.payload), min(c.height, c.width, MAX_RANK))[2])


def _quantise_plane(analysis: Analysis, p: int, step: int, rank: int) -> tuple[tuple, np.ndarray]:
    """((exponents, q of U, q of V), shifts (2, 2)) of the first `rank` components of plane `p`."""
    height, width = analysis.height, analysis.width
    u, s = analysis.factors.u[p, :, :rank], analysis.factors.s[p, :rank]
    exponents = np.clip(np.round(4 * np.log2(np.maximum(s, 1e-3))), 0, 127).astype(np.int64)
    sigma = _sigma(exponents)
    trial = Encoder()
    qu, shift_u = _quantise_vectors(trial, (u * s).T, step, _expected(exponents, height, step))
    u_hat = _vectors(qu, shift_u, step, height) / _PIXEL
    gram = u_hat @ u_hat.T
    fitted = np.linalg.solve(
        gram + 1e-7 * (1 + np.trace(gram)) * np.eye(rank), u_hat @ analysis.planes[p]
    )
    qv, shift_v = _quantise_vectors(
        trial, fitted * sigma[:, None], step, _expected(exponents, width, step)
    )
    return (exponents, qu, qv), np.stack([shift_u, shift_v])


def _quantise_vectors(
    trial: Encoder, rows: np.ndarray, step: int, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Quantise vectors (rank, length), in grey levels: (64, rank, runs) whole numbers and their reconstruction shifts."""
    rank, length = rows.shape
    runs = -(-length // RUN)
    padded = np.pad(rows, ((0, 0), (0, runs * RUN - length)), mode="edge")
    x = dct(padded.reshape(rank, runs, RUN), axis=2, norm="ortho").transpose(2, 0, 1) * (
        _PIXEL / step
    )
    q = quantise(x)
    q, contexts, model = code_plane(trial, (rank, runs), 8, len(q), q, expected)
    return optimise(q, contexts, model, x)


def _vectors(q: np.ndarray, shifts: np.ndarray, step: int, length: int) -> np.ndarray:
    """Vectors (rank, length), float64 whole numbers in 1/16 level, of `q` (used, rank, runs)."""
    y = np.zeros((RUN, *q.shape[1:]))
    y[: len(q)] = np.clip(rebuild(q, shifts, step), -_LIMIT, _LIMIT)
    rows = rounded(np.tensordot(_dct_run(), y, ((0,), (0,))), MATRIX)
    return np.clip(
        rows.transpose(1, 2, 0).reshape(q.shape[1], q.shape[2] * RUN)[:, :length], -_LIMIT, _LIMIT
    )


def _plane(
    coder: Decoder, height: int, width: int, step: int, rank: int, shifts: np.ndarray
) -> np.ndarray:
    """Read one plane (height, width): float64 whole numbers in 1/16 level."""
    exponents, qu, qv = _code_vectors(coder, height, width, step, rank)
    u = _vectors(qu, shifts[0], step, height)
    v = _vectors(qv, shifts[1], step, width)
    v = np.clip(
        np.floor(v * (_UNIT / _PIXEL) / _sigma(exponents)[:, None] + 0.5), -4 * _UNIT, 4 * _UNIT
    )
    return rounded(u.T @ v, _UNIT)


def _code_header(coder: Encoder | Decoder, most: int, given: tuple | None = None) -> tuple:
    """(step in 1/16 level, colour axes (3, 3), ranks (3,) of at most `most`, shifts (3, 2, 2)), written or read."""
    values = None
    if given is not None:
        step, colour, ranks, shifts = given
        values = np.array([step, *(colour.ravel() + _COLOUR), *ranks, *shifts.ravel()])
    sizes = np.array([1 << 14, *[2 * _COLOUR + 1] * 9, *[most + 1] * 3, *[SHIFTS] * 12])
    numbers = coder.uniform(sizes, values)
    return (
        int(numbers[0]),
        numbers[1:10].reshape(3, 3) - _COLOUR,
        numbers[10:13].tolist(),
        numbers[13:].reshape(3, 2, 2),
    )


def _code_vectors(
    coder: Encoder | Decoder,
    height: int,
    width: int,
    step: int,
    rank: int,
    given: tuple | None = None,
) -> tuple:
    """(exponents (rank,), q of U, q of V) of one plane, written or read."""
    exponents, qu, qv = given or (None, None, None)
    exponents = coder.uniform(np.full(rank, 128), exponents)
    both = []
    for length, q in ((height, qu), (width, qv)):
        used = int(coder.uniform(np.array([RUN + 1]), None if q is None else np.array([len(q)]))[0])
        both.append(
            code_plane(
                coder, (rank, -(-length // RUN)), 8, used, q, _expected(exponents, length, step)
            )[0]
        )
    return exponents, *both


def _sigma(exponents: np.ndarray) -> np.ndarray:
    """Singular values, about, in grey levels: 2 to the quarter of each exponent, as exact multiples of 2⁻¹⁴."""
    return np.ldexp(_QUARTERS[exponents % 4], exponents // 4 - 14)


def _expected(exponents: np.ndarray, length: int, step: int) -> np.ndarray:
    """(rank, 1) whole numbers: the mean magnitude to expect of the quantised entries of each vector, in 1/256."""
    unit = math.isqrt(length << 16) * max(step, 1) << 6
    return np.array(
        [int(s * (1 << 14)) * _PIXEL * 200 // unit for s in _sigma(exponents)], np.int64
    )[:, None]


@lru_cache
def _dct_run() -> np.ndarray:
    return np.round(dct(np.eye(RUN), axis=0, norm="ortho") * MATRIX)
