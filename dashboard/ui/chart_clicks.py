"""Clicks on the points of a Plotly chart, told to the script even while the chart changes.

A chart's own selection belongs to its data: with `on_select`, a click on a chart that grows is
lost whenever new data arrive between the click and the script. Here a component of its own, the
same in every run, listens to the chart.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

_SCRIPT = """
export default function ({ data, setStateValue }) {
  let chart = null;
  const told = ({ points }) => {
    const point = points.find(({ customdata }) => customdata);
    if (point) setStateValue("point", { customdata: [...point.customdata], at: Date.now() });
  };
  const look = () => {
    const found = document.querySelector(`.st-key-${data.chart} .js-plotly-plot`);
    if (found === chart || (found && !found.on)) return;
    chart?.removeListener?.("plotly_click", told);
    chart = found;
    chart?.on("plotly_click", told);
  };
  const changes = new MutationObserver(look);
  changes.observe(document.body, { childList: true, subtree: true });
  look();
  return () => {
    changes.disconnect();
    chart?.removeListener?.("plotly_click", told);
  };
}
"""


def on_pick(chart: str, act: Callable[[list[Any]], None]) -> None:
    """Calls `act(customdata)` before the next run when a point of a chart has been clicked.

    `chart` is the key of the Plotly chart. `customdata` is what the figure gave to the point, as
    a list; it comes from the browser, so `act` must check it.
    """
    key = f"{chart}_picks"

    def clicked() -> None:
        point = st.session_state[key].get("point")
        if isinstance(point, dict) and isinstance(point.get("customdata"), list):
            act(point["customdata"])

    st.components.v2.component("rdx_picks", js=_SCRIPT)(
        key=key, data={"chart": chart}, default={"point": None}, on_point_change=clicked
    )
