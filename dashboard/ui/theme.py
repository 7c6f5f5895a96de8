"""The look that all pages share: one colour per codec, plain units, and Plotly figures that fit both themes."""

import hashlib
import math
import re

import plotly.graph_objects as go

COLOURS = {
    "jpeg": "#7d8797",
    "jpeg444": "#a9845a",
    "jpeg2000": "#e07b2f",
    "webp": "#2f9e6b",
    "avif": "#3b7ff0",
    "jpegxl": "#8a5cf0",
    "svd": "#d8435c",
    "klt": "#d14bab",
    "bls2017": "#0ea0b3",
    "bls2017-rounded": "#6f9aa6",
    "bls2017-static": "#0b6b86",
    "mnist": "#c08a12",
}
_OTHERS = ("#5f7f2e", "#b4531f", "#4f6db8", "#93478f", "#2f8f8f", "#9a6b3c")
NEUTRAL = "#8b95a3"

CSS = """
<style>
.block-container, [data-testid="stMainBlockContainer"] {padding-top: 4.2rem; padding-bottom: 4rem; max-width: 1500px}
[data-testid="stMetricValue"] {font-size: 1.4rem; font-variant-numeric: tabular-nums}
h1 {font-size: 1.75rem !important; letter-spacing: -0.01em; padding: 0 !important}
[class*="st-key-"][class*="_picks"] {display: none}
h2 {font-size: 1.3rem !important} h3 {font-size: 1.08rem !important}
@media (max-width: 640px) {[data-testid="stMainBlockContainer"] {padding-left: .8rem; padding-right: .8rem}}
</style>
"""


def colour(codec: str) -> str:
    """The codec's own colour, the same in chart, table and viewer; a stable one for codecs that have none of their own."""
    return COLOURS.get(codec) or _OTHERS[hashlib.sha256(codec.encode()).digest()[0] % len(_OTHERS)]


def figure(
    x_title: str, y_title: str, height: int = 460, log_x: bool = False, log_y: bool = False
) -> go.Figure:
    """An empty figure in the house style; the axes' titles carry the units."""
    fig = go.Figure()
    fig.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 36, "b": 10},
        hovermode="closest",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
        uirevision="keep",
        modebar={"remove": ["lasso2d", "select2d", "autoScale2d"]},
    )
    grid = {"gridcolor": "rgba(128,140,160,.22)", "zeroline": False, "automargin": True}
    fig.update_xaxes(title=x_title, type="log" if log_x else "linear", **grid)
    fig.update_yaxes(title=y_title, type="log" if log_y else "linear", **grid)
    return fig


def chart_config(name: str) -> dict:
    """Plotly's toolbar for a figure that is downloaded as `name`.svg."""
    return {
        "displaylogo": False,
        "toImageButtonOptions": {"format": "svg", "filename": name, "scale": 1},
    }


def plain(text: str) -> str:
    """`text` from outside – a file's name, an error that quotes it – as Markdown that shows it literally."""
    return re.sub(r"([\\`*_{}\[\]()#+.!:$<>~|^&-])", r"\\\1", text)


def size_text(count: float) -> str:
    """Bytes for people, decimal units: 812 bytes, 40.2 kB, 1.30 MB."""
    if count < 1000:
        return f"{count:.0f} byte{'' if count == 1 else 's'}"
    return f"{count / 1e3:.1f} kB" if count < 1e6 else f"{count / 1e6:.2f} MB"


def signed(value: float | None, unit: str, digits: int = 1) -> str:
    """A difference with its sign, a true minus, and its unit: "+3.1 dB", "−0.4 %"; "–" where there is none."""
    return "–" if value is None else f"{value:+.{digits}f} {unit}".replace("-", "−")


def decibel(value: float | None) -> str:
    """A figure in dB: "35.32 dB", "lossless" for infinity, "–" where there is none."""
    if value is None:
        return "–"
    return f"{value:.2f} dB" if math.isfinite(value) else "lossless"


def seconds_text(seconds: float) -> str:
    """A duration for people: 12 ms, 3.4 s, 5 min 20 s, 2 h 05 min."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return (
        f"{minutes} min {rest:02d} s"
        if minutes < 60
        else f"{minutes // 60} h {minutes % 60:02d} min"
    )
