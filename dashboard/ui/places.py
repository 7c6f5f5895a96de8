"""Places whose content comes later in a run, and perhaps several times."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


class Place:
    """With `keep`, a place that shows what the run before drew there until something new is drawn.

    `st.empty` clears its place at once, so that what stands below moves up and down again. Without
    `keep` this does the same: for content that would be wrong now.
    """

    def __init__(self, keep: bool) -> None:
        self._box = st.container()
        self._inner: DeltaGenerator | None = None
        if not keep:
            self.now()

    def now(self) -> DeltaGenerator:
        """The place, as of `st.empty`: what is drawn into it takes the place of what was there."""
        if self._inner is None:
            self._inner = self._box.empty()
        return self._inner
