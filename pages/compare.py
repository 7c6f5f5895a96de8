"""Compare: one picture, two to four codecs, at equal bytes, equal quality or settings of one's own.

Everything that a person can do is drawn first; then the run waits for results, and fills the places
that were kept for them. Pictures that are known already come before the inputs below them, and at a
first visit pictures and table before all inputs.
"""

import streamlit as st

from dashboard import state
from dashboard.compare import ahead, choice, curves, files, results, view
from dashboard.compare.controls import controls
from dashboard.compare.notebook import notebook
from dashboard.measured_curves import rest_s
from dashboard.measurements import measurements
from dashboard.teach.head import Head
from dashboard.ui import echoes
from dashboard.waiting import looks

owner = state.session_id()
head = Head(
    "What does every bit buy?",
    "One picture, several codecs, always in real files: each figure belongs to bytes that you can "
    "download.",
    later=True,
)
st.sidebar.empty()  # there from the start: the pictures need not move for it
too_few = st.empty()
keep = choice.is_shown(state.current_picture())
places = view.Places(keep)
measurements().service.begin(owner, ("compare", state.current_picture().sha256))
drawn = False
if view.is_first_visit():
    choice.initialise(state.current_picture())
    drawn = view.show_first(owner, state.current_picture(), places)

head.show_tools()
picture = state.picture_chooser()
choice.initialise(picture)
with too_few:
    chosen = controls(picture)
if len(chosen.codecs) >= choice.MIN_CODECS:
    head.offer_notebook("compare", notebook(picture, chosen))

if not drawn:
    drawn = bool(view.show_at_once(owner, picture, chosen, places))
section = curves.Section(chosen, keep) if len(chosen.codecs) >= choice.MIN_CODECS else None
taken = st.container()
st.subheader("Open a bitstream")
bitstream = files.Bitstream()
choice.write_link()

shown = view.wait(owner, picture, chosen, places)
choice.remember_shown(
    picture, {r.codec.name: r.measured.point.setting for r in shown if r.measured}
)
if not drawn:
    view.show_viewer(owner, picture, shown, places)
files.show_bitstream(owner, picture, bitstream)

if section is not None and any(r.measured for r in shown):
    ahead.compute_next(owner, picture, chosen)
    with taken:
        exports = files.show_files(picture, shown, keep)
    missing = results.count_missing(shown)

    def all_there() -> bool:
        return missing > 0 and not results.count_missing(results.results(owner, picture, chosen))

    view.let_the_browser_rest_before_the_chart(owner, all_there)
    for _ in looks(owner, rest_s(), hurry=all_there):
        shown = results.results(owner, picture, chosen)
        if results.count_missing(shown) < missing:
            echoes.rerun()  # the viewer is drawn once a run
        places.show_table(picture, shown)
        ahead.compute_next(owner, picture, chosen)
        found = section.show(owner, picture, shown)
        exports.show(owner, picture, shown, found)
        there = found.is_done() or found.stopped
        if ahead.compute(owner, picture, chosen) and there and results.is_complete(shown):
            break
