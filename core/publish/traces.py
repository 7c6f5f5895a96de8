"""The data of a Plotly figure on matplotlib axes: lines, marks, areas, bars, boxes, maps."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.errors import DataError
from core.publish.style import DASHES, LINE_PT, MARK_PT, MARKS, SMALL_PT, colour
from core.publish.tex import without_html

Places = dict[str, int]  # the categories of an axis and where they stand


def categories(traces: Sequence[Any], axis: str) -> Places:
    """The categories along `axis` ("x" or "y") in the order of their first appearance."""
    places: Places = {}
    for trace in traces:
        values = getattr(trace, axis, None)
        for value in [] if values is None else values:
            places.setdefault(str(value), len(places))
    return places


def draw(ax: Any, traces: Sequence[Any], x_places: Places, y_places: Places) -> None:
    """All `traces` on `ax`; places are empty for axes of numbers. Raises DataError for a kind of
    trace that is not known here.
    """
    bars = [trace for trace in traces if trace.type == "bar"]
    for order, trace in enumerate(traces):
        if trace.visible in (False, "legendonly"):
            continue
        if trace.type == "scatter":
            _scatter(ax, trace, x_places, y_places, order)
        elif trace.type == "bar":
            _bars(ax, trace, x_places, y_places, bars.index(trace), len(bars))
        elif trace.type == "box":
            _box(ax, trace, y_places)
        elif trace.type == "heatmap":
            _map(ax, trace)
        else:
            raise DataError(f"Charts of the kind {trace.type!r} cannot be drawn for print.")


def numbers(values: Any, places: Places) -> np.ndarray:
    """Coordinates as numbers: categories as their places, None as NaN."""
    if values is None:
        return np.array([])
    if places:
        return np.array([places[str(value)] for value in values], float)
    return np.array([np.nan if value is None else value for value in values], float)


def _scatter(ax: Any, trace: Any, x_places: Places, y_places: Places, order: int) -> None:
    x, y = numbers(trace.x, x_places), numbers(trace.y, y_places)
    mode = trace.mode or "lines+markers"
    label = _label(trace)
    if trace.fill == "toself":
        ax.fill(x, y, facecolor=colour(trace.fillcolor), linewidth=0, zorder=2, label=label)
        if mode == "none":
            return
    opacity = _opacity(trace, mode)
    style: dict[str, Any] = {"linestyle": "none", "label": label, "zorder": 3 + 0.01 * order}
    tint = colour(trace.line.color, _text(trace.marker.color))
    if "lines" in mode:
        width = 2 if trace.line.width is None else trace.line.width
        dash = DASHES.get(trace.line.dash or "solid", "-")
        style |= {"linestyle": dash, "linewidth": LINE_PT * width, "color": tint}
    if "markers" in mode:
        style |= _marks(trace, tint)
    ax.plot(x, y, alpha=opacity, **style)
    _intervals(ax, trace, x, y, tint)
    if "text" in mode:
        for place, text in zip(zip(x, y, strict=True), trace.text, strict=True):
            ax.annotate(
                without_html(text),
                place,
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL_PT,
            )


def _intervals(ax: Any, trace: Any, x: np.ndarray, y: np.ndarray, tint: Any) -> None:
    """The bars of error beside points, given by their lengths to either side."""
    for axis, error in (("x", trace.error_x), ("y", trace.error_y)):
        if error.array is None:
            continue
        above = np.asarray(error.array, float)
        below = above if error.arrayminus is None else np.asarray(error.arrayminus, float)
        thick = LINE_PT * (2 if error.thickness is None else error.thickness)
        own = tint if error.color is None else colour(error.color)
        lengths = {f"{axis}err": [below, above]}
        ax.errorbar(x, y, fmt="none", ecolor=own, elinewidth=thick, zorder=2.9, **lengths)


def _opacity(trace: Any, mode: str) -> float:
    """How much a trace covers; marks may have an opacity of their own."""
    opacity = 1.0 if trace.opacity is None else trace.opacity
    if "lines" not in mode and isinstance(trace.marker.opacity, int | float):
        opacity *= trace.marker.opacity
    return float(opacity)


def _text(value: Any) -> str:
    """A colour that is one for all points; Plotly allows one for each."""
    return value if isinstance(value, str) else "#9aa3ae"


def _marks(trace: Any, line: tuple[float, ...]) -> dict[str, Any]:
    marker = trace.marker
    symbol = str(marker.symbol or "circle")
    plain = symbol.removesuffix("-open")
    of_line = plain in ("x-thin", "line-ew", "line-ns")
    own = marker.color if isinstance(marker.color, str) else None
    tint = line if own is None else colour(own)
    if plain == "x-thin" and marker.line.color is not None:
        tint = colour(marker.line.color)
    size = 6 if marker.size is None else marker.size
    hollow = symbol.endswith("-open") and not of_line
    edge = marker.line.width if (hollow or of_line) and marker.line.width else 0
    if of_line and not edge:
        edge = 1
    return {
        "marker": MARKS.get(plain, "o"),
        "markersize": MARK_PT * size,
        "markerfacecolor": "none" if hollow else tint,
        "markeredgecolor": tint,
        "markeredgewidth": LINE_PT * edge,
    }


def _label(trace: Any) -> str:
    """The trace's name for the legend; matplotlib leaves out what begins with "_"."""
    if trace.showlegend is False or not trace.name:
        return "_"
    return without_html(trace.name)


def _bars(ax: Any, trace: Any, x_places: Places, y_places: Places, number: int, count: int) -> None:
    x, y = numbers(trace.x, x_places), numbers(trace.y, y_places)
    lying = trace.orientation == "h"
    along, lengths = (y, x) if lying else (x, y)
    width = 0.8 / count
    centres = along + (number - (count - 1) / 2) * width
    tints = trace.marker.color
    single = tints is None or isinstance(tints, str)
    faces = colour(tints) if single else [colour(tint) for tint in tints]
    alpha = 1.0 if trace.opacity is None else trace.opacity
    draw_bars, thickness = (ax.barh, "height") if lying else (ax.bar, "width")
    drawn = draw_bars(
        centres, lengths, color=faces, alpha=alpha, label=_label(trace), **{thickness: width}
    )
    if trace.text is not None:
        texts = [without_html(str(text)) for text in trace.text]
        ax.bar_label(drawn, texts, padding=2, fontsize=SMALL_PT)


def _box(ax: Any, trace: Any, y_places: Places) -> None:
    """A lying box with its quartiles, whiskers and points, as Plotly takes them."""
    values = np.sort(numbers(trace.x, {}))
    if not len(values):
        return
    place = y_places[str(trace.y[0])]
    first, middle, third = np.percentile(values, (25, 50, 75), method="hazen")
    reach = 1.5 * (third - first)
    inside = values[(values >= first - reach) & (values <= third + reach)]
    box = {
        "q1": first,
        "med": middle,
        "q3": third,
        "whislo": inside[0],
        "whishi": inside[-1],
    }
    tint = colour(trace.marker.color)
    lines = {"color": tint, "linewidth": 0.8}
    ax.bxp(
        [box],
        positions=[place],
        widths=0.5,
        orientation="horizontal",
        showfliers=False,
        patch_artist=True,
        boxprops={"facecolor": colour(trace.fillcolor), "edgecolor": tint, "linewidth": 0.8},
        medianprops=lines,
        whiskerprops=lines,
        capprops=lines,
        manage_ticks=False,
    )
    # Points that are near each other are set apart, always in the same way.
    shift = 0.16 * np.where(np.arange(len(values)) % 2, 1, -1) * (np.arange(len(values)) % 3) / 2
    ax.plot(values, place + shift, "o", markersize=1.6, color=tint, alpha=0.75, label="_")


def _map(ax: Any, trace: Any) -> None:
    """Values (h, w) as coloured cells, whose centres lie at x0 + i · dx."""
    from matplotlib.colors import LinearSegmentedColormap

    z = np.asarray(trace.z, float)
    height, width = z.shape
    x0, dx = (0 if trace.x0 is None else trace.x0), (1 if trace.dx is None else trace.dx)
    y0, dy = (0 if trace.y0 is None else trace.y0), (1 if trace.dy is None else trace.dy)
    x = x0 + dx * (np.arange(width + 1) - 0.5)
    y = y0 + dy * (np.arange(height + 1) - 0.5)
    stops = [(float(place), colour(tint)[:3]) for place, tint in trace.colorscale]
    shades = LinearSegmentedColormap.from_list("figure", stops)
    opacity = 1.0 if trace.opacity is None else trace.opacity
    cells = ax.pcolormesh(
        x, y, z, cmap=shades, vmin=trace.zmin, vmax=trace.zmax, alpha=opacity, linewidth=0, zorder=2
    )
    title = trace.colorbar.title.text
    bar = ax.figure.colorbar(cells, ax=ax, fraction=0.05, pad=0.02)
    bar.outline.set_linewidth(0.4)
    bar.solids.set_alpha(1)
    bar.solids.set_rasterized(False)
    if title:
        bar.set_label(title)
