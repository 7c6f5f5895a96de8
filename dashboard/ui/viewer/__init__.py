"""A picture viewer that is exact to the pixel: slider, grid, flicker, differences; linked zoom.

    png_bytes(image) ── Panel ──┐
    png_bytes(image) ── Panel ──┴── viewer(panels, key) ──→ the browser ──→ ViewerState

Everything after the pictures' arrival happens in the browser (viewer.js and its parts). The
pictures travel as PNG files of Streamlit's media store, named by their content: a rerun with
unchanged pictures sends addresses only, and nothing is decoded twice.
"""

from dashboard.ui.viewer.component import viewer
from dashboard.ui.viewer.panel import Panel, png_bytes
from dashboard.ui.viewer.view import MODES, ZOOMS, ViewerState

__all__ = ["MODES", "ZOOMS", "Panel", "ViewerState", "png_bytes", "viewer"]
