"""The SVD laboratory: a picture's low-rank approximations, in elements and in real bytes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core import images, metrics
from core.api.benches import Source
from core.api.pictures import read
from core.codecs.registry import get
from core.errors import SettingError
from core.linear import lowrank
from core.rd import svd_study

if TYPE_CHECKING:
    import plotly.graph_objects as go

MEASURED = (1, 2, 5, 10, 20, 50, 100, 200)  # ranks at which the distortion is measured, too


class SvdLab:
    """The singular value decomposition of a picture's three channels, and what a rank buys.

    Pictures above 4 Mpx are reduced to that first, as on the page.
    """

    def __init__(self, picture: Source) -> None:
        self.picture = read(picture)
        large = self.picture.width * self.picture.height > lowrank.MAX_PIXELS
        way = svd_study.DOWNSIZE if large else svd_study.WHOLE
        self._subject = (self.picture, way, lowrank.MAX_PIXELS)
        self.factors = svd_study.spectrum(*self._subject).factors

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n): rows and columns of each channel's matrix."""
        return self.factors.shape

    def rank_for(
        self,
        factor: float | None = None,
        energy: float | None = None,
        bytes: int | None = None,
        power: int = 1,
    ) -> int:
        """The rank that a compression factor or a file of so many bytes pays for, or that keeps
        a share of the energy (0 to 1; `power` as in `lowrank.energy`).

        Raises SettingError unless exactly one is given, or where no file is that small.
        """
        given = [value for value in (factor, energy, bytes) if value is not None]
        if len(given) != 1:
            raise SettingError(f"Give one of factor, energy and bytes, not {len(given)} of them.")
        if factor is not None:
            return lowrank.rank_for_factor(*self.shape, factor)
        if energy is not None:
            return lowrank.rank_for_energy(self.factors.s, energy, power)
        assert bytes is not None
        rank = svd_study.rank_for_bytes(*self._subject, bytes)
        if rank == 0:
            raise SettingError(f"No svd file of {self.picture.name} has at most {bytes} bytes.")
        return rank

    def elements(self, rank: int) -> int:
        """Numbers that all three channels store at a rank."""
        return 3 * lowrank.elements(*self.shape, rank)

    def factor(self, rank: int) -> float:
        """Stored numbers for each number of the matrix."""
        return lowrank.compression_factor(*self.shape, rank)

    def energy(self, rank: int, power: int = 1) -> float:
        """The share of the energy that a rank keeps: Σσ as in the tutorial, or Σσ² (`power` 2)."""
        return float(lowrank.energy(self.factors.s, power)[rank - 1])

    def approximate(self, rank: int) -> np.ndarray:
        """The picture at a rank, uint8 (m, n, 3)."""
        return images.read(svd_study.approximation(*self._subject, rank).png).image

    def psnr(self, rank: int) -> float:
        """PSNR of the 8-bit picture at a rank, in dB."""
        return svd_study.approximation(*self._subject, rank).psnr

    def file(self, rank: int) -> bytes:
        """The `svd` file of at most this rank, with the quantiser step that suits it best."""
        return svd_study.own_file(*self._subject, rank)

    def bytes_at(self, psnr: float, codec: str = "svd") -> int:
        """The length of a codec's smallest file that reaches `psnr` (dB); 0 when none does."""
        return svd_study.bytes_at(*self._subject, codec, psnr)

    def spectrum_figure(self, log: bool = False) -> "go.Figure":
        """Bars of the first singular values of each channel."""
        from core.figures import svd

        return svd.singular_values(self.factors, log)

    def energy_figure(self, rank: int) -> "go.Figure":
        """The share of the energy over the rank, by both definitions."""
        from core.figures import svd

        return svd.energy_curves(self.factors, rank)

    def distortion_figure(self, rank: int, decibel: bool = True) -> "go.Figure":
        """Distortion over the rank: predicted by the singular values, measured at some ranks."""
        from core.figures import svd

        ranks = tuple(r for r in MEASURED if r <= self.factors.rank)
        measured = svd_study.measured_mse(*self._subject, ranks)
        return svd.distortion(self.factors, rank, ranks, measured, decibel)

    def factor_figure(self, rank: int) -> "go.Figure":
        """The compression factor over the rank."""
        from core.figures import svd

        return svd.factor_line(*self.shape, rank)

    def bytes_figure(self, rank: int, codecs: Sequence[str] = ("svd", "jpeg")) -> "go.Figure":
        """The bill of a rank: pixels, factors, and files of `codecs` at the same PSNR."""
        from core.figures import svd
        from core.figures.palette import colour

        psnr = self.psnr(rank)
        sizes = svd.bill(*self.shape, self.elements(rank))
        for name in codecs:
            length = self.bytes_at(psnr, name)
            if length:
                sizes[f"{get(name).info.title} file, same PSNR"] = (length, colour(name))
        return svd.rate_bars(sizes)

    def error(self, rank: int) -> float:
        """Mean squared error of the 8-bit picture at a rank, grey levels²."""
        return svd_study.measured_mse(*self._subject, (rank,))[0]

    def predicted_psnr(self, rank: int) -> float:
        """PSNR that the singular values alone predict, before clipping and rounding."""
        return metrics.psnr_of(float(lowrank.mse_by_rank(self.factors)[rank]))


def svd(picture: Source) -> SvdLab:
    """The SVD laboratory of a picture. Raises ImageError."""
    return SvdLab(picture)
