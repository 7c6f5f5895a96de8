"""Small pictures with square pixels and captions, in rows that wrap on a narrow screen."""

import base64
from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from core.images import png

_STYLE = """
<style>
.thumbnails {display: flex; flex-wrap: wrap; gap: .7rem .8rem; margin: .2rem 0 .4rem}
.thumbnails figure {margin: 0; text-align: center}
.thumbnails img {image-rendering: pixelated; border-radius: 4px; display: block; margin: 0 auto;
  outline: 1px solid rgba(128,140,160,.35)}
.thumbnails figcaption {font-size: .78rem; line-height: 1.35; margin-top: .25rem; opacity: .85;
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere}
.thumbnails code {font-size: .74rem}
</style>
"""


def show_thumbnails(
    pictures: Sequence[np.ndarray],
    captions: Sequence[str] | None = None,
    side: int = 84,
    width: int | None = None,
) -> None:
    """Pictures, uint8 (H, W), (H, W, 1) or (H, W, 3), `side` CSS pixels high, with captions below.

    Captions are plain text of one or more lines; text between backticks is set as code. `width`
    is that of a figure with its caption, by default the picture's own.
    """
    texts = captions if captions is not None else [""] * len(pictures)
    figures = [
        _figure(picture, caption, side, width)
        for picture, caption in zip(pictures, texts, strict=True)
    ]
    st.html(f'{_STYLE}<div class="thumbnails">{"".join(figures)}</div>')


def _figure(picture: np.ndarray, caption: str, side: int, width: int | None) -> str:
    source = "data:image/png;base64," + base64.b64encode(png(picture)).decode()
    across = max(1, round(side * picture.shape[1] / picture.shape[0]))
    lines = caption.split("\n")
    alt = escape(lines[0].replace("`", ""))
    text = "<br>".join(_with_code(escape(line)) for line in lines)
    return (
        f'<figure style="width:{width or across}px">'
        f'<img src="{source}" alt="{alt}" style="width:{across}px;height:{side}px">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _with_code(line: str) -> str:
    """Every second part between backticks as <code>."""
    parts = line.split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
