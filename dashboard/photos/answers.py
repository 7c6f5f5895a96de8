"""What the Photos page wants to know of a picture at a level: asked of the service, remembered."""

from dataclasses import dataclass

from core import metrics
from core.codecs.base import Codec
from core.codecs.learned import photo_views as views
from core.codecs.learned.photo_models import PhotoModel
from core.codecs.learned.photo_views import GAIN, GAIN_PIXELS, RELAXED_PIXELS, Look, Maps
from core.codecs.registry import get
from core.compute import limits
from core.images import Picture
from core.learned.photos.lab import Relaxed
from core.rd.match import Match
from core.rd.measure import Measured
from dashboard.measurements import (
    BYTES_AT_LEAST,
    CURVE,
    EXTRA,
    FIGURES,
    SHOWN,
    Failure,
    measurements,
)
from dashboard.waiting import service

RIVALS = ("jpeg", "jpeg2000")
LARGE_PIXELS = 4_000_000  # above, MS-SSIM would take gigabytes, and no level is coded ahead

__all__ = ["GAIN", "GAIN_PIXELS", "RELAXED_PIXELS", "Look", "Maps", "Relaxed"]


def is_large(picture: Picture) -> bool:
    """Whether less is computed of the picture, so that time and memory stay within bounds."""
    return picture.width * picture.height > LARGE_PIXELS


@dataclass(frozen=True)
class Shown:
    """The learned file at a level, and its rivals at no fewer bytes.

    None: not there yet; a Failure says why it never will be.
    """

    learned: Measured | Failure | None
    look: Look | Failure | None
    rivals: dict[str, Match | Failure | None]
    pngs: dict[str, bytes | Failure | None]

    def missing(self) -> int:
        """How many parts are still being computed."""
        if isinstance(self.learned, Failure):
            return 0
        return sum(not there for there in self.parts().values())

    def parts(self) -> dict[str, bool]:
        """What is to be computed, in words, and whether it is there."""
        found: dict[str, object] = {"the learned file": self.learned, "its picture": self.look}
        for name in self.rivals:
            title = get(name).info.title
            found |= {
                f"{title} at its bytes": self.rivals[name],
                f"the picture of {title}": self.pngs[name],
            }
        return {name: part is not None for name, part in found.items()}

    def measured(self) -> dict[str, Measured]:
        """The measurements that are there, "learned" first."""
        found = {"learned": self.learned} if isinstance(self.learned, Measured) else {}
        matches = {n: m.measured for n, m in self.rivals.items() if isinstance(m, Match)}
        return found | matches


def shown(
    owner: str, picture: Picture, codec: PhotoModel, level: int, ahead: bool = False
) -> Shown:
    """All that the top of the page shows at `level`; `ahead`: computed later than all else."""
    urgency = EXTRA if ahead else SHOWN
    learned = measurements().point(owner, picture, codec, float(level), urgency)
    look: Look | Failure | None = None
    rivals: dict[str, Match | Failure | None] = dict.fromkeys(RIVALS)
    pngs: dict[str, bytes | Failure | None] = dict.fromkeys(RIVALS)
    if isinstance(learned, Measured):
        look = _look(owner, picture, codec, learned, urgency)
        size = learned.point.bytes
        for name in RIVALS:
            rival = get(name)
            found = measurements().match(owner, picture, rival, BYTES_AT_LEAST, size, urgency)
            rivals[name] = found
            if isinstance(found, Match):
                measured = found.measured
                pngs[name] = measurements().png(owner, picture, rival, measured, urgency)
            elif isinstance(found, Failure):
                pngs[name] = found
    return Shown(learned, look, rivals, pngs)


def with_ms_ssim(owner: str, picture: Picture, codec: Codec, measured: Measured) -> Measured:
    """The measurement with MS-SSIM once it is known; it is not asked for a large picture."""
    if is_large(picture):
        return measured
    full = measurements().complete(owner, picture, codec, measured, ("ms_ssim",), FIGURES)
    return full if isinstance(full, Measured) else measured


def no_ms_ssim(picture: Picture) -> str:
    """Why this page has no MS-SSIM of the picture; empty where it has."""
    if is_large(picture):
        return (
            f"MS-SSIM is left out for pictures above {LARGE_PIXELS / 1e6:g} Mpx; the page "
            "*Compare* measures it."
        )
    return metrics.absent(picture.height, picture.width).get("ms_ssim", "")


def gain_maps(owner: str, picture: Picture, codec: PhotoModel, level: int) -> Maps | Failure | None:
    """GDN's gain in dB for its two stages."""
    key = ("gain", picture.sha256, codec.name, level)
    return service().call(
        owner, key, views.gain_maps, picture, codec, level, priority=SHOWN, limit_s=_limit(picture)
    )


def relaxed(
    owner: str, picture: Picture, codec: PhotoModel, level: int
) -> Relaxed | Failure | None:
    """Noise against rounding at `level`."""
    key = ("relaxed", picture.sha256, codec.name, level)
    return service().call(
        owner, key, views.relaxed, picture, codec, level, priority=CURVE, limit_s=_limit(picture)
    )


def filters(owner: str, codec: PhotoModel, side: str) -> Maps | Failure | None:
    """The kernels next to the pixels, of "analysis" or "synthesis", as pictures."""
    key = ("filters", codec.name, side)
    return service().call(owner, key, views.filters, codec, side, priority=SHOWN)


def _look(
    owner: str, picture: Picture, codec: PhotoModel, learned: Measured, priority: int
) -> Look | Failure | None:
    key = ("look", picture.sha256, codec.name, learned.point.setting)
    return service().call(
        owner,
        key,
        views.look,
        picture,
        codec,
        learned.data,
        priority=priority,
        limit_s=_limit(picture),
    )


def _limit(picture: Picture) -> float:
    return limits.unit_seconds(picture.width * picture.height)
