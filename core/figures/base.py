"""What the figures of all pages have in common: empty figures, lines, rings, maps, toolbars.

Data go in, a Plotly figure comes out; nothing here knows Streamlit.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.palette import NEUTRAL

Numbers = Sequence[float] | np.ndarray

_UNUSED_TOOLS = ["lasso2d", "select2d", "autoScale2d"]
_LOG_TICKS = [m * 10.0**e for e in range(-3, 4) for m in (1, 2, 5)]


def figure(
    x_title: str, y_title: str, height: int = 460, log_x: bool = False, log_y: bool = False
) -> go.Figure:
    """An empty figure in the house style; the axes' titles carry the units."""
    _import_pandas()
    grid = {"gridcolor": "rgba(128,140,160,.22)", "zeroline": False, "automargin": True}
    layout = {
        "height": height,
        "margin": {"l": 10, "r": 10, "t": 36, "b": 10},
        "hovermode": "closest",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
        "uirevision": "keep",
        "modebar": {"remove": _UNUSED_TOOLS},
        "xaxis": {"title": {"text": x_title}, "type": "log" if log_x else "linear", **grid},
        "yaxis": {"title": {"text": y_title}, "type": "log" if log_y else "linear", **grid},
    }
    return go.Figure(layout=layout)  # at once: `update_layout` takes ten times as long


def _import_pandas() -> None:
    """Waits until Pandas is there: Plotly looks for it among the modules, also where another thread
    has only begun to import it.
    """
    import pandas  # noqa: F401


def tick_log_x(fig: go.Figure) -> None:
    """Labels a logarithmic horizontal axis at 1, 2 and 5 of every decade."""
    fig.update_xaxes(tickvals=_LOG_TICKS, ticktext=[f"{tick:g}" for tick in _LOG_TICKS])


def add_line(
    fig: go.Figure,
    x: Numbers,
    y: Numbers,
    tint: str,
    name: str = "",
    width: float = 2,
    hover: str = "",
    **more: Any,
) -> None:
    """A line; without a `name` it is not in the legend, without a `hover` template it is silent."""
    style = {"mode": "lines", "showlegend": bool(name), **_hovering(hover), **more}
    fig.add_scatter(x=x, y=y, name=name, line={"color": tint, "width": width}, **style)


def add_ring(
    fig: go.Figure, x: float, y: float, tint: str, hover: str = "", size: int = 13, **more: Any
) -> None:
    """A ring around the point that the page shows."""
    fig.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        showlegend=False,
        marker={"size": size, "color": tint, "symbol": "circle-open", "line": {"width": 3}},
        **_hovering(hover),
        **more,
    )


def add_equality(fig: go.Figure, low: float, high: float) -> None:
    """The dashed diagonal on which both axes agree."""
    ends = [low, high]
    add_line(fig, ends, ends, NEUTRAL, "equal", line_dash="dash")


def heat_map(values: np.ndarray, hover: str, unit: str = "", **more: Any) -> go.Figure:
    """Values (h, w) as colours, without axes, first row on top; `more` goes to the map itself."""
    bar: dict[str, Any] = {"thickness": 10}
    if unit:
        bar["title"] = {"text": unit, "side": "right"}
    style = {"colorscale": "Viridis", "colorbar": bar, "hovertemplate": hover + "<extra></extra>"}
    _import_pandas()
    fig = go.Figure(go.Heatmap(z=values, **{**style, **more}))
    fig.update_layout(
        margin={"l": 4, "r": 4, "t": 8, "b": 8},
        uirevision="keep",
        plot_bgcolor="rgba(0,0,0,0)",
        modebar={"remove": _UNUSED_TOOLS},
    )
    fig.update_xaxes(visible=False)
    fig.update_yaxes(visible=False, autorange="reversed")
    return fig


def _hovering(template: str) -> dict[str, str]:
    if not template:
        return {"hoverinfo": "skip"}
    return {"hovertemplate": template if "<extra>" in template else template + "<extra></extra>"}
