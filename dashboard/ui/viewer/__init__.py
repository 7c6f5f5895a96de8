"""A picture viewer that is exact to the pixel: slider, grid, flicker, differences; linked zoom and pan.

Everything after the pictures' arrival happens in the browser. The pictures travel as PNG files of Streamlit's media store,
named by their content: a rerun with unchanged pictures sends addresses only, and nothing is decoded twice.
"""

import hashlib
import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit import runtime

MODES = ("slider", "grid", "flicker", "difference")
ZOOMS = (0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, *range(1, 17), 20, 24, 32)
_HERE = Path(__file__).parent
_SCRIPTS = (
    "geometry.js",
    "pixels.js",
    "pictures.js",
    "tiles.js",
    "view.js",
    "display.js",
    "controls.js",
    "pointer.js",
    "viewer.js",
)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Panel:
    """One picture of the viewer.

    `key` names it across reruns, `label` and `caption` ("39,870 bytes · 0.811 bpp · 35.32 dB") are plain text, `png` is a
    PNG file (see `png_bytes`), `colour` any CSS colour: the dot beside the label.
    """

    key: str
    label: str
    caption: str
    png: bytes
    colour: str = "#8a8f98"

    def __post_init__(self) -> None:
        if self.png[:8] != _SIGNATURE or len(self.png) < 33:
            raise ValueError(
                f"panel {self.key!r}: png is not a PNG file; make one with png_bytes(image)"
            )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, from the PNG header."""
        return struct.unpack(">II", self.png[16:24])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the PNG file, taken once per panel: keep panels of large pictures rather than their bytes."""
        return hashlib.sha256(self.png).hexdigest()


@dataclass(frozen=True)
class ViewerState:
    """What the viewer shows. `zoom` is screen pixels per picture pixel, 0 to fit; (x, y) the centre, 0…1 of the picture;
    `pixel` the pinned pixel (column, row) or None."""

    mode: str
    left: str
    right: str
    reference: str
    zoom: float = 0.0
    x: float = 0.5
    y: float = 0.5
    pixel: tuple[int, int] | None = None


def png_bytes(image: np.ndarray) -> bytes:
    """A uint8 image (H, W, 3), (H, W, 1) or (H, W) as a PNG file; fast rather than small (0.04 s for 768 × 512).

    Nothing is cached here: callers that show a picture again keep the bytes, or wrap this in their own cache.
    """
    array = np.asarray(image)
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if (
        array.dtype != np.uint8
        or array.ndim not in (2, 3)
        or (array.ndim == 3 and array.shape[2] != 3)
        or not array.size
    ):
        raise ValueError(
            f"png_bytes wants a uint8 image (H, W), (H, W, 1) or (H, W, 3), got {array.dtype} {np.shape(image)}"
        )
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def viewer(
    panels: Sequence[Panel],
    key: str,
    height: int = 560,
    mode: str = "slider",
    left: str | None = None,
    right: str | None = None,
    reference: str | None = None,
    zoom: float | None = None,
    centre: tuple[float, float] | None = None,
    report: bool = False,
) -> ViewerState:
    """Show one to nine pictures of one scene and return what is shown.

    `left` and `right` are keys of panels (default: the first two), compared by slider and flicker; `reference` is the key of
    the panel that differences are taken from and that a held key shows (default: the first panel).
    These, `mode`, `zoom` and `centre` take effect at first and whenever they change from one run to the next; in
    between the person's own choice holds, over reruns and page changes. `height` is the greatest height of the picture
    area in CSS pixels. The browser tells the script nothing, and causes no rerun, unless `report` is set: then the
    returned state follows half a second after the last movement – wrap the call in a fragment to keep that cheap.

    Raises ValueError for no or too many panels, keys given twice, and a key, mode, zoom or centre that does not exist.
    """
    keys = [panel.key for panel in panels]
    if not 1 <= len(panels) <= 9 or len(set(keys)) != len(keys):
        raise ValueError(f"a viewer shows 1 to 9 panels with different keys, got {keys}")
    if mode not in MODES or not {left, right, reference} <= {*keys, None}:
        raise ValueError(
            f"mode must be one of {MODES}, left, right and reference of {keys}; "
            f"got {mode!r}, {left!r}, {right!r}, {reference!r}"
        )
    x, y = centre or (None, None)
    if zoom not in (None, *ZOOMS) or not all(0 <= at <= 1 for at in centre or ()):
        raise ValueError(
            f"zoom must be one of {ZOOMS}, the centre within 0…1; got {zoom!r}, {centre!r}"
        )
    told = _component()(
        key=key,
        data={
            "key": key,
            "panels": [_address(panel, f"viewer/{key}/{i}") for i, panel in enumerate(panels)],
            "height": height,
            "ask": {
                "mode": mode,
                "left": left,
                "right": right,
                "reference": reference,
                "zoom": zoom,
                "x": x,
                "y": y,
            },
            "report": report,
        },
        default={"view": None},
        on_view_change=lambda: None,
    ).get("view")
    first = left or next(k for k in keys if k != right or len(keys) == 1)
    second = right or next((k for k in keys if k != first), first)
    start = ViewerState(
        mode, first, second, reference or keys[0], zoom or 0.0, *(centre or (0.5, 0.5))
    )
    return _state(told, start, keys) if report else start


def _component() -> Any:
    """The mounting command. Registering the same definition again costs nothing, and each server has a registry of its own."""
    return st.components.v2.component(
        "rdx_viewer", html=_text("viewer.html"), css=_text("viewer.css"), js=_text(*_SCRIPTS)
    )


@cache
def _text(*names: str) -> str:
    """Files of this folder, one after the other: the scripts share one module scope."""
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)


def _address(panel: Panel, place: str) -> dict[str, Any]:
    """What the browser needs to know of a panel; its PNG goes into the media store.

    The store names files over 1 MiB by a sample of their bytes: the digest as file name tells any two pictures apart.
    """
    url = ""
    if runtime.exists():
        url = runtime.get_instance().media_file_mgr.add(
            panel.png, "image/png", place, file_name=f"{panel.digest}.png"
        )
    width, height = panel.size
    return {
        "key": panel.key,
        "label": panel.label,
        "caption": panel.caption,
        "colour": panel.colour,
        "digest": panel.digest,
        "url": url,
        "width": width,
        "height": height,
    }


def _state(told: Any, start: ViewerState, keys: list[str]) -> ViewerState:
    """The browser's report, every value checked; what is missing or impossible keeps its start value."""
    if not isinstance(told, dict):
        return start

    def one_of(name: str, choices: Sequence[Any]) -> Any:
        return told.get(name) if told.get(name) in choices else getattr(start, name)

    def share(name: str) -> float:
        value = told.get(name)
        return (
            float(value)
            if type(value) in (int, float) and 0 <= value <= 1
            else getattr(start, name)
        )

    pixel = told.get("pixel")
    whole = (
        isinstance(pixel, list)
        and len(pixel) == 2
        and all(type(n) is int and n >= 0 for n in pixel)
    )
    return ViewerState(
        one_of("mode", MODES),
        one_of("left", keys),
        one_of("right", keys),
        one_of("reference", keys),
        float(one_of("zoom", ZOOMS)),
        share("x"),
        share("y"),
        tuple(pixel) if whole else None,
    )
