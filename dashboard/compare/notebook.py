"""What Compare shows now, as its notebook."""

from functools import partial

import streamlit as st

from core.images import Picture
from core.notebooks.compare import CompareState, compare
from dashboard.compare.choice import Choice
from dashboard.teach.head import Build


def notebook(picture: Picture, chosen: Choice) -> Build:
    """The picture, the codecs at their target, the chart and the BD-rates."""
    ss = st.session_state
    state = CompareState(
        picture=picture.name,
        source=picture.source,
        codecs=[codec.name for codec in chosen.codecs],
        mode=chosen.mode,
        budget=chosen.budget,
        measure=chosen.measure,
        target=chosen.target,
        settings=chosen.own,
        axis=ss.cmp_y,
        anchor=ss.cmp_anchor or "",
        hull=ss.cmp_hull,
        log_rate=ss.cmp_log,
        lmbda=ss.cmp_lmbda if ss.cmp_tangent else None,
    )
    return partial(compare, state)
