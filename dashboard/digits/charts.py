"""Figures of the Digits page: data -> Plotly figure. No Streamlit, no TensorFlow."""

import numpy as np
import plotly.graph_objects as go

from core.learned.digits.lab import noisy_density
from core.rd.hull import lower_hull
from dashboard.ui.charts import figure
from dashboard.ui.theme import NEUTRAL, colour

OURS = colour("mnist")
ACCENT = "#d8435c"
TUTORIAL = (
    (40.2, 0.0360, 2000),
    (15.3, 0.0596, 500),
    (8.4, 0.0767, 300),
)  # bits, MAE, λ as the tutorial prints them
BITS, MAE = "Rate (bits a digit)", "Distortion (mean absolute error, 0 to 1)"


def latent_chart(y: np.ndarray, noisy: np.ndarray, order: list[int]) -> go.Figure:
    """One digit's latents: y, y plus noise and y rounded, over the dimensions in `order`; y and noisy are (D,)."""
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
    """Densities of latent plus noise in `dims` (scales (D,)), with this digit's rounded value on each curve."""
    reach = float(max(3, np.abs(y[dims]).max() + 1))
    points = np.linspace(-reach, reach, 801)
    fig = figure("Value of the latent", "Density = probability at whole numbers", height=330)
    palette = [OURS, colour("bls2017"), ACCENT, colour("avif"), colour("webp"), colour("jpegxl")]
    for i, dim in enumerate(dims):
        density = noisy_density(scales[[dim]], points)[0]
        value = np.round(y[dim])
        here = noisy_density(scales[[dim]], np.array([value]))[0, 0]
        tint = palette[i % len(palette)]
        fig.add_scatter(
            x=points,
            y=density,
            name=f"dimension {dim}",
            line={"color": tint, "width": 2},
            hoverinfo="skip",
        )
        fig.add_scatter(
            x=[value],
            y=[here],
            mode="markers",
            showlegend=False,
            marker={"color": tint, "size": 10},
            hovertemplate=f"dimension {dim}: ŷ = {value:.0f}<br>probability %{{y:.4f}}, "
            f"{-np.log2(max(here, 1e-30)):.2f} bits<extra></extra>",
        )
    return fig


def tradeoff_chart(
    cards: list[dict],
    chosen: dict,
    vae: dict | None,
    others: dict[str, list[tuple[float, float, str]]],
    log_x: bool,
) -> go.Figure:
    """Bits against distortion of all stored models, their hull, and the line of equal R + λD through the chosen one.

    A second curve has the encoder search its rounding, where the cards say what that gives.

    `others`: name -> (bits, MAE, label) points of other ways to keep a digit.
    """
    fig = figure(BITS, MAE, height=500, log_x=log_x)
    measured = sorted(
        (c["figures"]["rate"], c["figures"]["mae"], c["lmbda"], c["name"])
        for c in cards
        if not log_x or c["figures"]["rate"] > 0.1
    )  # nothing has no place on a logarithmic axis
    bits, mae = np.array([m[0] for m in measured]), np.array([m[1] for m in measured])
    hull = lower_hull(list(bits), list(mae))
    fig.add_scatter(
        x=bits[hull],
        y=mae[hull],
        mode="lines",
        name="hull",
        hoverinfo="skip",
        line={"color": OURS, "width": 6},
        opacity=0.3,
    )
    fig.add_scatter(
        x=bits,
        y=mae,
        mode="lines+markers",
        name="stored models",
        line={"color": OURS, "width": 2},
        marker={"size": 9},
        customdata=[[m[2], m[3]] for m in measured],
        hovertemplate="<b>%{customdata[1]}</b><br>λ = %{customdata[0]:g}: %{x:.2f} bits, MAE %{y:.4f}<extra></extra>",
    )
    searched = sorted(
        (c["searched"]["rate"], c["searched"]["mae"], c["name"])
        for c in cards
        if "searched" in c and (not log_x or c["searched"]["rate"] > 0.1)
    )
    if searched:
        fig.add_scatter(
            x=[s[0] for s in searched],
            y=[s[1] for s in searched],
            mode="lines+markers",
            name="with searched rounding",
            line={"color": colour("bls2017"), "width": 1.5},
            marker={"size": 7},
            customdata=[s[2] for s in searched],
            hovertemplate="<b>%{customdata}</b>, rounding searched<br>%{x:.2f} bits, MAE %{y:.4f}<extra></extra>",
        )
    _add_tangent(fig, chosen, float(bits.max(initial=1.0)))
    fig.add_scatter(
        x=[t[0] for t in TUTORIAL],
        y=[t[1] for t in TUTORIAL],
        mode="markers",
        name="the tutorial's own",
        marker={"symbol": "x", "size": 11, "color": NEUTRAL},
        customdata=[t[2] for t in TUTORIAL],
        hovertemplate="the tutorial, λ = %{customdata}: %{x:.1f} bits, MAE %{y:.4f}<extra></extra>",
    )
    if vae:
        fig.add_scatter(
            x=[vae["figures"]["kl_bits"]],
            y=[vae["figures"]["mae"]],
            mode="markers",
            name="VAE (KL, no bit rate)",
            marker={"symbol": "star", "size": 14, "color": colour("jpegxl")},
            hovertemplate="VAE: KL %{x:.1f} bits, MAE %{y:.4f}<br>no file has this length<extra></extra>",
        )
    tints = (colour("svd"), colour("jpeg"), colour("webp"), colour("avif"))
    for (name, points), tint in zip(others.items(), tints, strict=False):
        fig.add_scatter(
            x=[p[0] for p in points],
            y=[p[1] for p in points],
            name=name,
            customdata=[p[2] for p in points],
            mode="lines+markers" if len(points) > 1 else "markers",
            line={"color": tint, "width": 2},
            marker={"size": 10 if len(points) == 1 else 7, "color": tint},
            hovertemplate=f"<b>{name}</b>, %{{customdata}}<br>%{{x:.0f}} bits, MAE %{{y:.4f}}<extra></extra>",
        )
    return fig


def _add_tangent(fig: go.Figure, card: dict, widest: float) -> None:
    """The line R + λD = cost through a model: slope −1/λ. Models below it would be better at this λ."""
    lmbda, rate, mae = card["lmbda"], card["figures"]["rate"], card["figures"]["mae"]
    cost = rate + lmbda * mae
    x = np.geomspace(max(0.3, rate / 6), max(widest, rate) * 1.05, 60)
    y = (cost - x) / lmbda
    fig.add_scatter(
        x=x[y > 0],
        y=y[y > 0],
        mode="lines",
        name=f"R + {lmbda:g} · D = {cost:.1f}",
        line={"color": ACCENT, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )
    fig.add_scatter(
        x=[rate],
        y=[mae],
        mode="markers",
        showlegend=False,
        hoverinfo="skip",
        marker={"size": 17, "symbol": "circle-open", "color": ACCENT, "line": {"width": 3}},
    )


def length_chart(per_digit: dict[str, list[float]]) -> go.Figure:
    """Information content against the length of the real string, one dot a digit."""
    bits, lengths = np.array(per_digit["bits"]), np.array(per_digit["bytes"]) * 8
    top = float(max(bits.max(), lengths.max())) * 1.05
    fig = figure("Information content (bits)", "Length of the string (bits)", height=380)
    fig.add_scatter(
        x=[0, top],
        y=[0, top],
        mode="lines",
        name="equal",
        hoverinfo="skip",
        line={"color": NEUTRAL, "dash": "dash"},
    )
    fig.add_scatter(
        x=bits,
        y=lengths,
        mode="markers",
        name=f"{len(bits)} test digits",
        marker={"color": OURS, "size": 6, "opacity": 0.5},
        hovertemplate="%{x:.1f} bits in %{y:.0f}<extra></extra>",
    )
    return fig


def dimension_chart(bits_per_dim: list[float], live: list[int]) -> go.Figure:
    """Mean bits that each dimension costs, most first; the dead ones at the end in grey."""
    order = list(np.argsort(-np.array(bits_per_dim), kind="stable"))
    fig = figure("Dimension, most informative first", "Mean bits a digit", height=320)
    fig.add_bar(
        x=[str(dim) for dim in order],
        y=[bits_per_dim[dim] for dim in order],
        marker_color=[OURS if dim in live else NEUTRAL for dim in order],
        hovertemplate="dimension %{x}: %{y:.3f} bits<extra></extra>",
    )
    fig.update_xaxes(type="category", tickangle=0)
    return fig
