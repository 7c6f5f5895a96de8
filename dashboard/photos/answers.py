"""What the Photos page wants to know of a picture at a level: asked of the engine, computed in the background, remembered."""

from dataclasses import dataclass

import numpy as np

from core import metrics
from core.codecs.base import Codec
from core.codecs.photo_models import PhotoModel
from core.codecs.registry import get
from core.images import Picture, resize
from core.learned.photos import lab as photo_lab
from core.linear.lowrank import error_map
from core.rd.match import Match
from core.rd.measure import Measured
from dashboard import warmup
from dashboard.engine import CURVE, EXTRA, MATCH, SHOWN, Failure, engine
from dashboard.ui.viewer import png_bytes

RIVALS = ("jpeg", "jpeg2000")
GAIN = 4  # of the picture of differences
TOP_CHANNELS = 12
GAIN_PIXELS = 1_000_000  # larger pictures are reduced before GDN's gain is taken
RELAXED_PIXELS = 500_000  # and only their middle is used for noise against rounding
LARGE_PIXELS = (
    4_000_000  # above, MS-SSIM would take gigabytes, and no level is coded before it is asked for
)


def is_large(picture: Picture) -> bool:
    """Whether less is computed of the picture, so that time and memory stay within bounds."""
    return picture.width * picture.height > LARGE_PIXELS


@dataclass(frozen=True)
class Look:
    """What a learned file gives to see. `position_bits` (h, w), `channel_bits` (C,), the most expensive channels of ŷ.

    `static_bits`: what all latents would cost with one table a channel.
    """

    png: bytes
    error_png: bytes
    position_bits: np.ndarray
    channel_bits: np.ndarray
    latents: dict[int, np.ndarray]
    static_bits: float

    @property
    def nbytes(self) -> int:
        arrays = (self.position_bits, self.channel_bits, *self.latents.values())
        return len(self.png) + len(self.error_png) + sum(array.nbytes for array in arrays)


@dataclass(frozen=True)
class Shown:
    """The learned file at a level, and its rivals at no fewer bytes. None: not there yet; a Failure says why it never will be."""

    learned: Measured | Failure | None
    look: Look | Failure | None
    rivals: dict[str, Match | Failure | None]
    pngs: dict[str, bytes | Failure | None]

    def missing(self) -> int:
        """How many parts are still being computed."""
        return (
            0
            if isinstance(self.learned, Failure)
            else sum(not there for there in self.parts().values())
        )

    def parts(self) -> dict[str, bool]:
        """What is to be computed, in words, and whether it is there."""
        found = {"the learned file": self.learned, "its picture": self.look}
        for name in self.rivals:
            title = get(name).info.title
            found |= {
                f"{title} at its bytes": self.rivals[name],
                f"the picture of {title}": self.pngs[name],
            }
        return {name: part is not None for name, part in found.items()}

    def measured(self) -> dict[str, Measured]:
        """The measurements that are there, "learned" first."""
        found = {"learned": self.learned} | {
            n: m.measured for n, m in self.rivals.items() if isinstance(m, Match)
        }
        return {
            name: measured for name, measured in found.items() if isinstance(measured, Measured)
        }


def shown(
    owner: str, picture: Picture, codec: PhotoModel, level: int, ahead: bool = False
) -> Shown:
    """All that the top of the page shows at `level`; what is not known is being computed, later than all else if `ahead`."""
    first, second = (EXTRA, EXTRA) if ahead else (MATCH, SHOWN)
    learned = engine().point(owner, picture, codec, float(level), first)
    rivals, pngs, look = dict.fromkeys(RIVALS), dict.fromkeys(RIVALS), None
    if isinstance(learned, Measured):
        look = _look(owner, picture, codec, learned, first)
        for name in RIVALS:
            rivals[name] = engine().match(
                owner, picture, get(name), "bytes_at_least", learned.point.bytes, second
            )
            found = rivals[name]
            pngs[name] = (
                _decoded(owner, picture, get(name), found.measured, second)
                if isinstance(found, Match)
                else found
            )
    return Shown(learned, look, rivals, pngs)


def with_structure(owner: str, picture: Picture, codec: Codec, measured: Measured) -> Measured:
    """The measurement with SSIM and MS-SSIM where they are known; they are asked for once TensorFlow is there, unless the picture
    is large."""
    if not warmup.ready() or is_large(picture):
        return measured
    full = engine().full(owner, picture, codec, measured.point.setting, CURVE)
    return full if isinstance(full, Measured) else measured


def no_ms_ssim(picture: Picture) -> str:
    """Why this page has no MS-SSIM of the picture; empty where it has."""
    if is_large(picture):
        return f"MS-SSIM is left out for pictures above {LARGE_PIXELS / 1e6:g} Mpx; the page *Compare* measures it."
    return metrics.absent(picture.height, picture.width).get("ms_ssim", "")


def gain_maps(
    owner: str, picture: Picture, codec: PhotoModel, coder, level: int
) -> list[np.ndarray] | Failure | None:
    """GDN's gain in dB for its two stages, of the picture at no more than GAIN_PIXELS."""

    def work() -> _Maps:
        return _Maps(
            photo_lab.gain_maps(coder.model, resize.reduced(picture.image, GAIN_PIXELS), level - 1)
        )

    found = engine().ask(owner, (picture.sha256, codec.name, "gain", level), work, SHOWN)
    return found.maps if isinstance(found, _Maps) else found


def relaxed(
    owner: str, picture: Picture, codec: PhotoModel, coder, level: int
) -> photo_lab.Relaxed | Failure | None:
    """Noise against rounding at `level`, on the picture's middle where it has more than RELAXED_PIXELS."""

    def work() -> photo_lab.Relaxed:
        return photo_lab.relaxation(
            coder.model, resize.middle(picture.image, RELAXED_PIXELS), level - 1
        )

    return engine().ask(owner, (picture.sha256, codec.name, "relaxed", level), work, CURVE)


@dataclass(frozen=True)
class _Maps:
    maps: list[np.ndarray]

    @property
    def nbytes(self) -> int:
        return sum(array.nbytes for array in self.maps)


def _look(
    owner: str, picture: Picture, codec: PhotoModel, learned: Measured, priority: int
) -> Look | Failure | None:
    def work() -> Look:
        y_hat, level = codec.latents(learned.data)
        coder = codec.coder()
        decoded = coder.picture(y_hat, level, picture.height, picture.width)
        bits = coder.symbol_bits(y_hat, level)
        channels = bits.sum((0, 1), dtype=np.float64)
        top = photo_lab.by_cost(channels)[:TOP_CHANNELS]
        return Look(
            png_bytes(decoded),
            png_bytes(error_map(picture.image, decoded, GAIN)),
            bits.sum(2),
            channels,
            {int(c): photo_lab.latent_picture(y_hat[..., c]) for c in top},
            float(coder.symbol_bits(y_hat, level, "static").sum(dtype=np.float64)),
        )

    return engine().ask(
        owner, (picture.sha256, codec.name, "look", learned.point.setting), work, priority
    )


def _decoded(
    owner: str, picture: Picture, codec: Codec, measured: Measured, priority: int
) -> bytes | Failure | None:
    key = (picture.sha256, codec.name, "png", measured.point.setting)
    return engine().ask(owner, key, lambda: png_bytes(codec.decode(measured.data)), priority)
