"""Data sets: many pictures through many codecs, and what the averages hide."""

import streamlit as st

from dashboard.datasets import explore, library, start
from dashboard.ui.slots import one_of

PARTS = {"explore": "Explore", "new": "New sweep", "stored": "Stored runs"}

st.title("One picture is an anecdote")
st.caption(
    "Sweeps over whole data sets: mean curves with their spread, BD-rates with their reasons, "
    "published curves beside yours."
)
part = one_of("Part", PARTS, library.PART, label_visibility="collapsed")
if part == "new":
    start.show()
elif part == "stored":
    library.show()
else:
    explore.show()
