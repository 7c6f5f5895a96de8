"""What becomes of a picture's metadata.

Pixels are what they look like: upright, and in sRGB, whatever EXIF orientation and colour profile
the source had (`core.images`). No profile is embedded: without one, sRGB is what programs assume.
EXIF is dropped, or kept without its orientation, which has been applied.
"""

import io

from PIL import Image

from core.export import embed

ORIENTATION = 0x0112
THUMBNAIL_IFD = 1
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF")


def exif_of(data: bytes) -> bytes:
    """The EXIF data of a picture file as a TIFF block, orientation taken out; empty without any.

    Data that cannot be read count as none.
    """
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            exif = picture.getexif()
            exif.pop(ORIENTATION, None)
            if not exif:
                return b""
            return exif.tobytes().removeprefix(b"Exif\0\0")
    except Exception:  # any failure of a foreign parser on foreign bytes
        return b""


def add_exif(data: bytes, suffix: str, exif: bytes) -> tuple[bytes, str]:
    """(the file with `exif` in it, a remark on where that cannot be)."""
    if not exif:
        return data, ""
    add = embed.FORMATS.get(suffix)
    if add is None:
        return data, f"EXIF was dropped: {suffix} files have no place for it here."
    if len(exif) > embed.MOST:
        return data, f"EXIF was dropped: it has {len(exif):,} bytes."
    return add(data, exif), ""
