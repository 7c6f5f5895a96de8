"""The classical codecs, each at its best plain configuration.

Each writes a standard file that any other program opens.

Pillow encodes JPEG (libjpeg-turbo), JPEG 2000 (OpenJPEG), WebP (libwebp) and AVIF (libaom through
libavif); imagecodecs encodes JPEG XL (libjxl). Whatever moves the figures – subsampling, effort,
threads, library version – is in `info.options`.
"""

import io
from collections.abc import Callable
from functools import cache

import imagecodecs
import numpy as np
import PIL
from PIL import Image, features

from core import images
from core.codecs.base import Codec, CodecInfo, Encoded, Setting
from core.codecs.classical.av1_levels import levels
from core.errors import BitstreamError, ImageError

_LIBJXL = imagecodecs.jpegxl_version().split()[-1]


class _Standard(Codec):
    """A codec of standard files: `images.decode_standard` decodes them, this one format allowed."""

    format: str

    def decode(self, data: bytes) -> np.ndarray:
        try:
            return images.decode_standard(data, self.format)
        except ImageError as error:
            raise BitstreamError(str(error)) from error


class _Pillow(_Standard):
    """A codec that Pillow writes with the keyword arguments `save_options(value)`."""

    def save_options(self, value: float) -> dict:
        raise NotImplementedError

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        out = io.BytesIO()
        Image.fromarray(image).save(out, self.format, **self.save_options(value))
        return Encoded(out.getvalue())


@cache
def _version(feature: str) -> str:
    return f"{features.version(feature) or 'unknown'} (Pillow {PIL.__version__})"


def quality_setting(
    grid: tuple[float, ...],
    low: float = 1,
    default: float = 75,
    level: Callable[[float], int] | None = None,
) -> Setting:
    """The setting of encoders that take a quality of up to 100."""
    return Setting("quality", low, 100, default=default, grid=grid, level=level)


class Jpeg(_Pillow):
    """JPEG (ITU-T T.81), 4:2:0, baseline with optimised Huffman tables."""

    format = "JPEG"
    subsampling = "4:2:0"
    setting = quality_setting((5, 10, 15, 20, 30, 40, 50, 60, 70, 80, 87, 92, 95, 98, 100))
    info = CodecInfo(
        "jpeg",
        "JPEG",
        "classical",
        ".jpg",
        "image/jpeg",
        "The format of 1992 that everything opens; chroma at half resolution.",
        max_side=65500,
        cites=("wallace1992jpeg",),
        options={
            "subsampling": "4:2:0",
            "Huffman tables": "optimised",
            "libjpeg-turbo": _version("libjpeg_turbo"),
        },
    )

    def save_options(self, value: float) -> dict:
        return {"quality": int(value), "subsampling": self.subsampling, "optimize": True}


class Jpeg444(Jpeg):
    """JPEG with full chroma resolution: more bytes, and colour detail that improves with them."""

    subsampling = "4:4:4"
    info = CodecInfo(
        "jpeg444",
        "JPEG 4:4:4",
        "classical",
        ".jpg",
        "image/jpeg",
        "JPEG with chroma at full resolution.",
        max_side=65500,
        cites=("wallace1992jpeg",),
        options={
            "subsampling": "4:4:4",
            "Huffman tables": "optimised",
            "libjpeg-turbo": _version("libjpeg_turbo"),
        },
    )


class Jpeg2000(_Pillow):
    """JPEG 2000 (ITU-T T.800): 9/7 wavelet, colour transform, EBCOT.

    The setting is the rate handed to its rate control.
    """

    UNCOUNTED = 16  # bytes that OpenJPEG's rate control leaves out: the markers SOT, SOD and EOC
    format = "JPEG2000"
    setting = Setting(
        "rate",
        0.02,
        12.0,
        default=0.5,
        unit="bpp",
        step=0,
        scale="log",
        grid=(0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.2, 1.6, 2.0, 2.6, 3.5, 5.0),
    )
    info = CodecInfo(
        "jpeg2000",
        "JPEG 2000",
        "classical",
        ".jp2",
        "image/jp2",
        "Wavelets with exact rate control; the cinema's format.",
        tuned_for="psnr",
        cites=("skodras2001jpeg2000",),
        options={
            "wavelet": "9/7 irreversible",
            "colour transform": "yes",
            "layers": "1",
            "OpenJPEG": _version("jpg_2000"),
        },
    )

    def aim(self, nbytes: int, pixels: int) -> float | None:
        rate = 8 * (nbytes - self.UNCOUNTED) / pixels
        return rate if self.setting.low <= rate <= self.setting.high else None

    def save_options(self, value: float) -> dict:
        return {
            "quality_mode": "rates",
            "quality_layers": [24 / value],
            "irreversible": True,
            "mct": 1,
        }


class WebP(_Pillow):
    """WebP, lossy (VP8 intra frames), at its slowest and best method."""

    format = "WEBP"
    setting = quality_setting((0, 2, 5, 10, 20, 30, 45, 60, 72, 80, 86, 90, 94, 97, 100), low=0)
    info = CodecInfo(
        "webp",
        "WebP",
        "classical",
        ".webp",
        "image/webp",
        "VP8's intra frames, in every browser; chroma at half resolution.",
        max_side=16383,
        cites=("rfc9649webp",),
        options={"subsampling": "4:2:0", "method": "6 of 6", "libwebp": _version("webp")},
    )

    def save_options(self, value: float) -> dict:
        return {"quality": int(value), "method": 6}


class Avif(_Pillow):
    """AVIF (AV1 intra frames). One thread: its bytes depend on the number of threads."""

    format = "AVIF"
    setting = quality_setting(
        (3, 8, 15, 22, 30, 38, 46, 54, 62, 70, 77, 84, 90, 95, 100), low=0, level=levels()
    )
    info = CodecInfo(
        "avif",
        "AVIF",
        "classical",
        ".avif",
        "image/avif",
        "AV1's intra frames; chroma at half resolution.",
        tuned_for="eye",
        cites=(
            "han2021av1",
            "avif",
        ),
        options={"subsampling": "4:2:0", "speed": "6", "threads": "1", "libavif": _version("avif")},
    )

    def save_options(self, value: float) -> dict:
        return {"quality": int(value), "speed": 6, "subsampling": "4:2:0", "max_threads": 1}


class JpegXl(_Standard):
    """JPEG XL (VarDCT).

    The setting is libjxl's distance: 1 is visually lossless, larger is coarser.
    """

    format = "JXL"
    setting = Setting(
        "distance",
        0.05,
        25.0,
        default=2.0,
        step=0,
        better="low",
        scale="log",
        grid=(25, 18, 13, 10, 7.5, 5.5, 4, 3, 2.2, 1.6, 1.1, 0.7, 0.45, 0.25, 0.1),
    )
    info = CodecInfo(
        "jpegxl",
        "JPEG XL",
        "classical",
        ".jxl",
        "image/jxl",
        "VarDCT tuned for the eye rather than for PSNR.",
        tuned_for="eye",
        cites=("alakuijala2019jpegxl",),
        options={
            "subsampling": "none (XYB)",
            "effort": "7 of 9",
            "threads": "1",
            "libjxl": f"{_LIBJXL} (imagecodecs {imagecodecs.__version__})",
        },
    )

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        return Encoded(
            bytes(imagecodecs.jpegxl_encode(image, distance=value, effort=7, numthreads=1))
        )
