"""Figures over many pictures: curves with their spread, differences of rate, distributions, speed against compression."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go

from core.results.analysis import Band, Curve, Speed
from dashboard.ui.charts import figure
from dashboard.ui.theme import NEUTRAL, colour

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_PUBLISHED = ("#6b7785", "#a35d8a", "#4f7a4a", "#9a6a2f", "#50659c", "#8a4b4b")
TICKS = tuple(m * 10.0**e for e in range(-3, 4) for m in (1, 2, 5))  # of logarithmic axes
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross")


@dataclass(frozen=True)
class Drawn:
    """One codec of one run: `label` names it, `codec` gives its colour, `run` (0, 1, …) its dash and symbol."""

    label: str
    codec: str
    run: int
    curve: Curve | None = None
    band: Band | None = None
    singles: Mapping[str, Curve] = field(default_factory=dict)


def curves(
    drawn: Sequence[Drawn],
    published: Sequence[Curve],
    quality: str,
    log_rate: bool,
    quartiles: bool,
) -> go.Figure:
    """Mean curves: at constant setting with markers, or at constant rate where `band` is given; published ones in dashes."""
    fig = figure("Rate, bpp (bits per pixel)", quality, height=520, log_x=log_rate)
    for d in drawn:
        for name, single in d.singles.items():
            fig.add_scatter(
                x=single.rate,
                y=single.quality,
                mode="lines",
                line={"color": colour(d.codec), "width": 0.6},
                opacity=0.45,
                showlegend=False,
                hovertemplate=f"{name}<br>{d.label} · %{{x:.3f}} bpp · %{{y:.2f}}<extra></extra>",
            )
        if d.band is not None and quartiles and len(d.band.rate):
            fig.add_scatter(
                x=np.concatenate([d.band.rate, d.band.rate[::-1]]),
                y=np.concatenate([d.band.high, d.band.low[::-1]]),
                fill="toself",
                mode="none",
                fillcolor=_faint(colour(d.codec)),
                hoverinfo="skip",
                showlegend=False,
            )
    for d in drawn:
        line = {"color": colour(d.codec), "width": 2.2, "dash": DASHES[d.run % len(DASHES)]}
        if d.band is not None and len(d.band.rate):
            fig.add_scatter(
                x=d.band.rate,
                y=d.band.mean,
                name=d.label,
                mode="lines",
                line=line,
                hovertemplate=f"<b>{d.label}</b><br>%{{x:.3f}} bpp · %{{y:.2f}}<extra></extra>",
            )
        elif d.curve is not None:
            fig.add_scatter(
                x=d.curve.rate,
                y=d.curve.quality,
                name=d.label,
                mode="lines+markers",
                line=line,
                marker={"size": 7, "symbol": SYMBOLS[d.run % len(SYMBOLS)]},
                customdata=d.curve.settings,
                hovertemplate=f"<b>{d.label}</b><br>%{{x:.3f}} bpp · %{{y:.2f}}<br>setting %{{customdata:.4g}}<extra></extra>",
            )
    for i, curve in enumerate(published):
        fig.add_scatter(
            x=curve.rate,
            y=curve.quality,
            name=f"{curve.name} (published)",
            mode="lines+markers",
            line={"color": _PUBLISHED[i % len(_PUBLISHED)], "width": 1.6, "dash": "dot"},
            marker={"size": 5, "symbol": "x"},
            hovertemplate=f"<b>{curve.name}</b>, published<br>%{{x:.3f}} bpp · %{{y:.2f}}<extra></extra>",
        )
    if log_rate:
        fig.update_xaxes(tickvals=TICKS, ticktext=[f"{tick:g}" for tick in TICKS])
    return fig


def differences(
    lines: Sequence[tuple[Drawn, np.ndarray, np.ndarray]], anchor: str, quality: str
) -> go.Figure:
    """(curve, qualities, percent): how many percent more bits each needs than the anchor at equal quality."""
    fig = figure(quality, f"Bits against {anchor}, %", height=400)
    fig.add_hline(y=0, line={"color": NEUTRAL, "width": 1})
    for d, levels, percent in lines:
        fig.add_scatter(
            x=levels,
            y=percent,
            name=d.label,
            mode="lines",
            line={"color": colour(d.codec), "width": 2.2, "dash": DASHES[d.run % len(DASHES)]},
            hovertemplate=f"<b>{d.label}</b><br>at %{{x:.2f}}: %{{y:+.1f}} %<extra></extra>",
        )
    return fig


def distribution(values: Sequence[tuple[Drawn, Mapping[str, float]]], anchor: str) -> go.Figure:
    """BD-rates of single pictures, a box and its points for each codec. A point carries `customdata` = picture."""
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
            marker={"color": colour(d.codec), "size": 6, "opacity": 0.75},
            line={"width": 1.4},
            fillcolor=_faint(colour(d.codec)),
            customdata=list(each),
            hovertemplate="%{customdata}<br>%{x:+.1f} %<extra></extra>",
        )
    fig.update_yaxes(type="category", autorange="reversed", gridcolor="rgba(0,0,0,0)")
    return fig


def speed(points: Sequence[tuple[Drawn, Speed]], side: str, level: str) -> go.Figure:
    """Seconds per megapixel of `side` ("encode" or "decode") against the rate that reaches `level`: low and left is best."""
    fig = figure(
        f"{side.title()} time, seconds per megapixel",
        f"Rate at {level}, bpp",
        height=400,
        log_x=True,
    )
    for d, found in points:
        fig.add_scatter(
            x=[getattr(found, side)],
            y=[found.bpp],
            name=d.label,
            mode="markers+text",
            text=[d.label],
            textposition="top center",
            marker={"color": colour(d.codec), "size": 13, "symbol": SYMBOLS[d.run % len(SYMBOLS)]},
            showlegend=False,
            hovertemplate=f"<b>{d.label}</b><br>%{{x:.3g}} s/Mpx · %{{y:.3f}} bpp<extra></extra>",
        )
    fig.update_xaxes(tickvals=TICKS, ticktext=[f"{tick:g}" for tick in TICKS])
    if points:
        low, high = (extreme(found.bpp for _, found in points) for extreme in (min, max))
        fig.update_yaxes(
            range=[low - 0.15 * (high - low or low), high + 0.25 * (high - low or low)]
        )
    return fig


def _faint(hex_colour: str) -> str:
    red, green, blue = (int(hex_colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},.14)"
