"""HEIC: HEVC's intra frames by x265, in the phones' container.

The package pillow-heif carries both.
"""

import io

import numpy as np

from core.codecs.base import Codec, CodecInfo, Encoded
from core.codecs.classical import packages
from core.codecs.classical.standard import quality_setting
from core.errors import BitstreamError, ImageError
from core.images.picture import MAX_PIXELS

_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis")


def is_heic(data: bytes) -> bool:
    """Whether `data` claims to be a HEIC file."""
    return data[4:8] == b"ftyp" and data[8:12] in _BRANDS


class Heic(Codec):
    """HEIC (HEVC intra, ITU-T H.265) with tune=psnr and chroma at full resolution."""

    setting = quality_setting(
        (2, 8, 14, 20, 26, 32, 38, 44, 50, 56, 63, 70, 78, 86, 94), low=0, default=50
    )
    info = CodecInfo(
        "heic",
        "HEIC",
        "classical",
        ".heic",
        "image/heic",
        "HEVC's intra frames, as telephones keep their photographs; chroma at full resolution.",
        max_side=16384,
        tuned_for="psnr",
        cites=("sullivan2012hevc",),
        options={
            "subsampling": "4:4:4",
            "preset": "slow",
            "x265's tune": "psnr",
            "x265": packages.version("pillow-heif"),
        },
    )

    def missing(self) -> str:
        return packages.absent("pillow_heif", "pillow-heif")

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        import pillow_heif

        height, width = image.shape[:2]
        picture = pillow_heif.from_bytes("RGB", (width, height), np.ascontiguousarray(image).data)
        out = io.BytesIO()
        parameters = {"tune": "psnr", "preset": "slow"}
        picture.save(out, quality=int(value), chroma=444, enc_params=parameters)
        return Encoded(out.getvalue())

    def decode(self, data: bytes) -> np.ndarray:
        import pillow_heif

        if not is_heic(data):
            raise BitstreamError("This is not a HEIC file.")
        try:
            file = pillow_heif.open_heif(data)
            width, height = file.size
            if width * height > MAX_PIXELS:
                raise ImageError(f"The HEIC file describes {width} × {height} pixels: too many.")
            pixels = np.asarray(file)
        except ImageError as error:
            raise BitstreamError(str(error)) from error
        except Exception as error:  # whatever a foreign parser makes of foreign bytes
            raise BitstreamError("The HEIC data are damaged or cut short.") from error
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] < 3:
            raise BitstreamError("This HEIC file does not hold an 8-bit RGB picture.")
        return np.ascontiguousarray(pixels[..., :3])
