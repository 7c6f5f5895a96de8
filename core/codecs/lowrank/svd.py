"""Codec `svd`: a low-rank approximation whose factors are quantised and entropy-coded.

    RGB ─ own colour axes ─ SVD of each plane ─ drop components ─ quantise U Σ
        ─ fit V Σ to it and quantise ─ context coding ─→ .rdx

Reverse water-filling sets the quantiser: noise in an entry of σ·u costs the same whichever
component it is in (the vectors have length one), so all scaled vectors share one step, and a
component whose energy does not rise above the noise that it would bring is dropped. `quality` moves
step and rank together along the best curve; a chosen rank can be given as well.

Singular vectors of photographs are smooth in the leading components, so each is cut into runs of 64
and transformed by a DCT. Once U is quantised, V is the least-squares fit to what U became, which
undoes part of U's error. `svd_stream` says what the file holds.
"""

from dataclasses import dataclass

import numpy as np

from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.lowrank.colour import AXIS, own_axes, to_rgb
from core.codecs.lowrank.svd_stream import (
    MAX_RANK,
    PIXEL,
    RUN,
    Header,
    Vectors,
    code_header,
    code_vectors,
    expected_magnitudes,
    most_components,
    plane_of,
    reconstruct,
    sigma_of,
)
from core.coding.coefficients import code_plane, optimise, quantise
from core.coding.container import Container, pack, unpack
from core.coding.range_coder import Decoder, Encoder, Trial
from core.linear import lowrank

TRUNCATED = 200  # components of pictures above lowrank.MAX_PIXELS, whose full SVD takes too long
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
class Content:
    """What a file holds of a picture: its header, and the vectors of each plane."""

    height: int
    width: int
    header: Header
    planes: list[Vectors]

    def picture(self) -> np.ndarray:
        """The picture that it gives, uint8 (height, width, 3): the same on every machine."""
        planes = []
        for vectors, shifts in zip(self.planes, self.header.shifts, strict=True):
            step = self.header.step
            planes.append(plane_of(vectors, self.height, self.width, step, shifts))
        return to_rgb(np.stack(planes), self.header.colour, PIXEL)


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
        header = code_header(coder, most_components(file.height, file.width))
        planes = []
        for rank in header.ranks:
            planes.append(code_vectors(coder, file.height, file.width, header.step, rank))
        return Content(file.height, file.width, header, planes).picture()


class Prepared(Svd):
    """The codec for one picture, already analysed: a search over settings costs no more SVDs, and
    what it has just written it need not read to decode.
    """

    def __init__(self, analysis: Analysis):
        self._analysis = analysis
        self._written: tuple[bytes, Content] | None = None

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        if image.shape[:2] != (self._analysis.height, self._analysis.width):
            raise ValueError("this codec was prepared for a picture of another size")
        content = quantised(self._analysis, value)
        encoded = _file(content, value)
        self._written = encoded.data, content
        return encoded

    def decode(self, data: bytes) -> np.ndarray:
        """See `Codec.decode`."""
        if self._written is not None and self._written[0] == data:
            return self._written[1].picture()
        return super().decode(data)


def write(analysis: Analysis, quality: float, rank: int | None = None) -> Encoded:
    """The file of a picture at the step of `quality`.

    It holds at most `rank` components a plane; by default all that are worth their bytes.
    """
    return _file(quantised(analysis, quality, rank), quality)


def quantised(analysis: Analysis, quality: float, rank: int | None = None) -> Content:
    """What the file of a picture holds, at the step of `quality`, at most `rank` components."""
    height, width = analysis.height, analysis.width
    step = max(1, round(step_of(quality) * PIXEL))
    least = np.sqrt(_WORTH * (height + width)) * step / PIXEL
    worth = (analysis.factors.s > least).sum(axis=1)
    most = MAX_RANK if rank is None else rank
    ranks = [int(r) for r in np.minimum(worth, most)]

    shifts = np.zeros((3, 2, 2), np.int64)
    planes = []
    for p in range(3):
        vectors, shifts[p] = _quantise_plane(analysis, p, step, ranks[p])
        planes.append(vectors)
    return Content(height, width, Header(step, analysis.colour, ranks, shifts), planes)


def _file(content: Content, quality: float) -> Encoded:
    """The file with this content, which says that it was made at `quality`."""
    height, width, header = content.height, content.width, content.header
    coder = Encoder()
    code_header(coder, most_components(height, width), header)
    for vectors in content.planes:
        code_vectors(coder, height, width, header.step, len(vectors.exponents), vectors)
    payload = coder.data()
    return Encoded(
        pack(Container("svd", quality, width, height, payload)),
        payload_bytes=len(payload),
        elements=sum(lowrank.elements(height, width, r) for r in header.ranks),
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
    header = code_header(Decoder(file.payload), most_components(file.height, file.width))
    return max(header.ranks)


def _quantise_plane(analysis: Analysis, p: int, step: int, rank: int) -> tuple[Vectors, np.ndarray]:
    """The first `rank` components of plane `p`, and the shifts (2, 2) of U and V."""
    height, width = analysis.height, analysis.width
    u = analysis.factors.u[p, :, :rank]
    s = analysis.factors.s[p, :rank]
    quarter_octaves = np.round(4 * np.log2(np.maximum(s, 1e-3)))
    exponents = np.clip(quarter_octaves, 0, 127).astype(np.int64)
    sigma = sigma_of(exponents)

    trial = Trial()  # its models learn what magnitudes cost
    expected = expected_magnitudes(exponents, height, step)
    qu, shift_u = _quantise_vectors(trial, (u * s).T, step, expected)

    # V by least squares: minimise ‖plane − Ûᵀ V‖² given the quantised Û, slightly regularised.
    u_hat = reconstruct(qu, shift_u, step, height) / PIXEL
    gram = u_hat @ u_hat.T
    regularised = gram + 1e-7 * (1 + np.trace(gram)) * np.eye(rank)
    fitted = np.linalg.solve(regularised, u_hat @ analysis.planes[p])

    expected = expected_magnitudes(exponents, width, step)
    qv, shift_v = _quantise_vectors(trial, fitted * sigma[:, None], step, expected)
    return Vectors(exponents, qu, qv), np.stack([shift_u, shift_v])


def _quantise_vectors(
    trial: Trial, rows: np.ndarray, step: int, expected: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Quantise vectors (rank, length), given in grey levels.

    Returns q (used, rank, runs) and the reconstruction shifts (2,).
    """
    from scipy.fft import dct  # takes a while: not before a picture is coded

    rank, length = rows.shape
    runs = -(-length // RUN)
    padded = np.pad(rows, ((0, 0), (0, runs * RUN - length)), mode="edge")
    transformed = dct(padded.reshape(rank, runs, RUN), axis=2, norm="ortho")
    x = transformed.transpose(2, 0, 1) * (PIXEL / step)  # (64, rank, runs), in steps
    q = quantise(x)
    q, contexts, model = code_plane(trial, (rank, runs), 8, len(q), q, expected)
    return optimise(q, contexts, model, x)
