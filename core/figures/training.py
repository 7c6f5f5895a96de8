"""Figures of a training: what a job has reported so far -> Plotly figure. No Streamlit."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from core.figures.base import add_line, figure
from core.figures.palette import ACCENT, NEUTRAL, colour

Event = dict[str, Any]

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


def curve_names(events: Sequence[Event]) -> list[str]:
    """The figures that a job reports over its steps, in the order of their first appearance."""
    names: dict[str, None] = {}
    for event in events:
        if event.get("event") not in ("progress", "validation"):
            continue
        for name, value in event.items():
            if name not in _NOT_CURVES and isinstance(value, int | float):
                names[name] = None
    return list(names)


def training_chart(events: Sequence[Event], name: str) -> go.Figure:
    """One figure of a job over its steps: on training batches and on the validation set."""
    fig = figure("Step", name, height=300)
    tint = _TINTS.get(name, colour(name))
    _add(fig, events, "progress", "training batch", name, tint, width=1.5, opacity=0.6)
    _add(fig, events, "validation", "validation", name, ACCENT, mode="lines+markers")
    return fig


def _add(
    fig: go.Figure,
    events: Sequence[Event],
    kind: str,
    label: str,
    name: str,
    tint: str,
    **style: Any,
) -> None:
    """The values of `name` in the events of one kind, where there are any."""
    points = [
        (event["step"], event[name])
        for event in events
        if event.get("event") == kind and isinstance(event.get(name), int | float)
    ]
    if not points:
        return
    steps, values = zip(*points, strict=True)
    hover = f"step %{{x:,}}: {name} %{{y:.5g}}<extra>{label}</extra>"
    add_line(fig, steps, values, tint, label, hover=hover, **style)
