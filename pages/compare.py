"""Compare: one picture, two to four codecs, at equal bytes, equal quality or settings of one's own."""

import streamlit as st

from dashboard import state
from dashboard.compare import choice
from dashboard.compare.controls import controls
from dashboard.compare.curves import follow_clicks, show_bd_table, show_curves
from dashboard.compare.files import show_decoder, show_downloads
from dashboard.compare.results import count_missing, results, show_table, show_viewer
from dashboard.engine import engine

owner = state.session_id()
st.title("What does every bit buy?")
st.caption(
    "One picture, several codecs, always in real files: each figure belongs to bytes that you can download."
)

picture = state.picture_chooser()
choice.initialise(picture)
chosen = controls(picture)
engine().begin(owner)


@st.fragment(run_every=0.3)
def _until_more(missing: int) -> None:
    st.caption(":material/hourglass_top: Searching the settings …")
    if count_missing(results(owner, picture, chosen)) < missing:
        st.rerun(scope="app")


shown = results(owner, picture, chosen)
st.session_state.cmp_shown = {r.codec.name: r.measured.point.setting for r in shown if r.measured}
show_viewer(picture, shown)
with st.container():  # one place, filled or not: what follows does not move
    if missing := count_missing(shown):
        _until_more(missing)
if shown:
    show_table(picture, shown)
if len(shown) >= choice.MIN_CODECS and any(r.measured for r in shown):
    st.subheader("Rate and distortion")
    curves = show_curves(owner, picture, shown)
    follow_clicks()
    st.subheader("BD-rate on this picture")
    show_bd_table(shown, curves)
    st.subheader("Take away")
    show_downloads(picture, shown, curves)
st.subheader("Open a bitstream")
show_decoder(picture)
choice.write_link()
