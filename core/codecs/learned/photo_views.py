"""What a learned file, and the model behind it, give to see: computed in workers, for the pages."""

from dataclasses import dataclass

import numpy as np

from core import images
from core.codecs.learned.photo_models import PhotoModel
from core.images import Picture, resize
from core.learned.photos import lab
from core.linear.lowrank import error_map

GAIN = 4  # of the picture of differences
TOP_CHANNELS = 12
GAIN_PIXELS = 1_000_000  # larger pictures are reduced before GDN's gain is taken
RELAXED_PIXELS = 500_000  # and only their middle is used for noise against rounding
TAPS = 9  # of the kernels next to the pixels


@dataclass(frozen=True)
class Look:
    """What a learned file gives to see.

    `position_bits` (h, w) and `channel_bits` (C,) are bits under the model; `latents` the most
    expensive channels of ŷ as pictures; `static_bits` what all latents would cost with one table a
    channel.
    """

    png: bytes
    error_png: bytes
    position_bits: np.ndarray
    channel_bits: np.ndarray
    latents: dict[int, np.ndarray]
    static_bits: float

    @property
    def nbytes(self) -> int:
        """Bytes of memory that it takes."""
        arrays = (self.position_bits, self.channel_bits, *self.latents.values())
        return len(self.png) + len(self.error_png) + sum(array.nbytes for array in arrays)


@dataclass(frozen=True)
class Maps:
    """Arrays (h, w), one a stage or a kernel."""

    maps: list[np.ndarray]

    @property
    def nbytes(self) -> int:
        """Bytes of memory that they take."""
        return sum(array.nbytes for array in self.maps)


def look(picture: Picture, codec: PhotoModel, data: bytes) -> Look:
    """What the file `data` of `picture` gives to see."""
    y_hat, level = codec.latents(data)
    coder = codec.coder()
    decoded = coder.picture(y_hat, level, picture.height, picture.width)
    bits = coder.symbol_bits(y_hat, level)
    channels = bits.sum((0, 1), dtype=np.float64)
    top = lab.by_cost(channels)[:TOP_CHANNELS]
    static = coder.symbol_bits(y_hat, level, "static")
    return Look(
        images.quick_png(decoded),
        images.quick_png(error_map(picture.image, decoded, GAIN)),
        bits.sum(2),
        channels,
        {int(c): lab.latent_picture(y_hat[..., c]) for c in top},
        float(static.sum(dtype=np.float64)),
    )


def gain_maps(picture: Picture, codec: PhotoModel, level: int) -> Maps:
    """GDN's gain in dB for its two stages, of the picture at no more than GAIN_PIXELS."""
    image = resize.reduced(picture.image, GAIN_PIXELS)
    return Maps(lab.gain_maps(codec.coder().model, image, level - 1))


def relaxed(picture: Picture, codec: PhotoModel, level: int) -> lab.Relaxed:
    """Noise against rounding at `level`, on the picture's middle above RELAXED_PIXELS."""
    image = resize.middle(picture.image, RELAXED_PIXELS)
    return lab.relaxation(codec.coder().model, image, level - 1)


def filters(codec: PhotoModel, side: str) -> Maps:
    """The kernels next to the pixels, of "analysis" or "synthesis", as pictures."""
    spectrum = np.asarray(codec.coder().model.parameters[f"{side}/0/spectrum"])
    return Maps(list(lab.filter_pictures(spectrum, TAPS)))
