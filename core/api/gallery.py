"""Pictures side by side in a notebook, exact to the pixel, with captions."""

import base64
from collections.abc import Mapping
from html import escape

import numpy as np

from core.images import Picture, png
from core.rd.match import Match
from core.rd.measure import Measured

Shown = Picture | Measured | Match | np.ndarray | bytes

_STYLE = "image-rendering:pixelated;width:100%;display:block"


class Gallery:
    """What `gallery` returns: notebooks draw it as HTML."""

    def __init__(self, pictures: Mapping[str, Shown], width: int) -> None:
        self.pictures = pictures
        self.width = width

    def __repr__(self) -> str:
        return f"<gallery: {', '.join(self.pictures)}>"

    def _repr_html_(self) -> str:
        figures = [_figure(name, shown, self.width) for name, shown in self.pictures.items()]
        return f'<div style="display:flex;flex-wrap:wrap;gap:12px">{"".join(figures)}</div>'


def gallery(pictures: Mapping[str, Shown], width: int = 320) -> Gallery:
    """Pictures under their captions, each `width` CSS pixels wide.

    A picture is a `Picture`, a measured or matched file (whose figures join the caption), pixels
    uint8 (H, W), (H, W, 1) or (H, W, 3), or the bytes of a PNG file.
    """
    return Gallery(dict(pictures), width)


def _figure(name: str, shown: Shown, width: int) -> str:
    file, told = _png(shown)
    data = base64.b64encode(file).decode()
    caption = "<br>".join(escape(text) for text in (name, told) if text)
    return (
        f'<figure style="margin:0;width:{width}px;font-size:12px">'
        f'<img src="data:image/png;base64,{data}" alt="{escape(name)}" style="{_STYLE}">'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _png(shown: Shown) -> tuple[bytes, str]:
    """(a PNG file, what its figures are)."""
    if isinstance(shown, Match):
        shown = shown.measured
    if isinstance(shown, Measured):
        if shown.decoded is None:
            raise ValueError("This measurement has dropped its picture; measure the file again.")
        point = shown.point
        psnr = point.measures.get("psnr")
        told = f"{point.bytes:,} bytes · {point.bpp:.3f} bpp"
        return png(shown.decoded), told + ("" if psnr is None else f" · {psnr:.2f} dB")
    if isinstance(shown, Picture):
        return png(shown.image), f"{shown.width} × {shown.height} pixels"
    if isinstance(shown, bytes):
        return shown, ""
    return png(shown), ""
