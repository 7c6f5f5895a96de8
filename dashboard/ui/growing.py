"""Sections that grow: they redraw themselves, and nothing else, until they are complete.

A timer that reruns the whole page races with people: what they choose meanwhile can be undone. A
section here is a fragment; while it is incomplete, a small component in it asks for one more run
of that fragment, and stops asking once there is nothing to wait for. A question that the server did
not hear, since a run of the page began just then, is asked again after a while.
"""

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import RDError
from dashboard.ui.text import plain

ASK_AGAIN_S = 4.0
_SCRIPT = """
export default function ({ data, setTriggerValue, parentElement }) {
  // Called again with each run's data: the timer of the run before must not go on.
  const stop = () => clearInterval(parentElement.rdxTimer);
  stop();
  let looks = 0;
  const ask = () => { if (looks++ % data.patience === 0) setTriggerValue("due", data.run); };
  parentElement.rdxTimer = setInterval(ask, data.milliseconds);
  return stop;
}
"""


def grow(key: str, draw: Callable[[], bool], every_s: float = 0.3) -> None:
    """Draws a section, and again every `every_s` seconds until `draw()` returns True.

    Inputs belong above the section: `draw` should only show. An RDError of it is shown in place.
    """

    @st.fragment
    def section() -> None:
        try:
            complete = draw()
        except RDError as error:
            st.error(plain(str(error)), icon=":material/block:")
            complete = True
        if not complete:
            _ask_again(key, every_s)

    section()


def _ask_again(key: str, every_s: float) -> None:
    run_key = f"{key}_runs"
    st.session_state[run_key] = run = st.session_state.get(run_key, 0) + 1
    patience = math.ceil(ASK_AGAIN_S / every_s)
    data: dict[str, Any] = {"run": run, "milliseconds": round(1000 * every_s), "patience": patience}
    st.components.v2.component("rdx_again", js=_SCRIPT)(
        key=f"{key}_picks", data=data, on_due_change=lambda: None
    )
