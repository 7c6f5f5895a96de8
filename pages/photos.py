"""Photos: the learned codec of Ballé et al. 2017 on one's own picture, beside JPEG and JPEG 2000, and open to questions."""

import streamlit as st
from dashboard.engine import engine

from core.codecs.photo_models import PhotoModel
from core.errors import ModelError
from dashboard import state
from dashboard.photos import bits, curves, history, inside, models, relaxed, view

SECTIONS = (
    "Rate and distortion",
    "Where the bits go",
    "Inside the model",
    "Relaxed or rounded",
    "Training",
)

owner = state.session_id()
st.title("A photograph in learned bytes")
st.caption(
    "Nonlinear transform coding after Ballé, Laparra and Simoncelli, *End-to-end Optimized Image Compression* (2017): "
    "what to keep of a photograph was learned. Every figure belongs to a real file."
)
state.keep(*models.KEYS)
picture = state.picture_chooser()
card = models.choose_model()
engine().begin(owner)
if card is None:
    view.show_pictures(picture, None)
    st.stop()

codec, coder, waiting = PhotoModel(card, st.session_state.pho_search), None, False
level = models.choose_level(card)
try:
    coder = models.coder(card)
    waiting = coder is None
except ModelError as error:
    st.error(str(error), icon=":material/block:")
shown = view.gather(owner, picture, codec, level) if coder else None
view.show_pictures(picture, shown)
if waiting:
    models.wait_for(card)


@st.fragment(run_every=0.3)
def _until_more(missing: int) -> None:
    now = view.gather(owner, picture, codec, level)
    view.show_progress(picture, codec, level, now)
    if now.missing() < missing:
        st.rerun(scope="app")


if shown:
    view.show_table(owner, picture, codec, shown)
    if shown.missing():
        _until_more(shown.missing())
    view.show_downloads(picture, shown)
st.session_state.setdefault("pho_section", SECTIONS[0])
section = st.segmented_control(
    "Section", SECTIONS, key="pho_section", required=True, label_visibility="collapsed"
)
if section == "Rate and distortion":
    curves.show(owner, picture, codec, coder, shown)
elif section == "Where the bits go":
    bits.show(picture, shown)
elif section == "Inside the model":
    inside.show(owner, picture, codec, coder, level)
elif section == "Relaxed or rounded":
    relaxed.show(owner, picture, codec, coder)
else:
    history.show(card)
