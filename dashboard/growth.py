"""Places of a page that fill as their answers come, while all else stays as it was drawn.

    growth = Growth(owner)
    growth.place(draw)        # here, between other elements; `draw()` says whether it is complete
    …
    growth.settle()           # at the end of the page: waits for news, draws again what lacks some

Inputs are drawn outside of the places, before `settle`. A place is drawn several times in a run, so
only its complete drawing may hold widgets and charts with keys.
"""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import RDError
from dashboard.ui.text import plain
from dashboard.waiting import looks

Draw = Callable[[], bool]


class Growth:
    """The places of one run of a page that still lack an answer."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._lacking: list[tuple[DeltaGenerator, Draw]] = []

    def place(self, draw: Draw) -> None:
        """Draws here, and again in `settle` until `draw()` returns True.

        An RDError of `draw` is shown in its place, and completes it.
        """
        place = st.empty()
        if not _complete(place, draw):
            self._lacking.append((place, draw))

    def settle(self) -> None:
        """Waits until every place is complete, or the person does something else."""
        if not self._lacking:
            return
        for _ in looks(self._owner):
            lacking, self._lacking = self._lacking, []
            for place, draw in lacking:  # which may place more
                if not _complete(place, draw):
                    self._lacking.append((place, draw))
            if not self._lacking:
                return


def _complete(place: DeltaGenerator, draw: Draw) -> bool:
    with place.container():
        try:
            return draw()
        except RDError as error:
            st.error(plain(str(error)), icon=":material/block:")
            return True
