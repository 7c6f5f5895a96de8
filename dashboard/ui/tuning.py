"""The switch "tuned for": it keeps the codecs that a page has chosen in the variants
that it names.
"""

import streamlit as st

from core.codecs import tuning
from dashboard.ui import echoes
from dashboard.ui.slots import Slot

AS_CHOSEN = "chosen"  # what such a switch starts with
_AIMS = {AS_CHOSEN: "as chosen", **tuning.LABELS}


def aim_control(slot: Slot[str], codecs_key: str, measure: str) -> None:
    """Draws the switch and fits the codecs under `codecs_key` to it, before their widget is drawn.

    `measure` is what the page judges by; "the measure" picks the variants for it.
    """
    slot.begin_within(_AIMS)
    st.selectbox(
        "Tuned for",
        list(_AIMS),
        format_func=_AIMS.__getitem__,
        key=slot.key,
        persist_state="session",
        help="Takes JPEG and AVIF in the variant whose encoder was tuned for this.",
    )
    if slot.value != AS_CHOSEN:
        codecs = st.session_state[codecs_key]
        echoes.lead(codecs_key, tuning.variants(codecs, slot.value, measure))


def tuning_note(codecs: list[str] | tuple[str, ...], measure: str) -> None:
    """Says which of `codecs` were tuned for something else than `measure` judges; else nothing."""
    if said := tuning.warning(codecs, measure):
        st.caption(f":material/tune: {said}")
