"""The viewer's place on a page: checks what it is asked for, and sends it to the browser."""

import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import runtime

from dashboard.ui.viewer.arrivals import FOLDER, Arrival
from dashboard.ui.viewer.panel import Panel
from dashboard.ui.viewer.view import MODES, ZOOMS, ViewerState, reported

MAX_PANELS = 9
_HERE = Path(__file__).parent
_SCRIPTS = (  # they share one module scope, in this order
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
    arrival: Arrival | None = None,
) -> ViewerState:
    """Shows one to nine pictures of one scene and returns what is shown.

    `left` and `right` are keys of panels (default: the first two), compared by slider and
    flicker; `reference` is the key of the panel that differences are taken from and that a held
    key shows (default: the first panel). These, `mode`, `zoom` and `centre` take effect at first
    and whenever they change from one run to the next; in between the person's own choice holds,
    over reruns and page changes. `height` is the greatest height of the picture area in CSS
    pixels.

    The browser tells the script nothing, and causes no rerun, unless `report` is set: then the
    returned state follows half a second after the last movement. Wrap the call in a fragment to
    keep that cheap.

    `arrival` is told when the pictures are drawn, without a rerun (see `arrivals`).

    Raises ValueError for no or too many panels, keys given twice, and a key, mode, zoom or centre
    that does not exist.
    """
    keys = [panel.key for panel in panels]
    _check_panels(keys)
    _check_view(keys, mode, {left, right, reference} - {None}, zoom, centre)
    x, y = centre or (None, None)
    ask = {"mode": mode, "left": left, "right": right, "reference": reference}
    data = {
        "key": key,
        "panels": [_address(panel, f"viewer/{key}/{i}") for i, panel in enumerate(panels)],
        "height": height,
        "ask": ask | {"zoom": zoom, "x": x, "y": y},
        "report": report,
        "arrival": f"{FOLDER}/{arrival.name}" if arrival else "",
    }
    data["turn"] = _turn(key, data)
    # In a list: Streamlit imports Pandas to look for tables among the values of a dictionary.
    mounted = _component()(
        key=key, data=[data], default={"view": None}, on_view_change=lambda: None
    )
    start = _start(keys, mode, left, right, reference, zoom, centre)
    return reported(mounted.get("view"), start, keys) if report else start


def _turn(key: str, data: dict[str, Any]) -> int:
    """A number that grows whenever the data change, in whatever session, and only then.

    Streamlit 1.60 imports the script for each call, and two calls in quick succession may come the
    wrong way round: the browser drops the one of the lower number.
    """
    known, turn = st.session_state.get(f"{key}_turn", (None, 0))
    if known != data:
        turn = max(turn + 1, time.time_ns() // 1000)
        st.session_state[f"{key}_turn"] = dict(data), turn
    return turn


def _start(
    keys: list[str],
    mode: str,
    left: str | None,
    right: str | None,
    reference: str | None,
    zoom: float | None,
    centre: tuple[float, float] | None,
) -> ViewerState:
    """What is shown before the person moves anything: the first two panels by default."""
    first = left or next(key for key in keys if key != right or len(keys) == 1)
    second = right or next((key for key in keys if key != first), first)
    x, y = centre or (0.5, 0.5)
    return ViewerState(mode, first, second, reference or keys[0], zoom or 0.0, x, y)


def _check_panels(keys: list[str]) -> None:
    if not 1 <= len(keys) <= MAX_PANELS or len(set(keys)) != len(keys):
        raise ValueError(f"a viewer shows 1 to {MAX_PANELS} panels with different keys, not {keys}")


def _check_view(
    keys: list[str],
    mode: str,
    named: set[str | None],
    zoom: float | None,
    centre: tuple[float, float] | None,
) -> None:
    if mode not in MODES:
        raise ValueError(f"mode must be one of {MODES}, not {mode!r}")
    if not named <= set(keys):
        raise ValueError(f"left, right and reference must be of {keys}; got {named}")
    if zoom is not None and zoom not in ZOOMS:
        raise ValueError(f"zoom must be one of {ZOOMS}, not {zoom!r}")
    if not all(0 <= at <= 1 for at in centre or ()):
        raise ValueError(f"the centre must lie within 0…1, not at {centre}")


def _component() -> Any:
    """The mounting command. Each server has its own registry; registering again is free."""
    return st.components.v2.component(
        "rdx_viewer", html=_text("viewer.html"), css=_text("viewer.css"), js=_text(*_SCRIPTS)
    )


@cache
def _text(*names: str) -> str:
    """Files of this folder, one after the other."""
    return "\n".join((_HERE / name).read_text("utf-8") for name in names)


def _address(panel: Panel, place: str) -> dict[str, Any]:
    """What the browser needs to know of a panel; its PNG goes into the media store.

    The store names files over 1 MiB by a sample of their bytes: the digest as file name tells
    any two pictures apart.
    """
    url = ""
    if runtime.exists():
        store = runtime.get_instance().media_file_mgr
        url = store.add(panel.png, "image/png", place, file_name=f"{panel.digest}.png")
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
