"""The colours of every figure, table and viewer: one for each codec."""

import hashlib

COLOURS = {
    "jpeg": "#7d8797",
    "jpeg444": "#a9845a",
    "jpeg-psnr": "#4a5568",
    "jpeg-eye": "#a3aab8",
    "jpeg2000": "#e07b2f",
    "webp": "#2f9e6b",
    "webp-sharp": "#7fbf3f",
    "avif": "#3b7ff0",
    "avif-psnr": "#1f4fa8",
    "avif-psnr-slow": "#7aa6e8",
    "jpegxl": "#8a5cf0",
    "heic": "#c9a227",
    "vvc": "#b4531f",
    "svd": "#d8435c",
    "klt": "#d14bab",
    "bls2017": "#12808f",
    "bls2017-rounded": "#7d9da6",
    "bls2017-static": "#2b5566",
    "bls2017-neural": "#08b8cc",
    "mnist": "#8c6a3f",
}
_OTHERS = ("#5f7f2e", "#4f6db8", "#93478f", "#2f8f8f", "#9a6b3c")
NEUTRAL = "#8b95a3"
ACCENT = "#d8435c"  # what a chart points at


def colour(codec: str) -> str:
    """The codec's colour in every chart, table and viewer; for unknown codecs a stable choice."""
    if codec in COLOURS:
        return COLOURS[codec]
    return _OTHERS[hashlib.sha256(codec.encode()).digest()[0] % len(_OTHERS)]


def faint(hex_colour: str, opacity: float = 0.14) -> str:
    """A colour "#rrggbb" as CSS "rgba(…)" that lets the grid show through."""
    red, green, blue = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"
