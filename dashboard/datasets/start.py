"""Starting a sweep: which pictures, which codecs, how much work that is and how long it takes."""

import os
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.codecs.registry import CODECS
from core.errors import RDError
from core.images import SUFFIXES, png, samples
from core.metrics import MEASURES, NAMES, USUAL
from core.sweep import estimate, plan, runs, sources
from core.sweep.sources import Item
from dashboard.datasets.library import show_run
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import plain, plural, seconds_text
from dashboard.ui.tuning import AS_CHOSEN, aim_control
from dashboard.uploads import IMAGES, Uploads

SAMPLES, UPLOAD, FOLDER, TFDS = "samples", "upload", "folder", "tfds"
KINDS = {
    SAMPLES: "Sample pictures",
    UPLOAD: "Upload",
    FOLDER: "Folder of this machine",
    TFDS: "TensorFlow Datasets",
}
_CORES = os.cpu_count() or 1

KIND = Slot("ds_kind", SAMPLES)
FOLDER_PATH = Slot("ds_folder", "")
DATA_SET = Slot("ds_tfds", "mnist")
COUNT = Slot("ds_count", 100)
CODEC_NAMES = Slot("ds_codecs", [c for c in ("jpeg", "jpeg2000", "webp", "avif") if c in CODECS])
AIM = Slot("ds_aim", AS_CHOSEN)
POINTS = Slot("ds_points", 8)
MEASURE_NAMES = Slot("ds_measures", list(USUAL))
NAME = Slot("ds_name", "")
WORKERS = Slot("ds_workers", _CORES)
DASK = Slot("ds_dask", "")
AGAIN = Slot("ds_again", False)
_PROBLEM = Slot("ds_problem", "")
_UPLOADS = Uploads("ds_uploaded", lambda: runs.new_folder("upload"))


@dataclass(frozen=True)
class Pictures:
    """What is to be measured: the items, and the sources that the command line names."""

    kind: str
    sources: list[str]
    items: list[Item]


def show() -> None:
    """Draws the form; the button starts the sweep and makes it the one that is shown."""
    left, right = st.columns(2, gap="large")
    with left:
        kind = one_of("Pictures", KINDS, KIND)
        pictures = _choose_pictures(kind)
    with right:
        _choose_codecs()
    if not CODEC_NAMES.value:
        st.info("Choose at least one codec.")
    elif pictures is not None:
        _offer(pictures)


def _choose_codecs() -> None:
    """Codecs, settings, measures, and how the sweep is run."""
    for slot in (CODEC_NAMES, POINTS, MEASURE_NAMES, NAME, WORKERS, DASK, AGAIN):
        slot.keep()
    aim_control(AIM, CODEC_NAMES.key, (MEASURE_NAMES.value or USUAL)[0])
    st.multiselect(
        "Codecs",
        list(CODECS),
        format_func=lambda name: CODECS[name].info.title,
        key=CODEC_NAMES.key,
    )
    st.slider("Settings per codec, spread over its range", 2, 15, key=POINTS.key)
    st.multiselect(
        "Measures",
        list(NAMES),
        format_func=lambda name: MEASURES[name].short,
        key=MEASURE_NAMES.key,
        help="Only these are computed, and the MSE, which costs next to nothing.",
    )
    with st.expander("Name, processes, cluster"):
        st.text_input(
            "Name of the run", key=NAME.key, placeholder="if empty: where the pictures are from"
        )
        st.number_input("Worker processes on this machine", 1, 4 * _CORES, key=WORKERS.key)
        st.text_input("Address of a Dask scheduler", key=DASK.key, placeholder="tcp://host:8786")
        st.toggle(
            "Measure again what earlier runs hold",
            key=AGAIN.key,
            help=(
                "An equal measurement – same pixels, codec, options, versions, model and setting "
                "– gives equal figures; only its times may differ."
            ),
        )


def _choose_pictures(kind: str) -> Pictures | None:
    """What the person chose; None, with a hint on the page, while there is nothing."""
    choose = {
        SAMPLES: _samples,
        UPLOAD: _uploads,
        FOLDER: _folder,
        TFDS: _data_set,
    }
    try:
        return choose[kind]()
    except RDError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return None


def _samples() -> Pictures:
    st.caption(
        f"{len(samples.SAMPLES)} pictures that come with scikit-image: people, animals, tissue, "
        "a galaxy."
    )
    items = [Item(name, data=png(samples.sample(name).image)) for name in samples.SAMPLES]
    return Pictures(SAMPLES, [], items)


def _uploads() -> Pictures | None:
    types = [*(suffix.removeprefix(".") for suffix in SUFFIXES), "zip"]
    files = st.file_uploader(
        "Pictures, or a zip of them", types, accept_multiple_files=True, key="ds_upload"
    )
    return Pictures(UPLOAD, [], _UPLOADS.items_of(files)) if files else None


def _folder() -> Pictures | None:
    FOLDER_PATH.keep()
    st.text_input("Folder", key=FOLDER_PATH.key, placeholder="/path/to/pictures")
    path = FOLDER_PATH.value.strip()
    if not path:
        st.caption("All pictures in it and in its subfolders are measured.")
        return None
    folder = str(Path(path).expanduser().resolve())
    return Pictures(FOLDER, [folder], sources.items([folder]))


def _data_set() -> Pictures:
    left, right = st.columns(2)
    DATA_SET.keep()
    COUNT.keep()
    left.text_input(
        "Data set",
        key=DATA_SET.key,
        help="A name in TensorFlow Datasets; its test split is used.",
    )
    right.number_input("Number of pictures", 1, 10_000, key=COUNT.key)
    st.caption("The codec Digits takes MNIST only; the others take any data set of pictures.")
    spec = f"{sources.TFDS_PREFIX}{DATA_SET.value.strip()}:test:{int(COUNT.value)}"
    return Pictures(TFDS, [spec], _from_tfds(spec))


@st.cache_data(max_entries=2, show_spinner="Opening the data set …")
def _from_tfds(spec: str) -> list[Item]:
    return sources.items([spec])


def _offer(pictures: Pictures) -> None:
    """How much work the sweep is, and the button that starts it."""
    names = CODEC_NAMES.value
    work = plan.total(pictures.items, [CODECS[name] for name in names], POINTS.value)
    with st.spinner("Estimating the time …"):
        mpx = estimate.megapixels(pictures.items)
        seconds = estimate.seconds(
            names, POINTS.value, mpx, MEASURE_NAMES.value, int(WORKERS.value), _known_speeds()
        )
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.markdown(
        f"**{len(pictures.items):,} pictures × {len(names)} codec{plural(len(names))} × up to "
        f"{POINTS.value} settings = {work:,} measurements**, {mpx:.1f} Mpx in all: about "
        f"**{seconds_text(seconds)}** on {WORKERS.value} process{'es' * (WORKERS.value != 1)}."
    )
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


def _start(pictures: Pictures) -> None:
    """Starts the sweep, or keeps the sentence that says why not."""
    name = NAME.value.strip() or _name_of(pictures)
    try:
        folder, given = _stored(pictures, name)
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
    if pictures.kind == UPLOAD:
        _UPLOADS.hand_over()
    show_run(job.id)


def _name_of(pictures: Pictures) -> str:
    labels = {
        SAMPLES: "samples",
        UPLOAD: "upload",
        FOLDER: Path(FOLDER_PATH.value).name,
        TFDS: DATA_SET.value,
    }
    count = len(pictures.items)
    return f"{labels[pictures.kind]}, {count} picture{plural(count)}"


def _stored(pictures: Pictures, name: str) -> tuple[Path | None, list[str]]:
    """(the sweep's folder where it holds the pictures itself, the sources for the command)."""
    if pictures.kind == UPLOAD:
        folder = _UPLOADS.kept_folder()
        return folder, [str(folder / IMAGES)] if folder else []
    if pictures.kind == SAMPLES:
        folder = runs.new_folder(name)
        images = folder / IMAGES
        images.mkdir()
        for item in pictures.items:
            (images / f"{item.name}.png").write_bytes(item.data or b"")
        return folder, [str(images)]
    return None, pictures.sources


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
