"""The learned coder of photographs: its files, and a look at what its model does."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core import metrics
from core.api.benches import Bench, Source
from core.api.curves import Curves, curves
from core.api.pictures import read
from core.codecs.learned import photo_models, photo_views
from core.codecs.learned.photo_models import PhotoModel
from core.codecs.learned.photo_views import Look
from core.errors import ModelError
from core.images import Picture
from core.learned.photos import lab
from core.learned.photos.lab import Relaxed
from core.rd.match import Match, match_bytes
from core.rd.measure import Measured, RDPoint
from core.results import published

if TYPE_CHECKING:
    import plotly.graph_objects as go

RIVALS = ("jpeg", "jpeg2000")
MAX_CELLS = 16_384  # of a map: more would make it heavy to draw


class PhotoBench(Bench):
    """A stored model of photographs at work; its setting is the level, 1 (smallest file) and up."""

    codec: PhotoModel

    @property
    def lmbda(self) -> Sequence[float]:
        """λ of each level, in bpp per unit of the distortion that it was trained for."""
        return self.codec.card["lmbda"]

    def look(self, picture: Source, file: Measured | bytes) -> Look:
        """What a file of `picture` gives to see: bits over places and channels, latents."""
        data = file.data if isinstance(file, Measured) else file
        return photo_views.look(read(picture), self.codec, data)

    def rivals(
        self, picture: Source, file: Measured, names: Sequence[str] = RIVALS
    ) -> dict[str, Match]:
        """The smallest files of other codecs with no fewer bytes, as in figure 5 of the paper."""
        from core.codecs.registry import get

        image = read(picture).image
        return {
            name: match_bytes(get(name), image, file.point.bytes, metrics.QUICK, at_least=True)
            for name in names
        }

    def curves(
        self, picture: Source, points: int | None = None, measures: Sequence[str] = ("psnr",)
    ) -> Curves:
        """Curves of the model and of its rivals on a picture."""
        return curves(picture, [self, *RIVALS], points, measures)

    def rd_figure(
        self, found: Curves, axis: str = "psnr", shown: Sequence[RDPoint] = (), log: bool = False
    ) -> "go.Figure":
        """The curves beside the means over Kodak that Ballé et al. 2017 published."""
        from core.figures import photos

        axis = metrics.named(axis).name
        ours = {name: "bls2017" if name == self.name else name for name in found.points}
        curves = {ours[name]: points for name, points in found.points.items()}
        titles = {ours[name]: title for name, title in found.titles.items()}
        titles["bls2017"] = "Learned"
        rings = {ours.get(point.codec, point.codec): point for point in shown}
        label = metrics.FORMS[axis].label
        paper = published.paper()[axis]
        return photos.rd_chart(curves, titles, axis, label, rings, paper, log)

    def bits_figure(self, picture: Source, look: Look, over: bool = True) -> "go.Figure":
        """Bits at each place of the picture, laid over it in grey."""
        from core.figures import photos
        from core.images import png

        found = read(picture)
        cells, k = lab.pooled(look.position_bits, MAX_CELLS)
        backdrop = png(lab.backdrop(found.image), 1) if over else None
        size = lab.STRIDE * k
        return photos.bits_map(cells, size, found.width, found.height, backdrop)

    def channel_figure(self, look: Look) -> "go.Figure":
        """Bits of each channel, most first."""
        from core.figures import photos

        return photos.channel_chart(look.channel_bits)

    def gain_maps(self, picture: Source, level: int) -> list[np.ndarray]:
        """GDN's gain in dB, (h, w) of each stage; none for a model with ReLU."""
        return photo_views.gain_maps(read(picture), self.codec, level).maps

    def gain_figure(self, gain: np.ndarray, low: float | None = None) -> "go.Figure":
        """A gain map, from `low` dB (its own lowest by default) to 0."""
        from core.figures import photos

        cells, _ = lab.pooled(gain, MAX_CELLS)
        return photos.gain_map(cells, float(gain.min()) if low is None else low)

    def filters(self, side: str = "analysis") -> list[np.ndarray]:
        """The kernels next to the pixels, of "analysis" or "synthesis", as pictures."""
        return photo_views.filters(self.codec, side).maps

    def relaxed(self, picture: Source, levels: Sequence[int] | None = None) -> list[Relaxed]:
        """Noise, as in training, against rounding, as in use, at `levels` (None: at all)."""
        found: Picture = read(picture)
        every = range(1, len(self.lmbda) + 1)
        return [photo_views.relaxed(found, self.codec, level) for level in levels or every]

    def relaxed_figures(self, found: Sequence[Relaxed]) -> "tuple[go.Figure, go.Figure]":
        """Rate, and distortion: with noise against rounded."""
        from core.figures import photos

        return photos.relaxed_charts(found, self.lmbda)

    def training_figures(self) -> "tuple[go.Figure, go.Figure]":
        """The loss on held-out photographs over the training, and how its curve rose."""
        from core.figures import photos

        history = photos.usable(self.codec.card.get("validation", []))
        if not history:
            raise ModelError(f"The card of {self.codec.card['name']} has no history of training.")
        return photos.loss_chart(history), photos.progress_chart(history)


def photo_coder(model: str = "", search: bool = True) -> PhotoBench:
    """A stored model of photographs, by name (the standard one by default).

    With `search`, the encoder looks for the latents of least R + λD. Raises ModelError.
    """
    cards = {card["name"]: card for card in photo_models.cards()}
    if not cards:
        raise ModelError("There is no model of photographs in the store.")
    name = model or next(iter(cards))
    if name not in cards:
        raise ModelError(
            f"There is no model of photographs {name!r}. There are {', '.join(cards)}."
        )
    return PhotoBench(PhotoModel(cards[name], search))
