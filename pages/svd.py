"""SVD: the tutorial "Matrix approximation with Core APIs" on one's own picture, in real bytes."""

import streamlit as st

from core.errors import RDError
from core.teaching import svd as teaching
from dashboard import state
from dashboard.svd import playground, rate, sections
from dashboard.svd.answers import Subject
from dashboard.svd.controls import rank_controls
from dashboard.svd.notebook import notebook
from dashboard.teach.exercises import show_exercises
from dashboard.teach.head import Head
from dashboard.waiting import service

head = Head(
    "How few numbers make a picture?",
    "A picture is three matrices. Their singular value decomposition says which few vectors "
    "matter most – TensorFlow's tutorial *Matrix approximation with Core APIs*, on your picture, "
    "in elements and in real bytes.",
)
picture = state.picture_chooser()
service().begin(state.session_id(), ("svd", picture.sha256))
subject = Subject(picture, sections.choose_size(picture))
with st.spinner("Decomposing the picture …"):
    try:
        f = subject.spectrum().factors
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        st.stop()

rank = rank_controls(f, subject.rank_for_bytes)
head.offer_notebook("svd", notebook(picture, rank))
shown = sections.show_pictures(subject, f, rank)
sections.show_figures(f, rank, shown.psnr)
sections.show_charts(subject, f, rank)
sections.show_layers(subject, f)
costs = st.container()
show_exercises("svd", teaching.exercises(f, rank))
st.subheader("A small matrix to play with")
playground.show()
with costs:  # above the matrix, but last in time, because it searches
    rate.show(subject, f, rank, shown)
