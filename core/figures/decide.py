"""A decision's figure: what the pictures would weigh with each codec, and how far that holds."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.decide.answer import Choice, Mode
from core.figures.base import figure
from core.figures.palette import NEUTRAL, colour


def changes(choices: Sequence[Choice], mode: Mode) -> go.Figure:
    """Percent of bytes against the files as they are, a line a codec.

    The thick dot is the sum over all pictures with its 95 % interval, the thin line reaches from
    the 10th to the 90th percentile of single pictures.
    """
    fig = figure("Bytes against the files as they are, %", "", height=110 + 56 * len(choices))
    fig.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    for choice in choices:
        _add(fig, choice, mode)
    fig.update_yaxes(
        type="category",
        autorange="reversed",
        categoryorder="array",
        categoryarray=[choice.title for choice in choices],
        gridcolor="rgba(0,0,0,0)",
    )
    fig.update_layout(showlegend=False)
    return fig


def _add(fig: go.Figure, choice: Choice, mode: Mode) -> None:
    figures, tint = choice.figures(mode), colour(choice.codec)
    spread, now = figures.changes, figures.now
    fig.add_scatter(
        x=[spread.low, spread.middle, spread.high],
        y=[choice.title] * 3,
        mode="lines+markers",
        line={"color": tint, "width": 1.5},
        marker={"symbol": "line-ns-open", "size": 9, "color": tint},
        text=["10th percentile", "median", "90th percentile"],
        hovertemplate=f"<b>{choice.title}</b><br>%{{text}} of the pictures: %{{x:+.1f}} %"
        "<extra></extra>",
    )
    low = now.value if now.low is None else now.low
    high = now.value if now.high is None else now.high
    told = "" if now.low is None else f"<br>95 % interval {low:+.1f} to {high:+.1f}"
    fig.add_scatter(
        x=[now.value],
        y=[choice.title],
        mode="markers",
        marker={"size": 13, "color": tint},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - now.value],
            "arrayminus": [now.value - low],
            "color": tint,
            "thickness": 5,
            "width": 0,
        },
        hovertemplate=f"<b>{choice.title}</b><br>all together: %{{x:+.1f}} %{told}<extra></extra>",
    )
