"""Which codec a file belongs to, and what its header says."""

import io

from PIL import Image

from core.codecs.base import Codec
from core.codecs.classical.heic import is_heic
from core.codecs.registry import CODECS, get
from core.coding import container
from core.errors import BitstreamError, ImageError
from core.images.jxl_header import is_jxl, jxl_size

_PILLOW = {"JPEG": "jpeg", "JPEG2000": "jpeg2000", "WEBP": "webp", "AVIF": "avif"}


def identify(data: bytes) -> tuple[Codec, dict[str, str]]:
    """(the codec that decodes `data`, facts of its header by name).

    Raises BitstreamError for any other file.

    The two JPEG codecs write the same format; `jpeg` reads both.
    """
    if container.is_container(data):
        c = container.unpack(data)
        if c.codec not in CODECS:
            raise BitstreamError(
                f"This .rdx file needs the codec {c.codec}, which takes no photographs."
            )
        facts = {
            "format": ".rdx, version 1",
            "codec": c.codec,
            "setting": f"{c.setting:g}",
            "size": f"{c.width} × {c.height} pixels",
            "payload": f"{len(c.payload):,} bytes",
            "header and checksum": f"{len(data) - len(c.payload)} bytes",
        }
        if c.fingerprint:
            facts["model"] = c.fingerprint.hex()
        return get(c.codec), facts
    if is_jxl(data):
        try:
            width, height = jxl_size(data)
        except ImageError as error:
            raise BitstreamError(str(error)) from error
        return get("jpegxl"), {"format": "JPEG XL", "size": f"{width} × {height} pixels"}
    if is_heic(data):
        return get("heic"), {"format": "HEIC"}
    try:
        with Image.open(io.BytesIO(data), formats=list(_PILLOW)) as picture:
            kind = picture.format or ""
            facts = {
                "format": kind,
                "size": f"{picture.width} × {picture.height} pixels",
                "mode": picture.mode,
            }
            if picture.info.get("icc_profile"):
                facts["colour profile"] = f"{len(picture.info['icc_profile']):,} bytes"
            if picture.info.get("progressive"):
                facts["scan"] = "progressive"
            if kind == "JPEG":
                facts["subsampling"] = _jpeg_subsampling(picture)
            return get(_PILLOW[kind]), facts
    except Exception as error:  # any failure of a foreign parser on foreign bytes
        raise BitstreamError(
            "This is no file of a codec here: neither .rdx nor JPEG, JPEG 2000, WebP, AVIF or "
            "JPEG XL, or its header is damaged."
        ) from error


def _jpeg_subsampling(picture: Image.Image) -> str:
    from PIL.JpegImagePlugin import get_sampling

    return {0: "4:4:4", 1: "4:2:2", 2: "4:2:0"}.get(get_sampling(picture), "other")
