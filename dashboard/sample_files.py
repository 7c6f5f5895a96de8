"""The sample pictures as files, for work that takes files."""

import streamlit as st

from core.images import quick_png, samples
from core.sweep.sources import Item


@st.cache_resource(max_entries=1, show_spinner=False)
def sample_files() -> list[Item]:
    """Each sample as a PNG file; made once."""
    return [
        Item(f"{name}.png", data=quick_png(samples.sample(name).image)) for name in samples.SAMPLES
    ]
