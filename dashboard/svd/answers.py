"""The SVD page's answers about a picture: one decomposition each, kept by content; every later question is cheap."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import imagecodecs
import numpy as np
import streamlit as st
from PIL import Image

from core import metrics
from core.codecs import svd
from core.codecs.base import Codec
from core.errors import RDError
from core.images import Picture
from core.linear import lowrank
from core.linear.lowrank import Factors
from core.rd.match import match_bytes, match_quality
from dashboard.ui.viewer import png_bytes

DOWNSIZE, TRUNCATE = "Make it smaller first", "Keep its size, first 200 components only"


def is_large(picture: Picture) -> bool:
    """Whether a full SVD of the picture would take too long."""
    return picture.width * picture.height > lowrank.MAX_PIXELS


@st.cache_resource(max_entries=3, show_spinner=False)
def working_image(sha256: str, way: str, _image: np.ndarray) -> np.ndarray:
    """The picture that is decomposed: the original, or below 4 Mpx where it is too large and the person chose so."""
    height, width = _image.shape[:2]
    if way != DOWNSIZE:
        return _image
    scale = math.sqrt(lowrank.MAX_PIXELS / (height * width))
    size = max(1, int(width * scale)), max(1, int(height * scale))
    return np.asarray(Image.fromarray(_image).resize(size, Image.Resampling.LANCZOS))


@st.cache_resource(max_entries=3, show_spinner=False)
def factors(sha256: str, way: str, _image: np.ndarray) -> Factors:
    """The SVD of the picture's three channels."""
    matrices = lowrank.channels(_image)
    return (
        lowrank.decompose_truncated(matrices, svd.TRUNCATED)
        if way == TRUNCATE
        else lowrank.decompose(matrices)
    )


@st.cache_resource(max_entries=3, show_spinner=False)
def analysis(sha256: str, way: str, _image: np.ndarray) -> svd.Analysis:
    """What the codec `svd` needs to write files of the picture."""
    return svd.analyse(_image)


@st.cache_data(max_entries=64, show_spinner=False)
def approximation(
    sha256: str, way: str, rank: int, _image: np.ndarray, _factors: Factors
) -> tuple[bytes, bytes, float]:
    """(PNG of the rank-`rank` approximation, PNG of its error × 4, PSNR in dB)."""
    middle = len(_image) // 2

    def half(rows: slice) -> tuple[np.ndarray, np.ndarray]:
        part = lowrank.to_image(
            lowrank.reconstruct(replace(_factors, u=_factors.u[..., rows, :]), rank)
        )
        return part, lowrank.error_map(_image[rows], part)

    with ThreadPoolExecutor(3) as pool:
        upper, lower = pool.map(half, (slice(middle), slice(middle, None)))
        image, error = (np.concatenate(parts) for parts in zip(upper, lower, strict=True))
        mse = pool.submit(lowrank.squared_error, _image, image)
        png, error_png = pool.map(_quick_png, (image, error))
    return png, error_png, metrics.psnr_of(mse.result())


@st.cache_data(max_entries=8, show_spinner=False)
def original_png(sha256: str, way: str, _image: np.ndarray) -> bytes:
    """The working image as PNG."""
    return png_bytes(_image)


@st.cache_data(max_entries=16, show_spinner=False)
def measured_mse(
    sha256: str, way: str, ranks: tuple[int, ...], _image: np.ndarray, _factors: Factors
) -> list[float]:
    """Mean squared error of the clipped and rounded pictures of some ranks."""
    return [
        lowrank.squared_error(_image, lowrank.to_image(lowrank.reconstruct(_factors, rank)))
        for rank in ranks
    ]


@st.cache_data(max_entries=64, show_spinner=False)
def layer_pictures(sha256: str, way: str, count: int, _factors: Factors) -> list[bytes]:
    """The first rank-one layers as PNG, at most 320 pixels wide."""
    return [_small(lowrank.layer(_factors, i)) for i in range(count)]


@st.cache_data(max_entries=64, show_spinner=False)
def sum_of_layers(sha256: str, way: str, count: int, _factors: Factors) -> bytes:
    """The first `count` layers added up, as PNG."""
    return png_bytes(lowrank.to_image(lowrank.reconstruct(_factors, count)))


@st.cache_data(max_entries=64, show_spinner="Finding the best pair of rank and step …")
def rank_for_bytes(
    sha256: str, way: str, budget: int, _image: np.ndarray, _analysis: svd.Analysis
) -> int | None:
    """The rank of the best `svd` file within a budget; None when no file is that small."""
    match = match_bytes(svd.Prepared(_analysis), _image, budget, ("mse",))
    return svd.rank_of(match.measured.data) if match.met else None


@st.cache_data(max_entries=64, show_spinner=False)
def own_file(sha256: str, way: str, rank: int, _analysis: svd.Analysis) -> bytes:
    """The `svd` file of at most this rank, with the step that suits it best."""
    return svd.write(_analysis, svd.quality_for_rank(_analysis, rank), rank).data


@st.cache_data(max_entries=64, show_spinner=False)
def bytes_at(
    sha256: str, way: str, name: str, psnr: float, _image: np.ndarray, _codec: Codec
) -> int | None:
    """The length of the smallest file of a codec that reaches `psnr` (dB) on the working image; None when none does."""
    try:
        match = match_quality(_codec, _image, "psnr", psnr, ("psnr",))
    except RDError:
        return None
    return match.measured.point.bytes if match.met else None


def _quick_png(image: np.ndarray) -> bytes:
    """PNG by Huffman coding alone, half the time of the fastest usual way: every step of the rank slider waits for it."""
    return imagecodecs.png_encode(image, level=1, strategy=imagecodecs.PNG.STRATEGY.HUFFMAN_ONLY)


def _small(image: np.ndarray) -> bytes:
    picture = Image.fromarray(image)
    picture.thumbnail((320, 320))
    return png_bytes(np.asarray(picture))
