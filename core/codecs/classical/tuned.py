"""Well-known formats again, encoded for another aim: for PSNR, or for the eye.

They write the same standard files, and the plain codecs' decoders read them. What encodes
them comes with optional packages: mozjpeg and libwebp in pyvips-binary, jpegli in pyjpegli.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from core.codecs.base import CodecInfo, Encoded
from core.codecs.classical import packages
from core.codecs.classical.av1_levels import levels
from core.codecs.classical.standard import Avif, Jpeg, WebP, quality_setting


def _vips(image: np.ndarray) -> Any:
    """`image` as libvips holds it, sharing its memory."""
    import pyvips

    height, width, bands = image.shape
    return pyvips.Image.new_from_memory(
        np.ascontiguousarray(image).data, width, height, bands, "uchar"
    ).copy(interpretation="srgb")


class JpegPsnr(Jpeg):
    """JPEG by mozjpeg for PSNR: flat quantisation tables, trellis quantisation, searched scans."""

    setting = quality_setting((3, 7, 12, 18, 25, 33, 42, 51, 60, 70, 79, 86, 91, 95, 98))
    info = CodecInfo(
        "jpeg-psnr",
        "JPEG for PSNR",
        "classical",
        ".jpg",
        "image/jpeg",
        "JPEG as mozjpeg writes it when only the squared error counts.",
        max_side=65500,
        tuned_for="psnr",
        cites=(
            "wallace1992jpeg",
            "mozjpeg",
        ),
        options={
            "subsampling": "4:2:0",
            "quantisation tables": "flat",
            "trellis": "yes",
            "scans": "progressive, searched",
            "Huffman tables": "optimised",
            "mozjpeg": packages.version("pyvips-binary"),
        },
    )

    def missing(self) -> str:
        return packages.absent("pyvips", "pyvips-binary")

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        data = _vips(image).jpegsave_buffer(
            Q=int(value),
            keep="none",
            subsample_mode="on",
            quant_table=1,  # every coefficient with one step
            trellis_quant=True,
            optimize_coding=True,
            interlace=True,
            optimize_scans=True,
        )
        return Encoded(bytes(data))


class JpegEye(Jpeg):
    """JPEG by jpegli for the eye: quantisation adapts after Butteraugli, with more precision."""

    setting = quality_setting((1, 5, 10, 15, 20, 27, 35, 45, 55, 65, 75, 83, 90, 95, 98))
    info = CodecInfo(
        "jpeg-eye",
        "JPEG for the eye",
        "classical",
        ".jpg",
        "image/jpeg",
        "JPEG as jpegli writes it: bits go where the eye would see their absence.",
        max_side=65500,
        tuned_for="eye",
        cites=(
            "wallace1992jpeg",
            "bruse2024jpegli",
        ),
        options={
            "subsampling": "4:2:0",
            "quantisation": "adaptive",
            "jpegli": packages.version("pyjpegli"),
        },
    )

    def missing(self) -> str:
        return packages.absent("pyjpegli", "pyjpegli")

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        import pyjpegli

        height, width = image.shape[:2]
        pixels = np.ascontiguousarray(image).tobytes()
        return Encoded(pyjpegli.encode(pixels, width, height, quality=int(value)))


class WebPSharp(WebP):
    """WebP with chroma reduced by sharp YUV: edges between colours keep their brightness."""

    info = CodecInfo(
        "webp-sharp",
        "WebP, sharp YUV",
        "classical",
        ".webp",
        "image/webp",
        "WebP with chroma fitted to what the decoder will make of it.",
        max_side=16383,
        tuned_for="none",
        cites=("rfc9649webp",),
        options={
            "subsampling": "4:2:0, sharp YUV",
            "method": "6 of 6",
            "libwebp": packages.version("pyvips-binary"),
        },
    )

    def missing(self) -> str:
        return packages.absent("pyvips", "pyvips-binary")

    def _encode(self, image: np.ndarray, value: float) -> Encoded:
        data = _vips(image).webpsave_buffer(
            Q=int(value), effort=6, smart_subsample=True, keep="none"
        )
        return Encoded(bytes(data))


class AvifPsnr(Avif):
    """AVIF for PSNR: libaom's tune=psnr and chroma at full resolution.

    4:4:4 beats 4:2:0 in PSNR over R, G and B at every rate of the grid, at the same speed.
    """

    speed = 5
    setting = replace(Avif.setting, level=levels(tuned_for_psnr=True))
    info = CodecInfo(
        "avif-psnr",
        "AVIF for PSNR",
        "classical",
        ".avif",
        "image/avif",
        "AV1's intra frames when only the squared error counts; chroma at full resolution.",
        tuned_for="psnr",
        cites=(
            "han2021av1",
            "avif",
        ),
        options=Avif.info.options
        | {"subsampling": "4:4:4", "speed": str(speed), "libaom's tune": "psnr"},
    )

    def save_options(self, value: float) -> dict:
        return super().save_options(value) | {
            "speed": self.speed,
            "subsampling": "4:4:4",
            "advanced": {"tune": "psnr"},
        }


class AvifPsnrSlow(AvifPsnr):
    """AVIF for PSNR at a speed for data sets rather than for somebody who waits."""

    speed = 3
    info = CodecInfo(
        "avif-psnr-slow",
        "AVIF for PSNR, slow",
        "classical",
        ".avif",
        "image/avif",
        "AVIF for PSNR with a longer search, about three seconds for half a megapixel.",
        tuned_for="psnr",
        cites=(
            "han2021av1",
            "avif",
        ),
        options=AvifPsnr.info.options | {"speed": str(speed)},
    )
