"""The rate-distortion chart of Compare and Photos: curves, points shown, hull, tangents of λ."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core import metrics
from core.figures.base import add_line, add_ring, figure
from core.figures.palette import NEUTRAL, colour
from core.rd.hull import lower_hull, operating_point
from core.rd.measure import RDPoint

Curves = Mapping[str, Sequence[RDPoint]]


def rd_chart(
    curves: Curves,
    titles: Mapping[str, str],
    axis: str,
    axis_title: str,
    operating: Mapping[str, RDPoint] | None = None,
    hull: bool = False,
    log_rate: bool = False,
    lmbda: float | None = None,
) -> go.Figure:
    """The codecs' curves (name -> points) over bpp, with the points that the page shows.

    Every marker carries `customdata` = [codec, setting]. `hull` adds the common lower hull.
    `lmbda` (bpp per unit of MSE) adds, on the axes "mse" and "psnr", the line of equal cost
    R + λD through the best point of each codec.
    """
    fig = figure("Rate, bpp (bits per pixel)", axis_title, log_x=log_rate, log_y=axis == "mse")
    for name, points in curves.items():
        _add_curve(fig, name, points, titles[name], axis)
    if hull:
        _add_hull(fig, curves, axis)
    if lmbda is not None and axis in ("mse", "psnr"):
        _add_tangents(fig, curves, titles, axis, lmbda)
    for name, point in (operating or {}).items():
        value = _finite(point, axis)
        if value is not None:
            hover = f"<b>{titles[name]}, shown above</b><br>%{{x:.3f}} bpp · %{{y:.3f}}"
            shown = [[name, point.setting]]
            add_ring(fig, point.bpp, value, colour(name), hover, size=15, customdata=shown)
    return fig


def _finite(point: RDPoint, axis: str) -> float | None:
    """The point's value on `axis`; None where it was not measured or is infinite."""
    value = point.quality(axis)
    return value if value is not None and np.isfinite(value) else None


def _add_curve(fig: go.Figure, name: str, points: Sequence[RDPoint], title: str, axis: str) -> None:
    drawn = [(p.bpp, value, p.setting) for p in points if (value := _finite(p, axis)) is not None]
    drawn.sort()
    add_line(
        fig,
        [bpp for bpp, _, _ in drawn],
        [value for _, value, _ in drawn],
        colour(name),
        title,
        mode="lines+markers",
        marker={"size": 7},
        customdata=[[name, setting] for _, _, setting in drawn],
        hover=f"<b>{title}</b><br>%{{x:.3f}} bpp · %{{y:.3f}}<br>setting %{{customdata[1]:.4g}}",
    )


def _add_hull(fig: go.Figure, curves: Curves, axis: str) -> None:
    """The lower convex hull of all points: the best that switching between codecs gives.

    It is taken over rate and MSE where the axis is a form of the MSE, else over rate and what is
    lacking to the measure's best figure: 1 − SSIM, 1 − MS-SSIM …
    """
    points = [p for curve in curves.values() for p in curve if _finite(p, axis) is not None]
    if not points:
        return
    distortions = [_distortion(p, axis) for p in points]
    best = [points[i] for i in lower_hull([p.bpp for p in points], distortions)]
    rates = [p.bpp for p in best]
    values = [value for p in best if (value := _finite(p, axis)) is not None]
    add_line(fig, rates, values, NEUTRAL, "Hull of all", width=5, opacity=0.35)


def _distortion(point: RDPoint, axis: str) -> float:
    """What the hull minimises beside the rate, for a point that was measured on `axis`."""
    best = metrics.MEASURES[axis].best
    if math.isfinite(best):
        return abs(best - point.measures[axis])
    return point.measures["mse"]


def _add_tangents(
    fig: go.Figure, curves: Curves, titles: Mapping[str, str], axis: str, lmbda: float
) -> None:
    """Lines of equal R + λD through each codec's best point; straight over MSE, bent over PSNR."""
    highest = max((p.bpp for curve in curves.values() for p in curve), default=0)
    for name, points in curves.items():
        best = operating_point([p.bpp for p in points], [p.measures["mse"] for p in points], lmbda)
        if best is None:
            continue
        touched = points[best]
        cost = touched.bpp + lmbda * touched.measures["mse"]
        mse = np.geomspace(max(touched.measures["mse"] / 30, 0.02), cost / lmbda, 200)
        rate = cost - lmbda * mse
        seen = (rate > 0.003) & (rate <= highest)
        heights = mse if axis == "mse" else np.array([metrics.psnr_of(m) for m in mse])
        add_line(
            fig,
            rate[seen],
            heights[seen],
            colour(name),
            f"{titles[name]}: R + λD = {cost:.3f}",
            width=1.2,
            line_dash="dot",
            showlegend=False,
        )
