"""The scores of a blind test with their intervals."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.blind.bradley_terry import Ranking
from core.figures.base import figure
from core.figures.palette import NEUTRAL, colour


def scores(ranking: Ranking, titles: Sequence[str]) -> go.Figure:
    """A dot a result, the best on top, with its 95 % interval; `titles` name them."""
    fig = figure("Score (difference of 1: odds of 2.7 : 1)", "", height=110 + 50 * len(titles))
    fig.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    for score, title in zip(ranking.scores, titles, strict=True):
        tint = colour(score.name)
        fig.add_scatter(
            x=[score.value],
            y=[title],
            mode="markers",
            marker={"size": 13, "color": tint},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [score.high - score.value],
                "arrayminus": [score.value - score.low],
                "color": tint,
                "thickness": 4,
                "width": 0,
            },
            showlegend=False,
            hovertemplate=f"<b>{title}</b><br>%{{x:+.2f}}<extra></extra>",
        )
    fig.update_yaxes(type="category", autorange="reversed", gridcolor="rgba(0,0,0,0)")
    return fig
