"""Figures of the Digits page, but for the trade-off: data -> Plotly figure. No Streamlit."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from core.figures.base import add_equality, add_line, figure
from core.figures.palette import ACCENT, NEUTRAL, colour
from core.learned.digits.lab import noisy_density

OURS = colour("mnist")
_PALETTE = (
    OURS,
    colour("bls2017"),
    ACCENT,
    colour("avif"),
    colour("webp"),
    colour("jpegxl"),
)
_LEAST = 1e-30  # probability below which a value's bits are not counted further


def latent_chart(y: np.ndarray, noisy: np.ndarray, order: list[int]) -> go.Figure:
    """One digit's latents over the dimensions in `order`: y (D,), y with noise (D,), y rounded."""
    fig = figure("Dimension, most informative first", "Value", height=330)
    names = [str(dim) for dim in order]
    fig.add_bar(x=names, y=y[order], name="y", marker_color=OURS, opacity=0.55)
    fig.add_scatter(
        x=names,
        y=noisy[order],
        name="y + noise (training)",
        mode="markers",
        marker={"color": colour("bls2017"), "size": 8, "symbol": "diamond"},
    )
    fig.add_scatter(
        x=names,
        y=np.round(y[order]),
        name="ŷ = round(y) (coding)",
        mode="markers",
        marker={"color": ACCENT, "size": 12, "symbol": "line-ew-open", "line": {"width": 3}},
    )
    fig.update_xaxes(type="category")
    return fig


def prior_chart(scales: np.ndarray, dims: list[int], y: np.ndarray) -> go.Figure:
    """Densities of latent plus noise in `dims` (scales (D,)), marked at this digit's rounded y."""
    fig = figure("Value of the latent", "Density = probability at whole numbers", height=330)
    reach = float(max(3, np.abs(y[dims]).max() + 1))
    points = np.linspace(-reach, reach, 801)
    for i, dim in enumerate(dims):
        tint = _PALETTE[i % len(_PALETTE)]
        density = noisy_density(scales[[dim]], points)[0]
        add_line(fig, points, density, tint, f"dimension {dim}")
        _mark_value(fig, dim, float(scales[dim]), float(np.round(y[dim])), tint)
    return fig


def _mark_value(fig: go.Figure, dim: int, scale: float, value: float, tint: str) -> None:
    """A dot on the density at `value`, which tells its probability and its bits."""
    probability = noisy_density(np.array([scale]), np.array([value]))[0, 0]
    bits = -np.log2(max(probability, _LEAST))
    text = f"dimension {dim}: ŷ = {value:.0f}<br>probability %{{y:.4f}}, {bits:.2f} bits"
    fig.add_scatter(
        x=[value],
        y=[probability],
        mode="markers",
        showlegend=False,
        marker={"color": tint, "size": 10},
        hovertemplate=text + "<extra></extra>",
    )


def length_chart(per_digit: Mapping[str, Sequence[float]]) -> go.Figure:
    """Information content against the length of the real string, one dot per digit."""
    bits = np.array(per_digit["bits"])
    lengths = 8 * np.array(per_digit["bytes"])
    fig = figure("Information content (bits)", "Length of the string (bits)", height=380)
    add_equality(fig, 0, 1.05 * float(max(bits.max(), lengths.max())))
    fig.add_scatter(
        x=bits,
        y=lengths,
        mode="markers",
        name=f"{len(bits)} test digits",
        marker={"color": OURS, "size": 6, "opacity": 0.5},
        hovertemplate="%{x:.1f} bits in %{y:.0f}<extra></extra>",
    )
    return fig


def dimension_chart(bits_per_dim: Sequence[float], live: list[int]) -> go.Figure:
    """Mean bits that each dimension costs, most first; dead ones at the end in grey."""
    order = np.argsort(-np.array(bits_per_dim), kind="stable")
    fig = figure("Dimension, most informative first", "Mean bits per digit", height=320)
    fig.add_bar(
        x=[str(dim) for dim in order],
        y=[bits_per_dim[dim] for dim in order],
        marker_color=[OURS if dim in live else NEUTRAL for dim in order],
        hovertemplate="dimension %{x}: %{y:.3f} bits<extra></extra>",
    )
    fig.update_xaxes(type="category", tickangle=0)
    return fig
