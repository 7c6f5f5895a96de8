"""Figures over many pictures: data -> Plotly figure. No Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.base import add_line, figure, tick_log_x
from core.figures.palette import NEUTRAL, colour, faint
from core.results.analysis import Band
from core.results.curves import Curve
from core.results.speed import Speed

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross")
SPEED_TITLES = {
    "encode": "Encoding speed, megapixels per second",
    "decode": "Decoding speed, megapixels per second",
}
_PUBLISHED = ("#6b7785", "#a35d8a", "#4f7a4a", "#9a6a2f", "#50659c", "#8a4b4b")


@dataclass(frozen=True)
class Drawn:
    """One codec of one run: its label, the codec, which gives the colour, and its curves.

    `run` (0, 1, …) gives dash and symbol. `curve` is the mean at constant setting, `band` the
    mean at constant rate with its quartiles, `singles` picture -> its own curve.
    """

    label: str
    codec: str
    run: int
    curve: Curve | None = None
    band: Band | None = None
    singles: Mapping[str, Curve] = field(default_factory=dict)

    @property
    def colour(self) -> str:
        return colour(self.codec)

    @property
    def dash(self) -> str:
        return DASHES[self.run % len(DASHES)]

    @property
    def symbol(self) -> str:
        return SYMBOLS[self.run % len(SYMBOLS)]


def curves(
    drawn: Sequence[Drawn],
    published: Sequence[Curve],
    quality: str,
    log_rate: bool,
    quartiles: bool,
) -> go.Figure:
    """Mean curves: at constant rate where there is a band, at constant setting elsewhere.

    Single pictures and quartiles lie below them, published curves are dotted.
    """
    fig = figure("Rate, bpp (bits per pixel)", quality, height=520, log_x=log_rate)
    for d in drawn:
        _add_singles(fig, d)
        if quartiles and d.band is not None and len(d.band.rate):
            _add_quartiles(fig, d.band, d.colour)
    for d in drawn:
        _add_mean(fig, d)
    for i, curve in enumerate(published):
        _add_published(fig, curve, _PUBLISHED[i % len(_PUBLISHED)])
    if log_rate:
        tick_log_x(fig)
    return fig


def _add_singles(fig: go.Figure, d: Drawn) -> None:
    for name, single in d.singles.items():
        hover = f"{name}<br>{d.label} · %{{x:.3f}} bpp · %{{y:.2f}}"
        add_line(fig, single.rate, single.quality, d.colour, width=0.6, hover=hover, opacity=0.45)


def _add_quartiles(fig: go.Figure, band: Band, tint: str) -> None:
    fig.add_scatter(
        x=np.concatenate([band.rate, band.rate[::-1]]),
        y=np.concatenate([band.high, band.low[::-1]]),
        fill="toself",
        mode="none",
        fillcolor=faint(tint),
        hoverinfo="skip",
        showlegend=False,
    )


def _add_mean(fig: go.Figure, d: Drawn) -> None:
    hover = f"<b>{d.label}</b><br>%{{x:.3f}} bpp · %{{y:.2f}}"
    style: dict[str, Any] = {"width": 2.2, "line_dash": d.dash}
    if d.band is not None and len(d.band.rate):
        add_line(fig, d.band.rate, d.band.mean, d.colour, d.label, hover=hover, **style)
    elif d.curve is not None:
        add_line(
            fig,
            d.curve.rate,
            d.curve.quality,
            d.colour,
            d.label,
            mode="lines+markers",
            marker={"size": 7, "symbol": d.symbol},
            customdata=d.curve.settings,
            hover=hover + "<br>setting %{customdata:.4g}",
            **style,
        )


def _add_published(fig: go.Figure, curve: Curve, tint: str) -> None:
    add_line(
        fig,
        curve.rate,
        curve.quality,
        tint,
        f"{curve.name} (published)",
        width=1.6,
        line_dash="dot",
        mode="lines+markers",
        marker={"size": 5, "symbol": "x"},
        hover=f"<b>{curve.name}</b>, published<br>%{{x:.3f}} bpp · %{{y:.2f}}",
    )


def differences(
    lines: Sequence[tuple[Drawn, np.ndarray, np.ndarray]], anchor: str, quality: str
) -> go.Figure:
    """How many percent more bits each needs than the anchor, over quality.

    `lines`: (codec, qualities, percent).
    """
    fig = figure(quality, f"Bits against {anchor}, %", height=400)
    fig.add_hline(y=0, line={"color": NEUTRAL, "width": 1})
    for d, levels, percent in lines:
        hover = f"<b>{d.label}</b><br>at %{{x:.2f}}: %{{y:+.1f}} %"
        add_line(fig, levels, percent, d.colour, d.label, width=2.2, hover=hover, line_dash=d.dash)
    return fig


def distribution(values: Sequence[tuple[Drawn, Mapping[str, float]]], anchor: str) -> go.Figure:
    """BD-rates of single pictures (name -> percent), a box and its points for each codec."""
    fig = figure(f"BD-rate against {anchor}, %", "", height=110 + 70 * len(values))
    fig.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    for d, each in values:
        fig.add_box(
            x=list(each.values()),
            y=[d.label] * len(each),
            name=d.label,
            orientation="h",
            boxpoints="all",
            jitter=0.5,
            pointpos=0,
            showlegend=False,
            marker={"color": d.colour, "size": 6, "opacity": 0.75},
            line={"width": 1.4},
            fillcolor=faint(d.colour),
            customdata=list(each),
            hovertemplate="%{customdata}<br>%{x:+.1f} %<extra></extra>",
        )
    fig.update_yaxes(type="category", autorange="reversed", gridcolor="rgba(0,0,0,0)")
    return fig


def speed(points: Sequence[tuple[Drawn, Speed]], side: str, level: str) -> go.Figure:
    """The rate that reaches `level` against megapixels per second: low and right is best.

    `side` is "encode" or "decode"; there is at least one point.
    """
    placed = [(d, found.megapixels_per_second(side), found.bpp) for d, found in points]
    return complexity(placed, SPEED_TITLES[side], f"Rate at {level}, bpp")


def complexity(points: Sequence[tuple[Drawn, float, float]], cost: str, rate: str) -> go.Figure:
    """Rate and distortion in one figure for each codec, (drawn, cost, figure), against its cost.

    `cost` and `rate` title the axes: the cost, on a logarithmic one, may be a speed or a count.
    There is at least one point.
    """
    fig = figure(cost, rate, height=460, log_x=True)
    for d, x, y in points:
        fig.add_scatter(
            x=[x],
            y=[y],
            name=d.label,
            mode="markers+text",
            text=[d.label],
            textposition="top center",
            marker={"color": d.colour, "size": 13, "symbol": d.symbol},
            showlegend=False,
            hovertemplate=f"<b>{d.label}</b><br>%{{x:.3g}} · %{{y:.4g}}<extra></extra>",
        )
    tick_log_x(fig)
    figures = [y for _, _, y in points]
    low, high = min(figures), max(figures)
    reach = high - low or abs(low) or 1.0
    fig.update_yaxes(range=[low - 0.15 * reach, high + 0.25 * reach])  # room for the labels
    return fig
