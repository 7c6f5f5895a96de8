"""SVD: the tutorial "Matrix approximation with Core APIs" on one's own picture, and then what it costs in real bytes."""

import streamlit as st

from core.errors import RDError
from dashboard import state
from dashboard.svd import answers, sections
from dashboard.svd.controls import rank_controls
from dashboard.svd.playground import show as show_playground

st.title("How few numbers make a picture?")
st.caption(
    "A picture is three matrices. Their singular value decomposition says which few vectors matter most – "
    "TensorFlow's tutorial *Matrix approximation with Core APIs*, on your picture, in elements and in real bytes."
)
state.keep("svd_rank", *sections.DEFAULTS)
for name, value in sections.DEFAULTS.items():
    st.session_state.setdefault(name, value)
picture = state.picture_chooser()
way = sections.choose_size(picture)
image = answers.working_image(picture.sha256, way, picture.image)
key = (picture.sha256, way)
with st.spinner("Decomposing the picture …"):
    try:
        f = answers.factors(*key, image)
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        st.stop()

rank = rank_controls(
    f, lambda budget: answers.rank_for_bytes(*key, budget, image, answers.analysis(*key, image))
)
shown = sections.show_pictures(key, image, f, rank)
sections.show_figures(image, f, rank, shown.psnr)
sections.show_charts(key, image, f, rank)
sections.show_layers(key, f)
rate = st.container()
st.subheader("A small matrix to play with")
show_playground()
with rate:  # last, since it searches for files of equal quality
    sections.show_rate(key, image, f, rank, shown)
