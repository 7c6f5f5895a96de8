"""Train & models: train in the background, watch it, and look after the store of models."""

import streamlit as st

from dashboard.training import jobs, start, store

st.title("Train & models")
st.caption("Training runs in a process of its own: leave this page, close the browser, come back.")
st.subheader("Start a training")
start.show()
st.subheader("Trainings")
jobs.show()
st.subheader("Stored models")
store.show()
