"""Starting a sweep: codecs, settings and measures, how much work that is and how long it takes."""

import os
from collections.abc import Sequence

import streamlit as st

from core.codecs.registry import CODECS
from core.errors import RDError
from core.metrics import MEASURES, NAMES, USUAL
from core.sweep import estimate, plan, runs
from core.sweep.sources import Item
from dashboard import effort, state
from dashboard.datasets import pictures as choosing
from dashboard.datasets.library import show_run
from dashboard.datasets.pictures import Pictures
from dashboard.growth import Growth
from dashboard.ui.slots import Slot
from dashboard.ui.text import plain, plural, rough_seconds
from dashboard.ui.tuning import AS_CHOSEN, aim_control
from dashboard.waiting import service

_CORES = os.cpu_count() or 1

CODEC_NAMES = Slot("ds_codecs", [c for c in ("jpeg", "jpeg2000", "webp", "avif") if c in CODECS])
AIM = Slot("ds_aim", AS_CHOSEN)
POINTS = Slot("ds_points", 8)
MEASURE_NAMES = Slot("ds_measures", list(USUAL))
NAME = Slot("ds_name", "")
WORKERS = Slot("ds_workers", _CORES)
DASK = Slot("ds_dask", "")
AGAIN = Slot("ds_again", False)
_PROBLEM = Slot("ds_problem", "")


def show() -> None:
    """Draws the form; the button starts the sweep and makes it the one that is shown."""
    owner = state.session_id()
    service().begin(owner, "new sweep")
    growth = Growth(owner)
    left, right = st.columns(2, gap="large")
    with left:
        pictures = choosing.choose()
    with right:
        _choose_codecs()
    if not CODEC_NAMES.value:
        st.info("Choose at least one codec.")
    elif pictures is not None:
        _offer(pictures, growth)
    growth.settle()


def _choose_codecs() -> None:
    """Codecs, settings, measures, and how the sweep is run."""
    for slot in (CODEC_NAMES, POINTS, MEASURE_NAMES, NAME, WORKERS, DASK, AGAIN):
        slot.begin()
    aim_control(AIM, CODEC_NAMES.key, (MEASURE_NAMES.value or USUAL)[0])
    st.multiselect(
        "Codecs",
        list(CODECS),
        format_func=lambda name: CODECS[name].info.title,
        key=CODEC_NAMES.key,
        persist_state="session",
    )
    st.slider(
        "Settings per codec, spread over its range", 2, 15, key=POINTS.key, persist_state="session"
    )
    st.multiselect(
        "Measures",
        list(NAMES),
        format_func=lambda name: MEASURES[name].short,
        key=MEASURE_NAMES.key,
        persist_state="session",
        help="Only these are computed, and the MSE, which costs next to nothing.",
    )
    with st.expander("Name, processes, cluster"):
        st.text_input(
            "Name of the run",
            key=NAME.key,
            persist_state="session",
            placeholder="if empty: where the pictures are from",
        )
        st.number_input(
            "Worker processes on this machine",
            1,
            4 * _CORES,
            key=WORKERS.key,
            persist_state="session",
        )
        st.text_input(
            "Address of a Dask scheduler",
            key=DASK.key,
            persist_state="session",
            placeholder="tcp://host:8786",
        )
        st.toggle(
            "Measure again what earlier runs hold",
            key=AGAIN.key,
            persist_state="session",
            help=(
                "An equal measurement – same pixels, codec, options, versions, model and setting "
                "– gives equal figures; only its times may differ."
            ),
        )


def _offer(pictures: Pictures, growth: Growth) -> None:
    """How much work the sweep is, and the button that starts it."""
    left, right = st.columns([3, 1], vertical_alignment="center")
    with left:
        growth.place(lambda: _estimate(pictures.items))
    right.button(
        "Start the sweep",
        type="primary",
        width="stretch",
        key="ds_start",
        on_click=_start,
        args=(pictures,),
    )
    if _PROBLEM.value:
        st.error(plain(_PROBLEM.value), icon=":material/block:")
        _PROBLEM.set("")


def _estimate(items: Sequence[Item]) -> bool:
    """How many measurements there are, and about how long they take; whether that is known."""
    owner, names, workers = state.session_id(), CODEC_NAMES.value, int(WORKERS.value)
    work = plan.total(items, [CODECS[name] for name in names], POINTS.value)
    said = (
        f"**{len(items):,} pictures × {len(names)} codec{plural(len(names))} × up to "
        f"{POINTS.value} settings = {work:,} measurements**"
    )
    mean = effort.mean_megapixels(owner, items)
    speeds = effort.speeds(owner, names, _known_speeds())
    if isinstance(mean, float) and speeds is not None:
        mpx = mean * len(items)
        seconds = estimate.seconds(names, POINTS.value, mpx, MEASURE_NAMES.value, workers, speeds)
        said += (
            f", {mpx:.1f} Mpx in all: about **{rough_seconds(seconds)}** on {workers} "
            f"process{'es' * (workers != 1)}"
        )
    known = mean is not None and speeds is not None
    st.markdown(said + ("." if known else ". Estimating the time …"))
    return known


def _start(pictures: Pictures) -> None:
    """Starts the sweep, or keeps the sentence that says why not."""
    name = NAME.value.strip() or choosing.name_of(pictures)
    try:
        folder, given = choosing.sources_of(pictures, name)
        job = runs.start(
            name,
            given,
            CODEC_NAMES.value,
            POINTS.value,
            MEASURE_NAMES.value or ["mse"],
            int(WORKERS.value),
            DASK.value.strip() or None,
            folder,
            reuse=not AGAIN.value,
        )
    except (RDError, OSError) as error:
        _PROBLEM.set(f"The sweep could not be started: {error}")
        return
    choosing.hand_over(pictures)
    show_run(job.id)


@st.cache_data(ttl=600, max_entries=1, show_spinner=False)
def _known_speeds() -> dict[str, float]:
    """Speeds that this machine reached in its latest runs.

    Of learned codecs, whose trial would load TensorFlow, at least those of the shipped run.
    """
    known: dict[str, float] = {}
    finished = [run for run in runs.runs() if run.path.exists()]
    for run in [*finished[:3], *finished[3:][-1:]]:
        try:
            found = estimate.speeds(runs.load(run).records)
        except RDError:
            continue
        for codec, speed in found.items():
            learned = codec in CODECS and CODECS[codec].info.family == "learned"
            if codec not in known and (run.job or learned):
                known[codec] = speed
    return known
