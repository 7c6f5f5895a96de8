"""The entry point of every run; serve.py serves it.

Names the pages and starts what they all share.
"""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # Streamlit puts this file's folder on the path, not the project's
    sys.path.insert(0, str(ROOT))

from dashboard import admission, housekeeping, returning, state  # noqa: E402
from dashboard.streamlit_patches import answers, imports, reruns  # noqa: E402
from dashboard.ui import theme  # noqa: E402

st.set_page_config(
    page_title="RD Explorer", page_icon=str(ROOT / "dashboard" / "icon.png"), layout="wide"
)
st.html(theme.CSS)
answers.mend()
imports.mend()
reruns.mend()

housekeeping.begin()
admission.admit(state.session_id())
returning.remember()

# without icons: until their font is loaded, they are words that cover the neighbours' links
PAGES = (
    ("compare.py", "Compare"),
    ("svd.py", "SVD"),
    ("digits.py", "Digits"),
    ("photos.py", "Photos"),
    ("datasets.py", "Data sets"),
    ("decide.py", "Decide"),
    ("train.py", "Train & models"),
)
st.navigation(
    [
        st.Page(ROOT / "pages" / file, title=title, default=file == "compare.py")
        for file, title in PAGES
        if (ROOT / "pages" / file).exists()
    ],
    position="top",
).run()
