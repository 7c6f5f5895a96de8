"""Figures of a training: what a job has reported so far -> Plotly figure. No Streamlit."""

import plotly.graph_objects as go

from dashboard.ui.charts import figure
from dashboard.ui.theme import NEUTRAL, colour

_TINTS = {
    "loss": NEUTRAL,
    "rate": colour("mnist"),
    "distortion": colour("avif"),
    "bpp": colour("mnist"),
    "psnr": colour("avif"),
}
_NOT_CURVES = {
    "event",
    "time",
    "step",
    "steps",
    "lr",
    "step_s",
    "eta_s",
    "seed",
    "message",
    "gradient_norm",
}


def curve_names(events: list[dict]) -> list[str]:
    """The figures that a job reports over its steps, in the order of their first appearance."""
    names: dict[str, None] = {}
    for event in events:
        if event.get("event") in ("progress", "validation"):
            names |= {
                key: None
                for key, value in event.items()
                if key not in _NOT_CURVES and isinstance(value, int | float)
            }
    return list(names)


def training_chart(events: list[dict], name: str) -> go.Figure:
    """One figure of a job over its steps: while training (line) and on the validation set (dots)."""
    fig = figure("Step", name, height=300)
    tint = _TINTS.get(name, colour(name))
    styles = (
        (
            "progress",
            "training batch",
            {"mode": "lines", "line": {"color": tint, "width": 1.5}, "opacity": 0.6},
        ),
        (
            "validation",
            "validation",
            {"mode": "lines+markers", "line": {"color": "#d8435c", "width": 2}},
        ),
    )
    for kind, label, style in styles:
        points = [
            (e["step"], e[name])
            for e in events
            if e.get("event") == kind and isinstance(e.get(name), int | float)
        ]
        if points:
            fig.add_scatter(
                x=[p[0] for p in points],
                y=[p[1] for p in points],
                name=label,
                **style,
                hovertemplate=f"step %{{x:,}}: {name} %{{y:.5g}}<extra>{label}</extra>",
            )
    return fig
