"""The quality, which one can see before choosing it: one's own picture at several of them."""

from pathlib import Path

import streamlit as st

from core.codecs.base import Codec
from core.codecs.registry import CODECS
from core.compute import SHOWN
from core.errors import DataError
from core.figures.palette import NEUTRAL, colour
from core.images import Picture
from core.metrics import FORMS, MEASURES
from core.rd.match import Match
from core.rd.tasks import read_middle
from core.sweep.sources import Item
from dashboard import state
from dashboard.decide.pictures import Pictures
from dashboard.growth import Growth
from dashboard.measurements import measurements
from dashboard.ui.slots import Slot
from dashboard.ui.text import size_text
from dashboard.ui.viewer import Panel, viewer
from dashboard.waiting import Failure, service

MEASURE = Slot("dec_measure", "ssimulacra2")
PICTURE = Slot("dec_picture", "")
SEEN_WITH = Slot("dec_seen_with", "jpeg-eye")
SHOWN_LEVELS = {"ssimulacra2": (50.0, 70.0, 80.0, 90.0)}
STARTS = {"ssimulacra2": 80.0}
OFFERED = 12  # pictures that can be looked at
MOST = 1_000_000  # pixels of a picture that are shown


def target() -> Slot[float]:
    """The chosen quality in the measure's form; one for each measure."""
    name = MEASURE.value
    return Slot(f"dec_target_{name}", STARTS.get(name, FORMS[name].target[2]))


def levels(measure: str, chosen: float) -> list[float]:
    """The qualities that are shown: four of the measure's range, and the chosen one."""
    low, high, _ = FORMS[measure].target
    spread = tuple(round(low + share * (high - low), 1) for share in (0.4, 0.55, 0.7, 0.85))
    return sorted({*SHOWN_LEVELS.get(measure, spread), chosen})


def choose(pictures: Pictures, codecs: list[str], growth: Growth) -> None:
    """The measure and the target; below them, the picture at each level."""
    names = [item.name for item in _offered(pictures.items)]
    MEASURE.begin()
    PICTURE.begin_within(names)
    SEEN_WITH.begin_within(codecs)
    one, two, three, four = st.columns([2, 3, 2, 2])
    with one:
        st.selectbox(
            "Measure",
            list(FORMS),
            format_func=lambda name: FORMS[name].short,
            key=MEASURE.key,
            persist_state="session",
            help="\n\n".join(f"**{m.short}**: {m.meaning}" for m in MEASURES.values() if m.form),
        )
    form, chosen = FORMS[MEASURE.value], target()
    low, high, _ = form.target
    chosen.begin()
    with two:
        st.slider(
            "The worst that you would accept",
            low,
            high,
            key=chosen.key,
            persist_state="session",
            step=0.5,
            format=f"%.1f {form.unit}".strip(),
        )
    with three:
        st.selectbox("Look at", names, key=PICTURE.key, persist_state="session")
    with four:
        st.selectbox(
            "as coded by",
            codecs,
            format_func=lambda name: CODECS[name].info.title,
            key=SEEN_WITH.key,
            persist_state="session",
        )
    item = next(item for item in pictures.items if item.name == PICTURE.value)
    codec, measure, wanted = CODECS[SEEN_WITH.value], MEASURE.value, chosen.value
    growth.place(lambda: _draw(item, codec, measure, wanted))


def _offered(items: list[Item]) -> list[Item]:
    """A dozen of the pictures, evenly spread."""
    step = max(1, len(items) // OFFERED)
    return items[::step][:OFFERED]


def read(item: Item, owner: str) -> Picture | Failure | None:
    """The picture, or the middle of a large one, read by a process of the service."""
    data = item.data or Path(item.path).read_bytes()
    key = ("look", item.name, item.path, len(data), hash(data))
    found: Picture | Failure | None = service().call(
        owner, key, read_middle, data, item.name, MOST, priority=SHOWN
    )
    return found


def _draw(item: Item, codec: Codec, measure: str, wanted: float) -> bool:
    """The viewer, once every level is there; whether it is."""
    owner = state.session_id()
    picture = read(item, owner)
    if isinstance(picture, Failure):
        raise DataError(picture.reason)
    if picture is None:
        st.caption(":material/hourglass_top: Reading the picture …")
        return False
    shown = levels(measure, wanted)
    panels, refusal = [], ""
    original = measurements().original(owner, picture)
    for level in shown:
        panel = _panel(owner, picture, codec, measure, level)
        if isinstance(panel, Failure):
            refusal = panel.reason
        elif panel is not None:
            panels.append(panel)
    if refusal:
        raise DataError(refusal)
    if len(panels) < len(shown) or not isinstance(original, bytes):
        st.caption(
            f":material/hourglass_top: {codec.info.title} searches its settings: "
            f"{len(panels)} of {len(shown)} qualities are ready."
        )
        return False
    size = f"{picture.width} × {picture.height} px"
    panels.append(Panel("original", "Original", size, original, NEUTRAL))
    chosen = f"level-{wanted:g}"
    viewer(
        panels, key="dec_viewer", height=460, left=chosen, right="original", reference="original"
    )
    form = FORMS[measure]
    note = " Of this large picture the middle is shown." if picture.notes[-1:] == _CUT else ""
    st.caption(
        f"Each with {form.short} as written on it, the chosen one on the left. {note}"
        "The same value looks about as good with every codec; how a codec fails differs."
    )
    return True


_CUT = ("Only its middle.",)


def _panel(
    owner: str, picture: Picture, codec: Codec, measure: str, level: float
) -> Panel | Failure | None:
    found = measurements().match(owner, picture, codec, measure, level)
    if not isinstance(found, Match):
        return found
    png = measurements().png(owner, picture, codec, found.measured)
    if not isinstance(png, bytes):
        return png
    form = FORMS[measure]
    label = f"{form.short} {level:g} {form.unit}".strip()
    if not found.met:
        label += " is out of reach"
    return Panel(
        f"level-{level:g}", label, size_text(found.measured.point.bytes), png, colour(codec.name)
    )
