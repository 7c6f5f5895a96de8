"""Figures of the SVD page: data -> Plotly figure. No Streamlit."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.base import add_line, add_ring, figure, heat_map
from core.figures.palette import NEUTRAL, colour
from core.linear import lowrank
from core.linear.lowrank import Factors

CHANNELS = (("Red", "#dc4c43"), ("Green", "#36a05c"), ("Blue", "#3b7ff0"))
ENERGIES = ((1, "Σσ (the tutorial)", "#c08a12"), (2, "Σσ² (share of ‖A‖²)", "#7a5cd6"))
SVD = colour("svd")
_HEIGHT = 360
_BARS = 48
_NO_ERROR = 1e-3  # mean squared errors below this are rounding in float32


def singular_values(f: Factors, log: bool) -> go.Figure:
    """Bars of the first singular values of each channel; `log` for a logarithmic axis."""
    shown = min(_BARS, f.rank)
    title = f"Number (first {shown} of {f.rank})"
    fig = figure(title, "σ (pixels from 0 to 1)", height=_HEIGHT, log_y=log)
    for (name, tint), s in zip(CHANNELS, f.s, strict=True):
        fig.add_bar(
            x=np.arange(1, shown + 1),
            y=s[:shown],
            name=name,
            marker_color=tint,
            marker_line_width=0,
            hovertemplate=f"σ<sub>%{{x}}</sub> = %{{y:.3f}}<extra>{name}</extra>",
        )
    fig.update_layout(bargap=0.1, hovermode="x unified")
    return fig


def factor_line(m: int, n: int, rank: int) -> go.Figure:
    """The compression factor c over the rank, and c = 1, above which nothing is saved."""
    fig = figure("Rank r", "Factor c (stored numbers ÷ matrix elements)", height=_HEIGHT)
    most = min(m, n)
    ends = [0, lowrank.compression_factor(m, n, most)]
    add_line(
        fig, [0, most], ends, SVD, "c = r (m + n + 1) / (m n)", hover="rank %{x}: c = %{y:.3f}"
    )
    fig.add_hline(
        1,
        line={"dash": "dot", "color": NEUTRAL},
        annotation_text="as many numbers as the matrix itself",
        annotation_position="bottom right",
    )
    _mark(fig, rank, lowrank.compression_factor(m, n, rank))
    return fig


def energy_curves(f: Factors, rank: int) -> go.Figure:
    """The share of the energy in the first r values by both definitions, mean over channels."""
    fig = figure("Rank r", "Energy kept, %", height=_HEIGHT)
    for power, name, tint in ENERGIES:
        share = 100 * np.append(0, lowrank.energy(f.s, power))
        hover = f"rank %{{x}}: %{{y:.2f}} %<extra>{name}</extra>"
        add_line(fig, np.arange(f.rank + 1), share, tint, name, hover=hover)
        _mark(fig, rank, float(share[rank]), tint)
    return fig


def distortion(
    f: Factors, rank: int, ranks: Sequence[int], measured: Sequence[float], decibel: bool
) -> go.Figure:
    """Distortion over rank: predicted for all ranks by the singular values, measured for some.

    `measured` holds the mean squared error of `ranks`; `decibel` shows both as PSNR.
    """
    title = "PSNR, dB" if decibel else "MSE, grey levels²"
    fig = figure("Rank r", title, height=_HEIGHT, log_y=not decibel)
    shown = _psnr if decibel else np.asarray
    predicted = lowrank.mse_by_rank(f)
    drawn = predicted > _NO_ERROR
    add_line(
        fig,
        np.flatnonzero(drawn),
        shown(predicted[drawn]),
        SVD,
        "predicted: Σ σ² of what is left out",
        hover="rank %{x}: %{y:.2f}<extra>predicted</extra>",
    )
    fig.add_scatter(
        x=list(ranks),
        y=shown(np.maximum(measured, _NO_ERROR)),
        mode="markers",
        name="measured on the 8-bit picture",
        marker={"color": NEUTRAL, "size": 9, "symbol": "diamond-open", "line": {"width": 2}},
        hovertemplate="rank %{x}: %{y:.2f}<extra>measured</extra>",
    )
    if drawn[rank]:
        _mark(fig, rank, float(shown(predicted[[rank]])[0]))
    return fig


def bill(m: int, n: int, elements: int) -> dict[str, tuple[float, str]]:
    """What an approximation of m × n pixels costs without a coder: label -> (bytes, colour)."""
    return {
        "Pixels, 3 bytes each": (3 * m * n, "#5d6673"),
        "float32 factors": (4 * elements, NEUTRAL),
        "float16 factors": (2 * elements, NEUTRAL),
        "Elements, as the tutorial counts": (elements, "#b6bdc8"),
    }


def rate_bars(sizes: Mapping[str, tuple[float, str]]) -> go.Figure:
    """Bars of sizes in bytes, logarithmic: label -> (bytes, colour), the first on top."""
    fig = figure("Size, bytes (logarithmic)", "", height=110 + 44 * len(sizes), log_x=True)
    values = [size for size, _ in sizes.values()]
    fig.add_bar(
        y=list(sizes),
        x=values,
        orientation="h",
        showlegend=False,
        marker_color=[tint for _, tint in sizes.values()],
        marker_line_width=0,
        text=[f"{value:,.0f}" for value in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,.0f}<extra></extra>",
    )
    span = [np.log10(min(values)) - 0.5, np.log10(max(values)) + 0.05]
    fig.update_xaxes(range=span, dtick=1)
    fig.update_yaxes(type="category", autorange="reversed", title=None, showgrid=False)
    fig.update_layout(bargap=0.25, margin={"t": 10, "r": 60})  # room for the last bar's label
    return fig


def matrix_map(matrix: np.ndarray, low: float, high: float, around_zero: bool = False) -> go.Figure:
    """A matrix as a map of colours between `low` and `high`."""
    colours = "RdBu" if around_zero else "Viridis"
    hover = "row %{y}, column %{x}: %{z:.4g}"
    fig = heat_map(matrix, hover, zmin=low, zmax=high, colorscale=colours)
    fig.update_layout(height=330)
    return fig


def _psnr(mse: np.ndarray) -> np.ndarray:
    return 10 * np.log10(255**2 / np.asarray(mse, dtype=np.float64))


def _mark(fig: go.Figure, rank: int, value: float, tint: str = NEUTRAL) -> None:
    """A ring where the curve has the chosen rank."""
    add_ring(fig, rank, value, tint, f"r = {rank}: %{{y:.4g}}")
