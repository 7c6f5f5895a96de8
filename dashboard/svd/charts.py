"""Figures of the SVD page: data -> Plotly figure. No Streamlit."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.linear import lowrank
from core.linear.lowrank import Factors
from dashboard.ui.theme import NEUTRAL, colour, figure, size_text

CHANNELS = (("Red", "#dc4c43"), ("Green", "#36a05c"), ("Blue", "#3b7ff0"))
SIGMA, SQUARED = "#c08a12", "#7a5cd6"
_BARS = 48


def singular_values(f: Factors, log: bool) -> go.Figure:
    """Bars of the first singular values of each channel; `log` for a logarithmic axis."""
    fig = figure(
        f"Number (first {min(_BARS, f.rank)} of {f.rank})",
        "σ (pixels from 0 to 1)",
        height=360,
        log_y=log,
    )
    for (name, tint), s in zip(CHANNELS, f.s, strict=True):
        fig.add_bar(
            x=np.arange(1, f.rank + 1)[:_BARS],
            y=s[:_BARS],
            name=name,
            marker_color=tint,
            marker_line_width=0,
            hovertemplate="σ<sub>%{x}</sub> = %{y:.3f}<extra>" + name + "</extra>",
        )
    fig.update_layout(bargap=0.1, hovermode="x unified")
    return fig


def factor_line(m: int, n: int, rank: int) -> go.Figure:
    """The compression factor c over the rank, with the chosen point, and c = 1 where nothing is saved any more."""
    fig = figure("Rank r", "Factor c (stored numbers ÷ matrix elements)", height=360)
    most = min(m, n)
    fig.add_scatter(
        x=[0, most],
        y=[0, lowrank.compression_factor(m, n, most)],
        mode="lines",
        name="c = r (m + n + 1) / (m n)",
        line={"color": colour("svd"), "width": 2},
    )
    fig.add_hline(
        1,
        line={"dash": "dot", "color": NEUTRAL},
        annotation_text="as many numbers as the matrix itself",
        annotation_position="bottom right",
    )
    return _point(fig, rank, lowrank.compression_factor(m, n, rank), f"r = {rank}")


def energy_curves(f: Factors, rank: int) -> go.Figure:
    """The share of the energy in the first r values, in both definitions, averaged over the channels."""
    fig = figure("Rank r", "Energy kept, %", height=360)
    for power, name, tint in ((1, "Σσ (the tutorial)", SIGMA), (2, "Σσ² (share of ‖A‖²)", SQUARED)):
        share = 100 * np.append(0, lowrank.energy(f.s, power))
        fig.add_scatter(
            x=np.arange(f.rank + 1),
            y=share,
            mode="lines",
            name=name,
            line={"color": tint, "width": 2},
            hovertemplate="rank %{x}: %{y:.2f} %<extra>" + name + "</extra>",
        )
        _point(fig, rank, share[rank], f"r = {rank}", tint)
    return fig


def distortion(
    f: Factors, rank: int, ranks: Sequence[int], measured: Sequence[float], decibel: bool
) -> go.Figure:
    """Distortion over rank: predicted for all ranks by the singular values alone, measured for some."""
    predicted = lowrank.mse_by_rank(f)
    shown = _psnr if decibel else np.asarray
    fig = figure(
        "Rank r", "PSNR, dB" if decibel else "MSE, grey levels²", height=360, log_y=not decibel
    )
    kept = predicted > 1e-3
    fig.add_scatter(
        x=np.flatnonzero(kept),
        y=shown(predicted[kept]),
        mode="lines",
        name="predicted: Σ σ² of what is left out",
        line={"color": colour("svd"), "width": 2},
        hovertemplate="rank %{x}: %{y:.2f}<extra>predicted</extra>",
    )
    fig.add_scatter(
        x=list(ranks),
        y=shown(np.maximum(measured, 1e-3)),
        mode="markers",
        name="measured on the 8-bit picture",
        marker={"color": NEUTRAL, "size": 9, "symbol": "diamond-open", "line": {"width": 2}},
        hovertemplate="rank %{x}: %{y:.2f}<extra>measured</extra>",
    )
    return (
        _point(fig, rank, shown(predicted[rank : rank + 1])[0], f"r = {rank}")
        if predicted[rank] > 1e-3
        else fig
    )


def rate_bars(sizes: Mapping[str, tuple[float, str]]) -> go.Figure:
    """Bars of sizes in bytes on a logarithmic axis: label -> (bytes, colour), the first on top."""
    fig = figure("Size, bytes (logarithmic)", "", height=110 + 44 * len(sizes), log_x=True)
    labels = list(sizes)
    values, tints = zip(*sizes.values(), strict=True)
    fig.add_bar(
        y=labels,
        x=values,
        orientation="h",
        showlegend=False,
        marker_color=tints,
        marker_line_width=0,
        text=[size_text(v) for v in values],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:,.0f}<extra></extra>",
    )
    fig.update_yaxes(type="category", autorange="reversed", title=None, showgrid=False)
    fig.update_xaxes(range=[np.log10(min(values)) - 0.5, np.log10(max(values)) + 0.05], dtick=1)
    fig.update_layout(
        bargap=0.25, margin={"t": 10, "r": 60}
    )  # the last labels stand beside the axis
    return fig


def heat_map(matrix: np.ndarray, low: float, high: float, around_zero: bool = False) -> go.Figure:
    """A matrix as a map of colours between `low` and `high`."""
    fig = go.Figure(
        go.Heatmap(
            z=matrix,
            zmin=low,
            zmax=high,
            colorscale="RdBu" if around_zero else "Viridis",
            colorbar={"thickness": 10},
            hovertemplate="row %{y}, column %{x}: %{z:.4g}<extra></extra>",
        )
    )
    fig.update_layout(height=330, margin={"l": 4, "r": 4, "t": 8, "b": 4}, uirevision="keep")
    fig.update_xaxes(visible=False)
    fig.update_yaxes(visible=False, autorange="reversed")
    return fig


def _psnr(mse: np.ndarray) -> np.ndarray:
    return 10 * np.log10(255**2 / np.asarray(mse, dtype=np.float64))


def _point(fig: go.Figure, x: float, y: float, text: str, tint: str = NEUTRAL) -> go.Figure:
    fig.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        showlegend=False,
        marker={"size": 13, "color": tint, "symbol": "circle-open", "line": {"width": 3}},
        hovertemplate=text + ": %{y:.4g}<extra></extra>",
    )
    return fig
