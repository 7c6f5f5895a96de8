"""Rate-distortion figures: data -> Plotly figure. No Streamlit, no arithmetic beyond what is drawn."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core import metrics
from core.rd.hull import lower_hull, operating_point
from core.rd.measure import RDPoint
from dashboard.ui.theme import NEUTRAL, colour, figure


def rd_chart(
    curves: Mapping[str, Sequence[RDPoint]],
    titles: Mapping[str, str],
    axis: str,
    axis_title: str,
    operating: Mapping[str, RDPoint] | None = None,
    hull: bool = False,
    log_rate: bool = False,
    lmbda: float | None = None,
) -> go.Figure:
    """Curves of the codecs (name -> points) over bpp, with their operating points, their common hull and the tangents of λ.

    Every marker carries `customdata` = [codec, setting]. `lmbda` (bpp per unit of MSE) draws, for each codec, the line of equal
    cost R + λD through its best point; it exists on the axes "mse" and "psnr".
    """
    fig = figure("Rate, bpp (bits per pixel)", axis_title, log_x=log_rate, log_y=axis == "mse")
    for name, points in curves.items():
        drawn = sorted((p for p in points if _finite(p.quality(axis))), key=lambda p: p.bpp)
        fig.add_scatter(
            x=[p.bpp for p in drawn],
            y=[p.quality(axis) for p in drawn],
            name=titles[name],
            mode="lines+markers",
            line={"color": colour(name), "width": 2},
            marker={"size": 7},
            customdata=[[name, p.setting] for p in drawn],
            hovertemplate=f"<b>{titles[name]}</b><br>%{{x:.3f}} bpp · %{{y:.3f}}<br>"
            "setting %{customdata[1]:.4g}<extra></extra>",
        )
    if hull:
        _add_hull(fig, curves, axis)
    if lmbda is not None:
        _add_tangents(fig, curves, titles, axis, lmbda)
    for name, p in (operating or {}).items():
        if _finite(p.quality(axis)):
            fig.add_scatter(
                x=[p.bpp],
                y=[p.quality(axis)],
                name=f"{titles[name]}, shown",
                mode="markers",
                showlegend=False,
                marker={
                    "size": 15,
                    "color": colour(name),
                    "symbol": "circle-open",
                    "line": {"width": 3},
                },
                customdata=[[name, p.setting]],
                hovertemplate=f"<b>{titles[name]}, shown above</b><br>%{{x:.3f}} bpp · %{{y:.3f}}<extra></extra>",
            )
    return fig


def _finite(value: float | None) -> bool:
    return value is not None and bool(np.isfinite(value))


def _add_hull(fig: go.Figure, curves: Mapping[str, Sequence[RDPoint]], axis: str) -> None:
    """The lower convex hull of all points together, in rate and MSE (or 1 − SSIM …): the best that switching codecs gives."""
    points = [p for curve in curves.values() for p in curve if _finite(p.quality(axis))]
    if not points:
        return
    # Forms of the MSE give the MSE's hull; of any other measure what is lacking to its best.
    best_figure = metrics.MEASURES[axis].best
    lacking = math.isfinite(best_figure)
    distortion = [
        abs(best_figure - p.measures[axis]) if lacking else p.measures["mse"] for p in points
    ]
    best = [points[i] for i in lower_hull([p.bpp for p in points], distortion)]
    fig.add_scatter(
        x=[p.bpp for p in best],
        y=[p.quality(axis) for p in best],
        name="Hull of all",
        mode="lines",
        hoverinfo="skip",
        line={"color": NEUTRAL, "width": 5},
        opacity=0.35,
    )


def _add_tangents(
    fig: go.Figure,
    curves: Mapping[str, Sequence[RDPoint]],
    titles: Mapping[str, str],
    axis: str,
    lmbda: float,
) -> None:
    """Lines of equal cost R + λD through each codec's best point; straight over MSE, bent over PSNR."""
    if axis not in ("mse", "psnr"):
        return
    highest = max((p.bpp for curve in curves.values() for p in curve), default=0)
    for name, points in curves.items():
        best = operating_point([p.bpp for p in points], [p.measures["mse"] for p in points], lmbda)
        if best is None:
            continue
        cost = points[best].bpp + lmbda * points[best].measures["mse"]
        mse = np.geomspace(max(points[best].measures["mse"] / 30, 0.02), cost / lmbda, 200)
        rate = cost - lmbda * mse
        keep = (rate > 0.003) & (rate <= highest)
        fig.add_scatter(
            x=rate[keep],
            y=mse[keep] if axis == "mse" else [metrics.psnr_of(m) for m in mse[keep]],
            mode="lines",
            name=f"{titles[name]}: R + λD = {cost:.3f}",
            line={"color": colour(name), "width": 1.2, "dash": "dot"},
            hoverinfo="skip",
            showlegend=False,
        )
