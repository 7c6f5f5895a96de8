"""A picture of any mode -> 8-bit sRGB, upright and opaque, with notes on what that took.

This is about EXIF orientation, depth, palettes, transparency, colour profiles (ICC) and CMYK.
"""

import io
import struct

import numpy as np
from PIL import Image, ImageCms, ImageOps

from core.errors import ImageError


def to_srgb(picture: Image.Image) -> tuple[Image.Image, list[str]]:
    """`picture` upright, without alpha, as 8-bit sRGB; and the notes on what that took.

    Raises ImageError for values of 32 bits.
    """
    notes = []
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    if upright.size != picture.size or picture.getexif().get(0x0112, 1) in range(2, 9):
        notes.append("Turned upright as its EXIF orientation says.")
    picture = upright
    if picture.mode.startswith("I"):  # I;16, I;16B, I: 16-bit grey
        values = np.asarray(picture).astype(np.int64)
        if values.max(initial=0) > 65535 or values.min(initial=0) < 0:
            raise ImageError(
                "32-bit integer pictures are not supported; save it with 8 or 16 bits."
            )
        picture = Image.fromarray((values >> 8).astype(np.uint8))
        notes.append("16-bit values were reduced to 8 bits.")
    if picture.mode == "F":
        raise ImageError("floating-point pictures are not supported; save it with 8 or 16 bits.")
    if picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    if picture.mode in ("RGB", "L") and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    alpha = (
        picture.convert("RGBA").getchannel("A")
        if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa")
        else None
    )
    if alpha is not None:
        picture = picture.convert("RGBA").convert("RGB")
    if profile:
        picture, note = _convert_profile(picture, profile)
        notes += note
    if picture.mode == "CMYK":
        notes.append("CMYK without a profile was converted by the plain formula.")
    picture = picture.convert("RGB")
    if alpha is not None and alpha.getextrema() != (255, 255):
        picture.putalpha(alpha)
        picture = on_white(picture)
        notes.append("Transparency was composited on white.")
    return picture, notes


def on_white(picture: Image.Image) -> Image.Image:
    """`picture`, RGBA or LA, over a white ground, as RGB."""
    picture = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")


def _convert_profile(picture: Image.Image, profile: bytes) -> tuple[Image.Image, list[str]]:
    """`picture` in sRGB when its embedded ICC profile is another.

    An unreadable profile is ignored, and said so.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        title = ImageCms.getProfileDescription(source).strip()
        if title.lower().startswith("srgb"):
            return picture, []
        if picture.mode == "L" and source.profile.xcolor_space.strip() == "RGB":
            picture = picture.convert("RGB")
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
        assert converted is not None  # it is so only where a picture is converted in place
        return converted, [f"Colours were converted from the profile “{title[:60]}” to sRGB."]
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, struct.error):
        return picture, ["Its embedded colour profile cannot be used and was ignored."]
