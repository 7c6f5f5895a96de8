"""The viewer's Python side: PNG files, their addresses, and checks of the browser's report."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.ui.viewer import MODES, Panel, ViewerState, png_bytes, viewer
from dashboard.ui.viewer.view import reported

KEYS = ["a", "b", "c"]
START = ViewerState("grid", "a", "b", "a", 2.0, 0.25, 0.75)


def panel(key: str, seed: int = 0) -> Panel:
    image = np.random.default_rng(seed).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    return Panel(key, key.upper(), "9 bytes", png_bytes(image))


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 500, 3), (28, 28, 1), (28, 28)])
def test_png_holds_the_very_pixels(shape):
    image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    decoded = np.asarray(Image.open(io.BytesIO(png_bytes(image))))
    assert np.array_equal(decoded.reshape(shape), image)
    assert Panel("k", "label", "", png_bytes(image)).size == (shape[1], shape[0])


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 4, 3)),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((0, 4, 3), np.uint8),
        np.zeros((2, 4, 4, 3), np.uint8),
    ],
)
def test_png_refuses_what_is_no_image(image):
    with pytest.raises(ValueError, match="uint8 image"):
        png_bytes(image)


def test_panel_refuses_other_files():
    with pytest.raises(ValueError, match="panel 'x'"):
        Panel("x", "X", "", b"\xff\xd8\xff\xe0 a JPEG")


@pytest.mark.parametrize(
    "options",
    [
        {"panels": []},
        {"panels": [panel("a"), panel("a", 1)]},
        {"panels": [panel(str(i)) for i in range(10)]},
        {"mode": "wipe"},
        {"left": "z"},
        {"right": "z"},
        {"reference": "z"},
        {"zoom": 2.5},
        {"zoom": float("nan")},
        {"centre": (0.5, 1.5)},
    ],
)
def test_viewer_refuses_impossible_wishes(options):
    with pytest.raises(ValueError):
        viewer(**{"panels": [panel("a"), panel("b", 1)], "key": "v", **options})


def test_report_of_the_browser():
    told = {
        "mode": "flicker",
        "left": "c",
        "right": "a",
        "reference": "b",
        "zoom": 3,
        "x": 0.5,
        "y": 0,
        "pixel": [4, 2],
    }
    assert reported(told, START, KEYS) == ViewerState(
        "flicker", "c", "a", "b", 3.0, 0.5, 0.0, (4, 2)
    )


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        "slider",
        [],
        {},
        {
            "mode": "<script>",
            "left": 3,
            "right": None,
            "zoom": "2",
            "x": -1,
            "y": 1e9,
            "pixel": [1],
        },
        {"zoom": float("inf"), "x": float("nan"), "y": True, "pixel": [1.5, 2]},
        {"pixel": "12", "left": ["a"], "zoom": -1},
        {"pixel": [-1, 2], "mode": {"a": 1}, "right": {}},
    ],
)
def test_report_that_makes_no_sense_changes_nothing(told):
    assert reported(told, START, KEYS) == START


def script() -> None:
    import numpy as np
    import streamlit as st

    from dashboard.ui.viewer import Panel, png_bytes, viewer

    big = np.random.default_rng(0).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    other = big.copy()
    other[350, 100, 0] ^= 1
    files = [png_bytes(big), png_bytes(other), png_bytes(big)]
    panels = [Panel(f"p{i}", f"picture {i}", "", png) for i, png in enumerate(files)]
    st.session_state.state = viewer(panels, key="v", left="p1")
    st.session_state.sizes = [len(png) for png in files]


def test_pictures_are_stored_by_content():
    app = AppTest.from_function(script, default_timeout=120).run()
    assert not app.exception
    assert app.session_state.state == ViewerState("slider", "p1", "p0", "p0")
    assert (
        min(app.session_state.sizes) > 2**20
    )  # above this size Streamlit names files by a sample of their bytes
    (data,) = json.loads(app.get("bidi_component")[0].proto.json)
    urls = [p["url"] for p in data["panels"]]
    assert urls[0] == urls[2] != urls[1]
    assert all(url.startswith("/mock/media/") and url.endswith(".png") for url in urls)
    assert (data["panels"][0]["width"], data["panels"][0]["height"]) == (700, 700)
    assert data["ask"]["mode"] in MODES
