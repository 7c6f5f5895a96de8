"""Decide: which codec and which quality for one's own pictures, and the files to take home."""

import streamlit as st

from dashboard.decide import part

st.title("What do I deploy?")
st.caption(
    "Your own pictures, a quality that you have seen, and the codec that keeps it in the fewest "
    "bytes – with the files."
)
part.show()
