"""A Plotly figure as a matplotlib figure of a stated width: the same data, in the style of print.

Axes (titles, ranges, logarithms, categories, ticks), lines across them with their remarks, pictures
behind them, and the legend; `traces` draws what they hold.
"""

import base64
import io
import textwrap
from typing import Any

import numpy as np

from core.publish import traces
from core.publish.style import DASHES, LINE_PT, SMALL_PT, colour
from core.publish.tex import without_html

MM = 1 / 25.4
SHAPE = 0.68  # height for each width of an ordinary chart
MAX_LABELS = 20  # of categories along a column's width
LETTER_MM, HANDLE_MM = 1.25, 8.0  # of a legend's entry
_ROW_MM, _FRAME_MM = 6.0, 16.0  # of charts that list categories


def draw(figure: Any, width_mm: float, height_mm: float | None = None) -> Any:
    """`figure`, a `plotly.graph_objects.Figure`, as a `matplotlib.figure.Figure`.

    Call it, and whatever draws the answer, inside the style (`files.styled`). Raises DataError for
    a kind of chart that is not known.
    """
    from matplotlib.figure import Figure

    layout, data = figure.layout, figure.data
    x_places = _places(layout.xaxis, data, "x")
    y_places = _places(layout.yaxis, data, "y")
    height = height_mm or _height(figure, width_mm, y_places)
    drawn = Figure(figsize=(width_mm * MM, height * MM), layout="constrained")
    ax = drawn.add_subplot()
    _background(ax, layout)
    traces.draw(ax, data, x_places, y_places)
    _axis(ax, layout.xaxis, "x", x_places)
    _axis(ax, layout.yaxis, "y", y_places)
    _lines_across(ax, layout)
    _legend(drawn, ax, width_mm)
    return drawn


def _places(axis: Any, data: Any, name: str) -> traces.Places:
    """Where the categories of an axis stand; empty for an axis of numbers."""
    values = [getattr(trace, name, None) for trace in data]
    first = [value[0] for value in values if value is not None and len(value)]
    if axis.type == "category" or (first and all(isinstance(value, str) for value in first)):
        return traces.categories(data, name)
    return {}


def _height(figure: Any, width_mm: float, y_places: traces.Places) -> float:
    if any(trace.type == "heatmap" for trace in figure.data):
        (z,) = [trace.z for trace in figure.data if trace.type == "heatmap"][:1]
        rows, columns = np.shape(z)
        return 0.86 * width_mm * rows / columns  # a colour bar takes the rest
    if y_places:
        return _FRAME_MM + _ROW_MM * len(y_places)
    return SHAPE * width_mm


def _axis(ax: Any, axis: Any, name: str, places: traces.Places) -> None:
    """Title, scale, range and ticks of one axis."""
    of = getattr(ax, f"{name}axis")
    of.set_label_text(_wrapped(ax, name, without_html(axis.title.text or "")))
    logarithmic = axis.type == "log"
    if logarithmic:
        getattr(ax, f"set_{name}scale")("log")
    if axis.range is not None:
        low, high = (10.0**end for end in axis.range) if logarithmic else axis.range
        getattr(ax, f"set_{name}lim")(low, high)
    if places:
        every = -(-len(places) // MAX_LABELS) if name == "x" else 1
        labels = [without_html(place) for place in places][::every]
        getattr(ax, f"set_{name}ticks")(list(places.values())[::every], labels)
        of.set_tick_params(length=0)
        getattr(ax, f"set_{name}lim")(-0.6, len(places) - 0.4)
    elif logarithmic:
        _logarithmic_ticks(ax, of, name, (1,) if axis.dtick == 1 else (1, 2, 5))
    if axis.autorange == "reversed":
        getattr(ax, f"invert_{name}axis")()
    if axis.visible is False:
        ax.set_axis_off()
    ax.grid(axis.showgrid is not False and axis.visible is not False and not places, axis=name)


def _wrapped(ax: Any, name: str, title: str) -> str:
    """A title in as many lines as the axis is long for."""
    width, height = ax.figure.get_size_inches() / MM
    room = 0.8 * (width if name == "x" else height)
    return "\n".join(textwrap.wrap(title, max(12, int(room / LETTER_MM))))


def _logarithmic_ticks(ax: Any, of: Any, name: str, steps: tuple[int, ...]) -> None:
    """Labels at `steps` of every decade, or at powers of ten where there are many decades."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    low, high = sorted(getattr(ax, f"get_{name}lim")())
    decades = np.log10(high / low)
    steps = steps if decades < 3.5 else (1,)
    powers = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks = [step * 10.0**power for power in powers for step in steps]
    of.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
    of.set_major_formatter(FuncFormatter(lambda value, _: _round(value)))
    of.set_minor_formatter(NullFormatter())


def _round(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}"


def _lines_across(ax: Any, layout: Any) -> None:
    """Lines at one value of an axis, and the remarks beside them."""
    for shape in layout.shapes:
        style = {
            "color": colour(shape.line.color),
            "linewidth": LINE_PT * (2 if shape.line.width is None else shape.line.width),
            "linestyle": DASHES.get(shape.line.dash or "solid", "-"),
            "zorder": 1.5,
        }
        if shape.type == "line" and shape.y0 == shape.y1 and shape.yref == "y":
            ax.axhline(shape.y0, **style)
        elif shape.type == "line" and shape.x0 == shape.x1 and shape.xref == "x":
            ax.axvline(shape.x0, **style)
    for note in layout.annotations:
        across, up = (ax.get_xaxis_transform(), ax.get_yaxis_transform())
        by_axes = str(note.xref).endswith("domain")
        below = note.yanchor == "top"
        ax.annotate(
            without_html(note.text),
            (note.x, note.y),
            xycoords=up if by_axes else across,
            xytext=(0, -2 if below else 2),
            textcoords="offset points",
            ha=note.xanchor if note.xanchor in ("left", "right", "center") else "center",
            va="top" if below else "bottom",
            fontsize=SMALL_PT,
        )


def _background(ax: Any, layout: Any) -> None:
    """The picture that lies below a map."""
    from PIL import Image

    for image in layout.images:
        data = base64.b64decode(str(image.source).partition(",")[2])
        pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        left, top = image.x, image.y
        extent = (left, left + image.sizex, top + image.sizey, top)
        ax.imshow(pixels, extent=extent, aspect="auto", interpolation="nearest", zorder=1)


def _legend(drawn: Any, ax: Any, width_mm: float) -> None:
    """Above the axes, in as many columns as fit; none for a single unnamed line."""
    handles, labels = ax.get_legend_handles_labels()
    if not labels:
        return
    widest = max(map(len, labels)) * LETTER_MM + HANDLE_MM
    columns = max(1, min(len(labels), int(width_mm / widest)))
    drawn.legend(handles, labels, loc="outside upper left", ncols=columns)
