"""Questions about a picture's low-rank approximations, answered in one call each: the SVD page.

Every function takes the picture, the way in which a large one is dealt with, and the number of
pixels from which it counts as large; one process keeps the decompositions of the latest pictures.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from cachetools import LRUCache

from core import metrics
from core.codecs.base import Codec
from core.codecs.lowrank import svd
from core.codecs.registry import get
from core.errors import RDError
from core.images import Picture, png, quick_png, resize
from core.linear import lowrank
from core.linear.lowrank import Factors
from core.rd.match import match_bytes, match_quality

WHOLE, DOWNSIZE, TRUNCATE = "", "downsize", "truncate"
MAX_KEPT = 6  # working pictures, factors and analyses
LAYER_SIDE = 320  # pixels of a layer's picture

_kept: LRUCache[tuple[Any, ...], Any] = LRUCache(MAX_KEPT)


@dataclass(frozen=True)
class Spectrum:
    """The singular values of a picture's three channels: `s` (3, k), and ‖A‖² (3,) of each."""

    height: int
    width: int
    s: np.ndarray
    total: np.ndarray

    @property
    def factors(self) -> Factors:
        """As `Factors` whose vectors are all zero: sizes, energies and errors need no others."""
        channels, rank = self.s.shape
        zero = np.float32(0)
        u = np.broadcast_to(zero, (channels, self.height, rank))
        v = np.broadcast_to(zero, (channels, self.width, rank))
        return Factors(u, self.s, v, self.total)


@dataclass(frozen=True)
class Approximation:
    """The picture at one rank, and its error enlarged, as PNG files; the PSNR in dB."""

    png: bytes
    error_png: bytes
    psnr: float


def spectrum(picture: Picture, way: str, limit: int) -> Spectrum:
    """The singular values. Raises RDError when the picture cannot be decomposed."""
    f = _factors(picture, way, limit)
    return Spectrum(*f.shape, f.s, f.total)


def original_png(picture: Picture, way: str, limit: int) -> bytes:
    """The picture that is decomposed, as PNG."""
    return quick_png(_image(picture, way, limit))


def approximation(picture: Picture, way: str, limit: int, rank: int) -> Approximation:
    """The picture at `rank`. Two threads compute half of it each: a slider waits for this."""
    image, f = _image(picture, way, limit), _factors(picture, way, limit)
    middle = len(image) // 2

    def half(rows: slice) -> tuple[np.ndarray, np.ndarray]:
        part = lowrank.to_image(lowrank.reconstruct(replace(f, u=f.u[..., rows, :]), rank))
        return part, lowrank.error_map(image[rows], part)

    with ThreadPoolExecutor(3) as pool:
        upper, lower = pool.map(half, (slice(middle), slice(middle, None)))
        approximated = np.concatenate([upper[0], lower[0]])
        error = np.concatenate([upper[1], lower[1]])
        mse = pool.submit(lowrank.squared_error, image, approximated)
        picture_png, error_png = pool.map(quick_png, (approximated, error))
    return Approximation(picture_png, error_png, metrics.psnr_of(mse.result()))


def measured_mse(picture: Picture, way: str, limit: int, ranks: tuple[int, ...]) -> list[float]:
    """Mean squared error of the clipped and rounded pictures at some ranks."""
    image, f = _image(picture, way, limit), _factors(picture, way, limit)
    errors = []
    for rank in ranks:
        approximated = lowrank.to_image(lowrank.reconstruct(f, rank))
        errors.append(lowrank.squared_error(image, approximated))
    return errors


def layers(picture: Picture, way: str, limit: int, count: int) -> list[bytes]:
    """The first rank-one layers as small PNG files."""
    f = _factors(picture, way, limit)
    return [_small_png(lowrank.layer(f, i)) for i in range(count)]


def sum_of_layers(picture: Picture, way: str, limit: int, count: int) -> bytes:
    """The sum of the first `count` layers as PNG."""
    f = _factors(picture, way, limit)
    return png(lowrank.to_image(lowrank.reconstruct(f, count)), level=1)


def rank_for_bytes(picture: Picture, way: str, limit: int, budget: int) -> int:
    """The rank of the best `svd` file within a budget; 0 when no file is that small."""
    image, codec = _image(picture, way, limit), svd.Prepared(_analysis(picture, way, limit))
    match = match_bytes(codec, image, budget, ("mse",))
    return svd.rank_of(match.measured.data) if match.met else 0


def own_file(picture: Picture, way: str, limit: int, rank: int) -> bytes:
    """The `svd` file of at most this rank, with the step that suits it best."""
    analysis = _analysis(picture, way, limit)
    return svd.write(analysis, svd.quality_for_rank(analysis, rank), rank).data


def bytes_at(picture: Picture, way: str, limit: int, name: str, psnr: float) -> int:
    """The length of a codec's smallest file that reaches `psnr` (dB); 0 when none does."""
    image = _image(picture, way, limit)
    codec: Codec = svd.Prepared(_analysis(picture, way, limit)) if name == "svd" else get(name)
    try:
        match = match_quality(codec, image, "psnr", psnr, ("psnr",))
    except RDError:
        return 0
    return match.measured.point.bytes if match.met else 0


def _image(picture: Picture, way: str, limit: int) -> np.ndarray:
    """The picture that is decomposed: the original, or one of at most `limit` pixels."""
    if way != DOWNSIZE:
        return picture.image
    key = ("image", picture.sha256, limit)
    return _once(key, lambda: resize.reduced(picture.image, limit))


def _factors(picture: Picture, way: str, limit: int) -> Factors:
    def make() -> Factors:
        matrices = lowrank.channels(_image(picture, way, limit))
        if way == TRUNCATE:
            return lowrank.decompose_truncated(matrices, svd.TRUNCATED)
        return lowrank.decompose(matrices)

    return _once(("factors", picture.sha256, way, limit), make)


def _analysis(picture: Picture, way: str, limit: int) -> svd.Analysis:
    """What the codec `svd` needs to write files of the picture."""
    key = ("analysis", picture.sha256, way, limit)
    return _once(key, lambda: svd.analyse(_image(picture, way, limit)))


def _once(key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """What `make()` returned for `key`, kept for the next question about the same picture."""
    if key not in _kept:
        _kept[key] = make()
    return _kept[key]


def _small_png(image: np.ndarray) -> bytes:
    return png(resize.within(image, LAYER_SIDE), level=1)
