"""Figures of the Photos page: data -> Plotly figure. No Streamlit, no TensorFlow."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from core.figures import rd
from core.figures.base import add_equality, add_line, figure, heat_map
from core.figures.palette import NEUTRAL, colour
from core.learned.photos.lab import Relaxed, by_cost
from core.rd.measure import RDPoint
from core.results.curves import Curve

OURS = colour("bls2017")


def rd_chart(
    curves: Mapping[str, Sequence[RDPoint]],
    titles: Mapping[str, str],
    axis: str,
    axis_title: str,
    operating: Mapping[str, RDPoint],
    paper: Curve,
    log_rate: bool,
) -> go.Figure:
    """The picture's curves with the files that are shown, and the published means over Kodak as
    crosses.
    """
    fig = rd.rd_chart(curves, titles, axis, axis_title, operating, log_rate=log_rate)
    fig.add_scatter(
        x=paper.rate,
        y=paper.quality,
        name="Ballé 2017, mean over Kodak",
        mode="markers",
        marker={"symbol": "x-thin", "size": 9, "line": {"width": 2, "color": NEUTRAL}},
        hovertemplate="<b>Ballé et al. 2017</b>, mean over Kodak, not this picture<br>%{x:.3f} "
        "bpp · %{y:.2f} dB"
        "<extra></extra>",
    )
    ours = [p.bpp for p in curves.get("bls2017", ())]
    widest = max([*ours, *paper.rate]) * 1.25
    if log_rate:
        fig.update_xaxes(range=[np.log10(min([*ours, *paper.rate]) / 1.5), np.log10(widest)])
    else:
        fig.update_xaxes(range=[0, widest])
    inside = [p.quality(axis) for points in curves.values() for p in points if p.bpp <= widest]
    seen = [quality for quality in inside if quality is not None]
    values = [v for v in (*seen, *paper.quality) if np.isfinite(v)]
    fig.update_yaxes(range=[min(values) - 0.8, max(values) + 0.8])
    return fig


def bits_map(
    bits: np.ndarray, cell: int, width: int, height: int, backdrop: bytes | None
) -> go.Figure:
    """Bits at each position (h, w) of a picture width × height, over `backdrop`, a PNG file.

    One position covers `cell` × `cell` pixels.
    """
    h, w = bits.shape
    fig = heat_map(
        bits,
        "x %{x:.0f}, y %{y:.0f}: %{z:.0f} bits",
        "bits",
        x0=cell / 2,
        dx=cell,
        y0=cell / 2,
        dy=cell,
        colorscale="Plasma",
        opacity=0.6 if backdrop else 1,
        zmin=0,
        zmax=max(1.0, float(bits.max())),
    )
    if backdrop:
        fig.add_layout_image(
            source="data:image/png;base64," + base64.b64encode(backdrop).decode(),
            xref="x",
            yref="y",
            x=0,
            y=0,
            sizex=width,
            sizey=height,
            sizing="stretch",
            layer="below",
        )
    _as_picture(fig, w * cell, h * cell)
    return fig


def gain_map(gain: np.ndarray, low: float) -> go.Figure:
    """GDN's gain in dB (h, w) between `low` and 0."""
    fig = heat_map(gain, "%{z:.1f} dB", "dB", x0=0.5, y0=0.5, zmin=low, zmax=0)
    _as_picture(fig, gain.shape[1], gain.shape[0])
    return fig


def _as_picture(fig: go.Figure, width: float, height: float) -> None:
    """Square pixels, and a height that suits half a page or a phone."""
    fig.update_layout(height=int(np.clip(400 * height / width, 140, 480)) + 16)
    fig.update_xaxes(range=[0, width], constrain="domain")
    fig.update_yaxes(autorange=False, range=[height, 0], scaleanchor="x", constrain="domain")


def channel_chart(bits: np.ndarray) -> go.Figure:
    """Bits of each latent channel (C,), most first."""
    order = by_cost(bits)
    fig = figure("Channels, most expensive first", "Bits in this file", height=340)
    fig.add_bar(
        x=np.arange(1, len(bits) + 1),
        y=bits[order],
        customdata=order,
        marker_color=OURS,
        marker_line_width=0,
        hovertemplate="channel %{customdata}, number %{x}: %{y:,.0f} bits<extra></extra>",
    )
    fig.update_layout(bargap=0.05)
    return fig


def relaxed_charts(found: Sequence[Relaxed], lmbda: Sequence[float]) -> tuple[go.Figure, go.Figure]:
    """Rate, and distortion, with noise (as trained) against rounded (as used), one point a level;
    equal on the dashed line.
    """
    rates = [(r.noisy_bpp, r.rounded_bpp) for r in found]
    distortions = [(r.noisy_mse, r.rounded_mse) for r in found]
    out = []
    for title, pairs in (("Rate, bpp", rates), ("Distortion, MSE", distortions)):
        fig = figure(
            f"{title}: with noise, as trained",
            f"{title}: rounded, as used",
            height=380,
            log_x=True,
            log_y=True,
        )
        add_equality(fig, 0.8 * min(map(min, pairs)), 1.25 * max(map(max, pairs)))
        fig.add_scatter(
            x=[p[0] for p in pairs],
            y=[p[1] for p in pairs],
            mode="markers",
            name="levels",
            marker={"size": 10, "color": OURS},
            customdata=[[r.level + 1, lmbda[r.level]] for r in found],
            hovertemplate="level %{customdata[0]}, λ = %{customdata[1]:g}<br>with noise "
            "%{x:.4g}, rounded %{y:.4g}"
            "<extra></extra>",
        )
        out.append(fig)
    return tuple(out)


def usable(validation: Sequence[Any]) -> list[dict]:
    """The entries of a card's history of validations that have all that is drawn."""
    needed = {"step", "loss", "bpp", "psnr"}
    return [v for v in validation if isinstance(v, dict) and needed <= set(v)]


def loss_chart(validation: Sequence[dict]) -> go.Figure:
    """The loss on held-out photographs over the steps."""
    fig = figure("Step", "Loss on held-out photographs", height=340)
    add_line(
        fig,
        [v["step"] for v in validation],
        [v["loss"] for v in validation],
        OURS,
        mode="lines+markers",
        hover="step %{x:,}: %{y:.4g}",
    )
    return fig


def progress_chart(validation: Sequence[dict], most: int = 8) -> go.Figure:
    """How the model's rate-distortion curve on held-out photographs rose: some validations, pale to
    strong.
    """
    fig = figure("Rate, bpp (estimated)", "PSNR, dB", height=340)
    places = np.linspace(0, len(validation) - 1, min(most, len(validation))).round().astype(int)
    chosen = [validation[i] for i in places]
    tints = (
        sample_colorscale("Teal", list(np.linspace(0.25, 1, len(chosen))))
        if len(chosen) > 1
        else [OURS]
    )
    for v, tint in zip(chosen, tints, strict=True):
        name = f"step {v['step']:,}"
        add_line(
            fig,
            v["bpp"],
            v["psnr"],
            tint,
            name,
            mode="lines+markers",
            marker={"size": 5},
            hover=name + ": %{x:.3f} bpp · %{y:.2f} dB",
        )
    return fig
