"""The trade-off of the Digits page: bits against distortion over models and other codecs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from core.figures.base import add_line, add_ring, figure
from core.figures.palette import ACCENT, NEUTRAL, colour
from core.rd.digit_rivals import Points
from core.rd.hull import lower_hull

Card = Mapping[str, Any]
OURS = colour("mnist")
BITS, MAE = "Rate (bits per digit)", "Distortion (mean absolute error, 0 to 1)"
TUTORIAL = ((40.2, 0.0360, 2000), (15.3, 0.0596, 500), (8.4, 0.0767, 300))  # bits, MAE, λ
_LEAST_BITS = 0.1  # models that send nothing have no place on a logarithmic axis


def tradeoff_chart(
    cards: Sequence[Card],
    chosen: Card,
    vae: Card | None,
    others: Mapping[str, Points],
    log_x: bool,
) -> go.Figure:
    """All stored models, their hull, and the line of equal R + λD through the chosen one.

    A second curve shows the models with searched rounding, where the cards have its figures.
    `others`: name -> (bits, MAE, label) of other ways to keep a digit.
    """
    fig = figure(BITS, MAE, height=500, log_x=log_x)
    least = _LEAST_BITS if log_x else -1.0
    widest = _add_models(fig, [c for c in cards if c["figures"]["rate"] > least])
    searched = [c for c in cards if "searched" in c and c["searched"]["rate"] > least]
    if searched:
        _add_searched(fig, searched)
    _add_tangent(fig, chosen, widest)
    _add_tutorial(fig)
    if vae is not None:
        _add_vae(fig, vae)
    tints = (colour("svd"), colour("jpeg"), colour("webp"), colour("avif"))
    for (name, points), tint in zip(others.items(), tints, strict=False):
        _add_other(fig, name, points, tint)
    return fig


def _add_models(fig: go.Figure, cards: Sequence[Card]) -> float:
    """The models' curve over their hull; returns the highest rate, at least 1."""
    points = sorted(
        (c["figures"]["rate"], c["figures"]["mae"], c["lmbda"], c["name"]) for c in cards
    )
    bits = np.array([rate for rate, *_ in points])
    mae = np.array([error for _, error, *_ in points])
    hull = lower_hull(list(bits), list(mae))
    add_line(fig, bits[hull], mae[hull], OURS, "hull", width=6, opacity=0.3)
    add_line(
        fig,
        bits,
        mae,
        OURS,
        "stored models",
        mode="lines+markers",
        marker={"size": 9},
        customdata=[[lmbda, name] for _, _, lmbda, name in points],
        hover=("<b>%{customdata[1]}</b><br>λ = %{customdata[0]:g}: %{x:.2f} bits, MAE %{y:.4f}"),
    )
    return float(bits.max(initial=1.0))


def _add_searched(fig: go.Figure, cards: Sequence[Card]) -> None:
    points = sorted((c["searched"]["rate"], c["searched"]["mae"], c["name"]) for c in cards)
    add_line(
        fig,
        [rate for rate, _, _ in points],
        [mae for _, mae, _ in points],
        colour("bls2017"),
        "with searched rounding",
        width=1.5,
        mode="lines+markers",
        marker={"size": 7},
        customdata=[name for _, _, name in points],
        hover="<b>%{customdata}</b>, rounding searched<br>%{x:.2f} bits, MAE %{y:.4f}",
    )


def _add_tangent(fig: go.Figure, card: Card, widest: float) -> None:
    """The line of equal R + λD through a model, of slope −1/λ.

    A model below it would be better at this λ.
    """
    lmbda, rate, mae = card["lmbda"], card["figures"]["rate"], card["figures"]["mae"]
    cost = rate + lmbda * mae
    x = np.geomspace(max(0.3, rate / 6), max(widest, rate) * 1.05, 60)
    y = (cost - x) / lmbda
    name = f"R + {lmbda:g} · D = {cost:.1f}"
    add_line(fig, x[y > 0], y[y > 0], ACCENT, name, width=1.5, line_dash="dot")
    add_ring(fig, rate, mae, ACCENT, size=17)


def _add_tutorial(fig: go.Figure) -> None:
    fig.add_scatter(
        x=[bits for bits, _, _ in TUTORIAL],
        y=[mae for _, mae, _ in TUTORIAL],
        mode="markers",
        name="the tutorial's own",
        marker={"symbol": "x", "size": 11, "color": NEUTRAL},
        customdata=[lmbda for _, _, lmbda in TUTORIAL],
        hovertemplate=(
            "the tutorial, λ = %{customdata}: %{x:.1f} bits, MAE %{y:.4f}<extra></extra>"
        ),
    )


def _add_vae(fig: go.Figure, card: Card) -> None:
    fig.add_scatter(
        x=[card["figures"]["kl_bits"]],
        y=[card["figures"]["mae"]],
        mode="markers",
        name="VAE (KL, not a bit rate)",
        marker={"symbol": "star", "size": 14, "color": colour("jpegxl")},
        hovertemplate=(
            "VAE: KL %{x:.1f} bits, MAE %{y:.4f}<br>no file has this length<extra></extra>"
        ),
    )


def _add_other(fig: go.Figure, name: str, points: Points, tint: str) -> None:
    several = len(points) > 1
    add_line(
        fig,
        [bits for bits, _, _ in points],
        [mae for _, mae, _ in points],
        tint,
        name,
        mode="lines+markers" if several else "markers",
        marker={"size": 7 if several else 10, "color": tint},
        customdata=[label for _, _, label in points],
        hover=f"<b>{name}</b>, %{{customdata}}<br>%{{x:.0f}} bits, MAE %{{y:.4f}}",
    )
