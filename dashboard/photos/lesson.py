"""The page's exercises, on the picture and the level."""

from core.codecs.learned.photo_models import PhotoModel
from core.images import Picture
from core.learned.photos.card import PhotoCard
from core.teaching.photos import Point, exercises
from dashboard.measurements import measurements
from dashboard.teach.exercises import show_exercises
from dashboard.ui.places import Place


class Section:
    """The place of the exercises: they are drawn once a run, as soon as their figures are there.

    With `keep`, those of the run before stay until then.
    """

    def __init__(self, picture: Picture, card: PhotoCard, keep: bool) -> None:
        self._picture, self._card = picture, card
        self._place = Place(keep)
        self._drawn = False

    def show(self, codec: PhotoModel, level: int, last: bool) -> None:
        """Draws them once two levels are measured, or at the `last` look anyway."""
        if self._drawn:
            return
        points: list[Point] = []
        levels = range(1, len(self._card["lmbda"]) + 1)
        for near in sorted(levels, key=lambda other: abs(other - level)):
            known = measurements().known(self._picture, codec, float(near))
            if known is not None and len(points) < 2:
                points.append((known.point.bpp, known.point.measures["mse"]))
        if len(points) < 2 and not last:
            return
        self._drawn = True
        width, height = self._picture.width, self._picture.height
        with self._place.now().container():
            show_exercises("pho", exercises(self._card, width, height, sorted(points)))
