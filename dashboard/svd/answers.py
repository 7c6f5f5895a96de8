"""The SVD page's answers about a picture, kept by content: one decomposition serves them all.

Every function takes the picture's SHA-256 and the way a large one is dealt with (together a
`Key`), and what it computes from, which Streamlit's caches do not hash.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import imagecodecs
import numpy as np
import streamlit as st

from core import metrics
from core.codecs import svd
from core.codecs.base import Codec
from core.errors import RDError
from core.images import Picture, resize
from core.linear import lowrank
from core.linear.lowrank import Factors
from core.rd.match import match_bytes, match_quality
from dashboard.ui.viewer import png_bytes

DOWNSIZE, TRUNCATE = "Make it smaller first", "Keep its size, first 200 components only"
_LAYER_SIDE = 320  # pixels of a layer's picture

Key = tuple[str, str]  # SHA-256 of the picture, and how a large one is dealt with ("" for others)


@dataclass(frozen=True)
class Approximation:
    """The picture at one rank, and its error enlarged, as PNG files; the PSNR in dB."""

    png: bytes
    error_png: bytes
    psnr: float


def is_large(picture: Picture) -> bool:
    """Whether a full SVD of the picture would take too long."""
    return picture.width * picture.height > lowrank.MAX_PIXELS


@st.cache_resource(max_entries=3, show_spinner=False)
def working_image(key: Key, _image: np.ndarray) -> np.ndarray:
    """The picture that is decomposed: the original, or, by choice, a smaller one below 4 Mpx."""
    if key[1] != DOWNSIZE:
        return _image
    return resize.reduced(_image, lowrank.MAX_PIXELS)


@st.cache_resource(max_entries=3, show_spinner=False)
def factors(key: Key, _image: np.ndarray) -> Factors:
    """The SVD of the picture's three channels."""
    matrices = lowrank.channels(_image)
    if key[1] == TRUNCATE:
        return lowrank.decompose_truncated(matrices, svd.TRUNCATED)
    return lowrank.decompose(matrices)


@st.cache_resource(max_entries=3, show_spinner=False)
def analysis(key: Key, _image: np.ndarray) -> svd.Analysis:
    """What the codec `svd` needs to write files of the picture."""
    return svd.analyse(_image)


@st.cache_data(max_entries=64, show_spinner=False)
def approximation(key: Key, rank: int, _image: np.ndarray, _factors: Factors) -> Approximation:
    """The picture at `rank`. Two threads compute half of it each: the slider waits for this."""
    middle = len(_image) // 2

    def half(rows: slice) -> tuple[np.ndarray, np.ndarray]:
        some = replace(_factors, u=_factors.u[..., rows, :])
        part = lowrank.to_image(lowrank.reconstruct(some, rank))
        return part, lowrank.error_map(_image[rows], part)

    with ThreadPoolExecutor(3) as pool:
        upper, lower = pool.map(half, (slice(middle), slice(middle, None)))
        image = np.concatenate([upper[0], lower[0]])
        error = np.concatenate([upper[1], lower[1]])
        mse = pool.submit(lowrank.squared_error, _image, image)
        png, error_png = pool.map(_quick_png, (image, error))
    return Approximation(png, error_png, metrics.psnr_of(mse.result()))


@st.cache_data(max_entries=8, show_spinner=False)
def original_png(key: Key, _image: np.ndarray) -> bytes:
    """The working image as PNG."""
    return png_bytes(_image)


@st.cache_data(max_entries=16, show_spinner=False)
def measured_mse(
    key: Key, ranks: tuple[int, ...], _image: np.ndarray, _factors: Factors
) -> list[float]:
    """Mean squared error of the clipped and rounded pictures at some ranks."""
    errors = []
    for rank in ranks:
        picture = lowrank.to_image(lowrank.reconstruct(_factors, rank))
        errors.append(lowrank.squared_error(_image, picture))
    return errors


@st.cache_data(max_entries=64, show_spinner=False)
def layer_pictures(key: Key, count: int, _factors: Factors) -> list[bytes]:
    """The first rank-one layers as small PNG files."""
    return [_small(lowrank.layer(_factors, i)) for i in range(count)]


@st.cache_data(max_entries=64, show_spinner=False)
def sum_of_layers(key: Key, count: int, _factors: Factors) -> bytes:
    """The sum of the first `count` layers as PNG."""
    return png_bytes(lowrank.to_image(lowrank.reconstruct(_factors, count)))


@st.cache_data(max_entries=64, show_spinner="Finding the best pair of rank and step …")
def rank_for_bytes(
    key: Key, budget: int, _image: np.ndarray, _analysis: svd.Analysis
) -> int | None:
    """The rank of the best `svd` file within a budget; None when no file is that small."""
    match = match_bytes(svd.Prepared(_analysis), _image, budget, ("mse",))
    return svd.rank_of(match.measured.data) if match.met else None


@st.cache_data(max_entries=64, show_spinner=False)
def own_file(key: Key, rank: int, _analysis: svd.Analysis) -> bytes:
    """The `svd` file of at most this rank, with the step that suits it best."""
    return svd.write(_analysis, svd.quality_for_rank(_analysis, rank), rank).data


@st.cache_data(max_entries=64, show_spinner=False)
def bytes_at(key: Key, name: str, psnr: float, _image: np.ndarray, _codec: Codec) -> int | None:
    """The length of a codec's smallest file that reaches `psnr` (dB); None when none does."""
    try:
        match = match_quality(_codec, _image, "psnr", psnr, ("psnr",))
    except RDError:
        return None
    return match.measured.point.bytes if match.met else None


def _quick_png(image: np.ndarray) -> bytes:
    """PNG by Huffman coding alone, in half the time of the fastest usual way."""
    huffman = imagecodecs.PNG.STRATEGY.HUFFMAN_ONLY
    return bytes(imagecodecs.png_encode(image, level=1, strategy=huffman))


def _small(image: np.ndarray) -> bytes:
    return png_bytes(resize.within(image, _LAYER_SIDE))
