"""A small canvas to draw a digit on with mouse, pen or finger."""

import base64
import binascii
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

SIDE = 84  # as in canvas.js
_HTML = (
    f'<canvas width="{SIDE}" height="{SIDE}" aria-label="Draw a digit here"></canvas>'
    '<button type="button">Clear</button>'
)
_CSS = """
:host, div {display: block}
canvas {width: 252px; height: 252px; max-width: 100%; touch-action: none; cursor: crosshair;
  border-radius: 6px; display: block; background: #000; outline: 1px solid rgba(128,140,160,.35)}
button {margin-top: .5rem; padding: .3rem .9rem; font: inherit; font-size: .9rem; color: inherit;
  background: transparent; border: 1px solid rgba(128,140,160,.5); border-radius: .4rem;
  cursor: pointer}
button:hover {border-color: var(--st-primary-color); color: var(--st-primary-color)}
"""


def canvas(key: str) -> np.ndarray | None:
    """What the person drew, uint8 (84, 84), light on black; None while it is empty."""
    ink = _component()(key=key, on_ink_change=lambda: None).ink
    try:
        grey = np.frombuffer(base64.b64decode(ink or "", validate=True), np.uint8)
    except (binascii.Error, TypeError, ValueError):
        return None  # a browser may send anything
    if grey.size != SIDE * SIDE or not grey.any():
        return None
    return grey.reshape(SIDE, SIDE)


def _component() -> Any:
    """The mounting command. Each server has its own registry; registering again is free."""
    return st.components.v2.component("digit_canvas", html=_HTML, css=_CSS, js=_script())


@cache
def _script() -> str:
    return Path(__file__).with_name("canvas.js").read_text("utf-8")
