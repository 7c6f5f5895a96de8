"""A chart on a page: the figure, its toolbar, and the menu that takes it home."""

from typing import Any

import streamlit as st

from core.publish import Sources
from dashboard.ui.take_home import take_home


def chart_config(name: str) -> dict[str, Any]:
    """Plotly's toolbar for a figure that is downloaded as `name`.svg."""
    image = {"format": "svg", "filename": name, "scale": 1}
    return {"displaylogo": False, "toImageButtonOptions": image}


def show_chart(figure: Any, key: str, name: str, sources: Sources, place: Any = None) -> None:
    """Draws a Plotly figure in `place` (here by default) with its menu below it.

    `name` begins the names of its files, `sources` says what is to be cited for it.
    """
    with st.container() if place is None else place:
        st.plotly_chart(figure, key=key, config=chart_config(name))
        take_home(key, name, lambda: figure, sources=sources)
