"""The codecs to choose among, and what must hold of the one that is taken."""

from functools import cache

import numpy as np
import streamlit as st

from core.codecs.registry import CODECS
from core.decide.constraints import BROWSERS, Constraints, deployable, formats
from core.decide.question import SHARE, Question, ask
from core.metrics import FORMS
from dashboard.decide import quality
from dashboard.ui.slots import Slot
from dashboard.ui.text import plain
from dashboard.ui.tuning import AS_CHOSEN, aim_control, tuning_note

NAMES = Slot("dec_codecs", deployable(BROWSERS, "ssimulacra2"))
BASELINE = Slot("dec_baseline", "jpeg")
AIM = Slot("dec_aim", AS_CHOSEN)
SHARE_PERCENT = Slot("dec_share", round(100 * SHARE))
FORMATS = Slot("dec_formats", list(BROWSERS))
ENCODE_S: Slot[float | None] = Slot("dec_encode_s", None)
DECODE_S: Slot[float | None] = Slot("dec_decode_s", None)


@cache
def offered() -> list[str]:
    """The codecs that take photographs."""
    picture = np.zeros((256, 256, 3), np.uint8)
    return [name for name, codec in CODECS.items() if codec.refusal(picture) is None]


def choose() -> None:
    """Draws codecs and constraints."""
    for slot in (NAMES, SHARE_PERCENT, FORMATS, ENCODE_S, DECODE_S):
        slot.begin()
    BASELINE.begin_within(offered())
    left, middle, right = st.columns([3, 1.4, 1.4])
    with middle:
        aim_control(AIM, NAMES.key, quality.MEASURE.value)
    with left:
        st.multiselect(
            "Codecs",
            offered(),
            format_func=lambda name: CODECS[name].info.title,
            key=NAMES.key,
            persist_state="session",
        )
    with right:
        st.selectbox(
            "Savings against",
            offered(),
            format_func=lambda name: CODECS[name].info.title,
            key=BASELINE.key,
            persist_state="session",
            help="A codec that is measured too, at the same quality.",
        )
    tuning_note(NAMES.value, quality.MEASURE.value)
    one, two, three, four = st.columns([3, 1.6, 1.4, 1.4])
    known = formats(offered())
    with one:
        st.multiselect(
            "Formats that can be read where the pictures go",
            list(known),
            format_func=known.__getitem__,
            key=FORMATS.key,
            persist_state="session",
            placeholder="any",
            help="Current browsers open JPEG, WebP and AVIF.",
        )
    with two:
        st.slider(
            "Pictures above the quality",
            50,
            100,
            key=SHARE_PERCENT.key,
            persist_state="session",
            format="%d %%",
            help="So many at least, when all pictures are encoded with one setting.",
        )
    for place, label, slot in (
        (three, "Encoding, s per Mpx", ENCODE_S),
        (four, "Decoding, s per Mpx", DECODE_S),
    ):
        with place:
            st.number_input(
                label,
                0.001,
                1000.0,
                key=slot.key,
                persist_state="session",
                placeholder="any",
                format="%g",
            )
    _note_unreadable()


def _note_unreadable() -> None:
    """Says which of the chosen codecs are measured although they cannot be taken."""
    readable = FORMATS.value
    if not readable:
        return
    chosen = [CODECS[name].info for name in NAMES.value]
    vain = [info.title for info in chosen if info.suffix not in readable]
    if vain:
        st.caption(
            f":material/info: {plain(', '.join(vain))}: measured for comparison alone, for these "
            "files cannot be read where the pictures go."
        )


def question() -> Question:
    """What the page asks. Raises SettingError."""
    measure = quality.MEASURE.value
    value = FORMS[measure].back(quality.target().value)
    return ask(measure, value, NAMES.value, BASELINE.value, SHARE_PERCENT.value / 100)


def constraints() -> Constraints:
    """What the recommended codec must respect."""
    return Constraints(tuple(FORMATS.value), ENCODE_S.value, DECODE_S.value)
