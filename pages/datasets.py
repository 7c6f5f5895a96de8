"""Data sets: many pictures through many codecs, and what the averages hide."""

import streamlit as st

from core.sweep.runs import runs
from dashboard.datasets import explore, library, start
from dashboard.datasets.choice import choose, choose_runs

PARTS = {"explore": "Explore", "new": "New sweep", "stored": "Stored runs"}


@st.fragment(run_every=2)
def _live(was_running: list[str]) -> None:
    """Watches runs: progress, and curves that grow; draws the whole page anew once one of them has ended."""
    chosen = [run for run in runs() if run.id in st.session_state.ds_runs]
    if [run.id for run in chosen if run.running] != was_running:
        st.rerun(scope="app")
    _draw(chosen)


def _draw(chosen: list) -> None:
    for run in chosen:
        library.show_progress(run)
    if shown := choose(chosen):
        explore.show(shown, live=any(run.running for run in chosen))


st.title("One picture is an anecdote")
st.caption(
    "Sweeps over whole data sets: mean curves with their spread, BD-rate with its reasons, published curves beside yours."
)
st.session_state.setdefault("ds_open", "explore")
part = st.segmented_control(
    "Part", PARTS, format_func=PARTS.get, key="ds_open", required=True, label_visibility="collapsed"
)
if part == "new":
    start.show()
elif part == "stored":
    library.show()
else:
    chosen = choose_runs()
    if running := [run.id for run in chosen if run.running]:
        _live(running)
    else:
        _draw(chosen)
