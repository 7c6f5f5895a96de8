"""SVD: the tutorial "Matrix approximation with Core APIs" on one's own picture, in real bytes."""

import streamlit as st

from core.errors import RDError
from dashboard import state
from dashboard.svd import answers, playground, rate, sections
from dashboard.svd.controls import RANK, rank_controls

st.title("How few numbers make a picture?")
st.caption(
    "A picture is three matrices. Their singular value decomposition says which few vectors "
    "matter most – TensorFlow's tutorial *Matrix approximation with Core APIs*, on your picture, "
    "in elements and in real bytes."
)
RANK.keep()
picture = state.picture_chooser()
way = sections.choose_size(picture)
key = (picture.sha256, way)
image = answers.working_image(key, picture.image)
with st.spinner("Decomposing the picture …"):
    try:
        f = answers.factors(key, image)
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        st.stop()


def rank_for_bytes(budget: int) -> int | None:
    return answers.rank_for_bytes(key, budget, image, answers.analysis(key, image))


rank = rank_controls(f, rank_for_bytes)
shown = sections.show_pictures(key, image, f, rank)
sections.show_figures(image, f, rank, shown.psnr)
sections.show_charts(key, image, f, rank)
sections.show_layers(key, f)
costs = st.container()
st.subheader("A small matrix to play with")
playground.show()
with costs:  # above the matrix, but last in time, because it searches
    rate.show(key, image, f, rank, shown)
