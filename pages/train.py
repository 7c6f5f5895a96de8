"""Train & models: train in the background, watch it, and look after the store of models."""

import streamlit as st

from dashboard.teach.head import Head
from dashboard.training import jobs, start, store
from dashboard.training.notebook import notebook

head = Head(
    "Train & models",
    "Training runs in a process of its own: leave this page, close the browser, come back.",
)
head.offer_notebook("train", notebook())
st.subheader("Start a training")
start.show()
st.subheader("Trainings")
jobs.show()
st.subheader("Stored models")
store.show()
