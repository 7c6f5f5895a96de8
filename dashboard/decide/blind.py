"""The blind test: what is compared, one pair after the other, and the votes."""

import secrets
import time
from dataclasses import dataclass, field

import streamlit as st

from core.blind.trials import MOST, Trial, trials
from core.blind.votes import Said, Vote
from core.codecs.registry import CODECS
from core.errors import DataError
from core.figures.palette import NEUTRAL
from core.metrics import FORMS
from core.rd.match import Match
from dashboard import state
from dashboard.decide import codecs, pictures, quality, scores
from dashboard.growth import Growth
from dashboard.measurements import BYTES, measurements
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import plural
from dashboard.ui.viewer import Panel, viewer
from dashboard.waiting import Failure

SIZE, QUALITY = "size", "quality"
EQUAL = {SIZE: "Same file size", QUALITY: "Same quality"}
HIDDEN = "#8a8f98"  # one colour for all: a codec's own would give it away
PICTURES = 6  # that one test shows at most

NAMES: Slot[list[str]] = Slot("bli_codecs", [c for c in ("webp", "avif", "jpegxl") if c in CODECS])
HOW = Slot("bli_how", SIZE)
BPP = Slot("bli_bpp", 0.25)
COUNT = Slot("bli_count", 3)
REPEATS = Slot("bli_repeats", 1)


@dataclass
class Test:
    """One person's test: its trials, the votes so far, and how the results were made."""

    order: list[Trial]
    how: dict[str, object]
    votes: list[Vote] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)
    over: bool = False

    @property
    def done(self) -> bool:
        return self.over or len(self.votes) >= len(self.order)

    @property
    def now(self) -> Trial:
        return self.order[len(self.votes)]


TEST: Slot[Test | None] = Slot("bli_test", None)


def show(growth: Growth) -> None:
    """The set-up, the trial that is due, or the scores."""
    test = TEST.value
    if test is None:
        _set_up()
    elif test.done:
        scores.show(test.votes, test.how)
        st.button("Another test", key="bli_again", on_click=lambda: TEST.set(None))
    else:
        _trial(test, growth)


def _set_up() -> None:
    st.caption(
        "Which looks better, when you do not know whose it is? Two results at a time stand beside "
        "the original, in random order and on random sides."
    )
    chosen = pictures.choose()
    for slot in (NAMES, BPP, COUNT, REPEATS):
        slot.begin()
    left, right = st.columns([3, 2])
    with left:
        st.multiselect(
            f"Codecs, two to {MOST}",
            codecs.offered(),
            format_func=lambda name: CODECS[name].info.title,
            key=NAMES.key,
            persist_state="session",
            max_selections=MOST,
        )
    with right:
        how = one_of("Compared at", EQUAL, HOW)
        if how == SIZE:
            st.number_input(
                "Bits per pixel, at most",
                0.02,
                8.0,
                key=BPP.key,
                persist_state="session",
                step=0.05,
            )
        else:
            form = FORMS[quality.MEASURE.value]
            st.caption(f"{form.short} {quality.target().value:g}, as chosen under *Decide*.")
    one, two, three = st.columns([2, 2, 2], vertical_alignment="bottom")
    one.number_input("Pictures", 1, PICTURES, key=COUNT.key, persist_state="session")
    two.number_input("Each pair, times", 1, 10, key=REPEATS.key, persist_state="session")
    few = len(NAMES.value) < 2 or chosen is None
    three.button(
        "Begin",
        type="primary",
        key="bli_begin",
        disabled=few,
        on_click=_begin,
        args=(chosen,),
        width="stretch",
    )
    scores.offer_merge()


def _begin(chosen: pictures.Pictures) -> None:
    items = chosen.items[:: max(1, len(chosen.items) // COUNT.value)][: COUNT.value]
    st.session_state["bli_items"] = {item.name: item for item in items}
    seed = secrets.randbits(32)
    order = trials([item.name for item in items], NAMES.value, seed, REPEATS.value)
    how: dict[str, object] = {"codecs": list(NAMES.value), "equal": HOW.value}
    if HOW.value == SIZE:
        how["bpp"] = BPP.value
    else:
        how |= {"measure": quality.MEASURE.value, "target": quality.target().value}
    TEST.set(Test(order, how))


def _trial(test: Test, growth: Growth) -> None:
    left, right = st.columns([5, 1], vertical_alignment="center")
    done, all_ = len(test.votes), len(test.order)
    left.progress(done / all_, f"Pair {done + 1} of {all_}. Which one is nearer to the original?")
    right.button("Finish now", key="bli_finish", on_click=_finish, width="stretch")
    place = st.container()
    columns = st.columns(3)
    labels: dict[Said, tuple[str, str]] = {
        "left": ("A is better", "1"),
        "same": ("No difference", "2"),
        "right": ("B is better", "3"),
    }
    with place:
        growth.place(lambda: _draw(test))
    for column, (said, (label, shortcut)) in zip(columns, labels.items(), strict=True):
        column.button(
            label,
            key=f"bli_{said}",
            on_click=_vote,
            args=(said, done),
            shortcut=shortcut,
            width="stretch",
        )


def _finish() -> None:
    test = TEST.value
    if test is not None:
        test.over = True


def _vote(said: Said, number: int) -> None:
    """Keeps the vote on a pair, once: a click that comes twice counts once."""
    test = TEST.value
    if test is None or test.done or number != len(test.votes):
        return
    trial, now = test.now, time.monotonic()
    seconds = round(now - test.since, 1)
    test.votes.append(Vote(trial.picture, trial.left, trial.right, said, seconds))
    test.since = now


def _draw(test: Test) -> bool:
    """The two results of the pair and the original, once they are there."""
    owner = state.session_id()
    trial = test.now
    item = st.session_state["bli_items"][trial.picture]
    picture = quality.read(item, owner)
    if isinstance(picture, Failure):
        raise DataError(picture.reason)
    if picture is None:
        st.caption(":material/hourglass_top: Reading the picture …")
        return False
    panels = []
    for letter, name in (("A", trial.left), ("B", trial.right)):
        codec = CODECS[name]
        if test.how["equal"] == SIZE:
            bpp = float(str(test.how["bpp"]))
            wanted = BYTES, float(max(1, int(bpp * picture.width * picture.height / 8)))
        else:
            wanted = str(test.how["measure"]), float(str(test.how["target"]))
        found = measurements().match(owner, picture, codec, *wanted)
        if isinstance(found, Failure):
            raise DataError(f"One of the two cannot take this picture. {found.reason}")
        png = None
        if isinstance(found, Match):
            png = measurements().png(owner, picture, codec, found.measured)
        if isinstance(png, bytes):
            panels.append(Panel(letter, letter, "", png, HIDDEN))
    original = measurements().original(owner, picture)
    if len(panels) < 2 or not isinstance(original, bytes):
        st.caption(f":material/hourglass_top: {2 - len(panels)} result{plural(2 - len(panels))} …")
        return False
    panels.append(Panel("original", "Original", "", original, NEUTRAL))
    viewer(panels, key="bli_viewer", height=520, left="A", right="B", reference="original")
    test.since = max(test.since, time.monotonic()) if not test.votes else test.since
    return True
