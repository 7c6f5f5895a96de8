"""Photos: the learned codec of Ballé et al. 2017 on one's own picture, beside JPEG and JPEG 2000.

Everything that a person can do is drawn first; then the run waits for results, and fills the places
that were kept for them.
"""

import streamlit as st

from core.codecs.learned.photo_models import PhotoModel
from dashboard import state
from dashboard.photos import bits, curves, history, inside, lesson, models, relaxed, view
from dashboard.photos.notebook import notebook
from dashboard.teach.head import Head
from dashboard.waiting import looks, service

SECTIONS = (
    "Rate and distortion",
    "Where the bits go",
    "Inside the model",
    "Relaxed or rounded",
    "Training",
)

owner = state.session_id()
head = Head(
    "A photograph in learned bytes",
    "Nonlinear transform coding after Ballé, Laparra and Simoncelli, *End-to-end Optimized Image "
    "Compression* (2017): what to keep of a photograph was learned. Every figure belongs to a real "
    "file.",
)
picture = state.picture_chooser()
card = models.choose_model()
service().begin(owner, ("photos", picture.sha256))
if card is None:
    view.show_pictures(owner, picture, None)
    st.stop()

codec = PhotoModel(card, st.session_state.pho_search)
level = models.choose_level(card)
head.offer_notebook("photos", notebook(picture, codec, level))
st.session_state.setdefault("pho_section", SECTIONS[0])
subject = (picture.sha256, codec.name, st.session_state.pho_section)
keep = st.session_state.get("pho_shown") == subject
places = view.Places(keep)
section = st.segmented_control(
    "Section",
    SECTIONS,
    key="pho_section",
    persist_state="session",
    required=True,
    label_visibility="collapsed",
)
if section == "Rate and distortion":
    rates = curves.Section(picture, codec, keep)
elif section == "Inside the model":
    parts = inside.Section()
elif section == "Relaxed or rounded":
    noise = relaxed.Section(picture, codec)
elif section == "Training":
    history.show(card)

questions = lesson.Section(picture, card, keep)
shown = view.wait(owner, picture, codec, level, places)
with places.viewer:
    view.show_pictures(owner, picture, shown)
with places.downloads:
    view.show_downloads(picture, shown)
if section == "Where the bits go":
    bits.show(picture, shown)

missing = shown.missing()
for _ in looks(owner, 0.5):
    shown = view.now(owner, picture, codec, level, places)
    if missing and not shown.missing():
        st.rerun()  # the viewer is drawn once a run
    done = places.show_table(owner, picture, codec, shown)
    if section == "Rate and distortion":
        done = rates.show(owner, picture, shown) and done
    elif section == "Inside the model":
        done = parts.show(owner, picture, codec, level) and done
    elif section == "Relaxed or rounded":
        done = noise.show(owner, picture, codec) and done
    st.session_state.pho_shown = subject
    there = view.compute_ahead(owner, picture, codec, level, shown) and done and not missing
    questions.show(codec, level, last=there)
    if there:
        break
