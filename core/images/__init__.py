"""Where pictures come from: bytes -> `Picture`, with a sentence for whatever is refused.

file, upload ─────────────┐
web address ──► fetch ────┼──►  picture.read  ──►  Picture (uint8 (H, W, 3), sRGB)
zip ──────────► archive ──┘     (jxl_header: size before decoding; srgb: colours, orientation)

`resize` crops pictures, makes them smaller, and takes their luma.
"""

from core.images.picture import (
    MAX_BYTES,
    MAX_PIXELS,
    SUFFIXES,
    Picture,
    decode_standard,
    fingerprint,
    load,
    png,
    quick_png,
    read,
)

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "SUFFIXES",
    "Picture",
    "decode_standard",
    "fingerprint",
    "load",
    "png",
    "quick_png",
    "read",
]
