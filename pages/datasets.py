"""Data sets: many pictures through many codecs, and what the averages hide."""

from dashboard.datasets import explore, library, start
from dashboard.datasets.notebook import notebook
from dashboard.teach.head import Head
from dashboard.ui.slots import one_of

PARTS = {"explore": "Explore", "new": "New sweep", "stored": "Stored runs"}

head = Head(
    "One picture is an anecdote",
    "Sweeps over whole data sets: mean curves with their spread, BD-rates with their reasons, "
    "published curves beside yours.",
)
part = one_of("Part", PARTS, library.PART, label_visibility="collapsed")
if part == "new":
    start.show()
elif part == "stored":
    library.show()
elif explore.show() and (build := notebook()):
    head.offer_notebook("data-sets", build)
