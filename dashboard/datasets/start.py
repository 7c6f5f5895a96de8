"""Starting a sweep: where the pictures come from, which codecs, how much work that is and how long it will take."""

import os
import shutil
from pathlib import Path

import streamlit as st

from core.codecs.registry import CODECS
from core.errors import DataError, RDError
from core.images import SUFFIXES, archive, png
from core.metrics import MEASURES, NAMES
from core.sweep import estimate, plan, runs, sources
from dashboard import state
from dashboard.ui.text import seconds_text

KINDS = {
    "samples": "Sample pictures",
    "upload": "Upload",
    "folder": "Folder of this machine",
    "tfds": "TensorFlow Datasets",
}
KEYS = (
    "ds_kind",
    "ds_folder",
    "ds_tfds",
    "ds_count",
    "ds_codecs",
    "ds_points",
    "ds_measures",
    "ds_name",
    "ds_workers",
    "ds_dask",
    "ds_again",
)
DEFAULT_CODECS = ("jpeg", "jpeg2000", "webp", "avif")


def show() -> None:
    """Draws the form; the button starts the sweep and makes it the one that is shown."""
    ss = st.session_state
    state.keep(*KEYS)
    for key, value in {
        "ds_kind": "samples",
        "ds_codecs": [c for c in DEFAULT_CODECS if c in CODECS],
        "ds_points": 8,
        "ds_measures": list(NAMES),
        "ds_workers": os.cpu_count() or 1,
        "ds_count": 100,
        "ds_tfds": "mnist",
        "ds_name": "",
        "ds_folder": "",
        "ds_dask": "",
        "ds_again": False,
    }.items():
        ss.setdefault(key, value)
    left, right = st.columns(2, gap="large")
    with left:
        kind = st.segmented_control(
            "Pictures", KINDS, format_func=KINDS.get, key="ds_kind", required=True
        )
        chosen = _choose(kind)
    with right:
        codecs = st.multiselect(
            "Codecs", list(CODECS), format_func=lambda n: CODECS[n].info.title, key="ds_codecs"
        )
        st.slider("Settings per codec, spread over its range", 2, 15, key="ds_points")
        st.multiselect(
            "Measures",
            list(NAMES),
            format_func=lambda name: MEASURES[name].short,
            key="ds_measures",
            help="Only these are computed, and the MSE, which costs next to nothing.",
        )
        with st.expander("Name, processes, cluster"):
            st.text_input(
                "Name of the run",
                key="ds_name",
                placeholder="today's date and the pictures, if left empty",
            )
            st.number_input(
                "Worker processes on this machine", 1, 4 * (os.cpu_count() or 1), key="ds_workers"
            )
            st.text_input(
                "Address of a Dask scheduler", key="ds_dask", placeholder="tcp://host:8786"
            )
            st.toggle(
                "Measure again what earlier runs hold",
                key="ds_again",
                help=(
                    "An equal measurement – same pixels, codec, options, versions, model and setting – gives equal figures; only "
                    "its times may differ."
                ),
            )
    if not codecs:
        st.info("Choose at least one codec.")
        return
    if chosen is None:
        return
    names, items = chosen
    work = plan.total(items, [CODECS[c] for c in codecs], ss.ds_points)
    known = _known_speeds()
    with st.spinner("Estimating the time …"):
        mpx = estimate.megapixels(items)
        took = estimate.seconds(
            codecs, ss.ds_points, mpx, ss.ds_measures, int(ss.ds_workers), known
        )
    left, right = st.columns([3, 1], vertical_alignment="center")
    left.markdown(
        f"**{len(items):,} pictures × {len(codecs)} codec{'s' * (len(codecs) > 1)} × up to {ss.ds_points} settings = "
        f"{work:,} measurements**, {mpx:.1f} Mpx in all: about **{seconds_text(took)}** on {ss.ds_workers} processes."
    )
    right.button(
        "Start the sweep",
        type="primary",
        width="stretch",
        key="ds_start",
        on_click=_start,
        args=(kind, names, items),
    )
    if problem := ss.pop("ds_problem", None):
        st.error(problem, icon=":material/block:")


def _choose(kind: str) -> tuple[list[str], list[sources.Item]] | None:
    """(source arguments, items) of what the person chose; None, with a hint on the page, while there is nothing."""
    ss = st.session_state
    try:
        if kind == "samples":
            st.caption(
                f"{len(state.SAMPLES)} pictures that come with scikit-image: people, animals, tissue, a galaxy."
            )
            return [], [
                sources.Item(name, data=png(state.sample(name).image)) for name in state.SAMPLES
            ]
        if kind == "upload":
            types = [*(s[1:] for s in SUFFIXES), "zip"]
            files = st.file_uploader(
                "Pictures, or a zip of them", types, accept_multiple_files=True, key="ds_upload"
            )
            return ([], _uploaded(files)) if files else None
        if kind == "folder":
            st.text_input("Folder", key="ds_folder", placeholder="/path/to/pictures")
            if not ss.ds_folder.strip():
                st.caption("All pictures in it and in its subfolders are measured.")
                return None
            folder = str(Path(ss.ds_folder.strip()).expanduser().resolve())
            return [folder], sources.items([folder])
        columns = st.columns(2)
        columns[0].text_input(
            "Data set", key="ds_tfds", help="A name of TensorFlow Datasets; its test split is used."
        )
        columns[1].number_input("Pictures", 1, 10_000, key="ds_count")
        st.caption("The codec Digits takes MNIST only; the others take any of them.")
        spec = f"{sources.TFDS_PREFIX}{ss.ds_tfds.strip()}:test:{int(ss.ds_count)}"
        return [spec], _from_tfds(spec)
    except RDError as error:
        st.error(str(error), icon=":material/block:")
        return None


@st.cache_data(max_entries=2, show_spinner="Opening the data set …")
def _from_tfds(spec: str) -> list[sources.Item]:
    return sources.items([spec])


def _uploaded(files: list) -> list[sources.Item]:
    """Uploads go to a job folder of their own at once, archives are unpacked there, safely."""
    ss = st.session_state
    signature = tuple(file.file_id for file in files)
    if ss.get("ds_uploaded", (None,))[0] != signature:
        discard_upload()
        folder = runs.new_folder("upload")
        ss.ds_uploaded = (signature, str(folder))
        try:
            for i, file in enumerate(files):
                _keep(file, i, folder / "images", len(files) > 1)
        except RDError:
            discard_upload()  # a refused archive leaves nothing, and is refused again next time
            raise
    return sources.items([Path(ss.ds_uploaded[1]) / "images"])


def _keep(file, number: int, folder: Path, several: bool) -> None:
    """Writes one uploaded picture, or the pictures of one archive, below `folder`. Raises DataError for a bad archive."""
    if file.name.lower().endswith(".zip"):
        target = folder / f"{number:04d}" if several else folder
        target.mkdir(parents=True, exist_ok=True)
        archive.unpack_images(file, target)
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(file.name).name
    (folder / (f"{number:04d}-{name}" if (folder / name).exists() else name)).write_bytes(
        file.getvalue()
    )


def discard_upload() -> None:
    """Deletes uploads that no sweep was started with."""
    _, folder = st.session_state.pop("ds_uploaded", (None, None))
    if folder and not (Path(folder) / "job.json").exists():
        shutil.rmtree(folder, ignore_errors=True)


def _start(kind: str, names: list[str], items: list[sources.Item]) -> None:
    ss = st.session_state
    label = {
        "samples": "samples",
        "upload": "upload",
        "folder": Path(ss.ds_folder or "x").name,
        "tfds": ss.ds_tfds,
    }[kind]
    name = ss.ds_name.strip() or f"{label}, {len(items)} pictures"
    try:
        folder = None
        if kind == "upload":
            folder = Path(ss.pop("ds_uploaded")[1])
            names = [str(folder / "images")]
        elif kind == "samples":
            folder = runs.new_folder(name)
            (folder / "images").mkdir()
            for item in items:
                (folder / "images" / f"{item.name}.png").write_bytes(item.data)
            names = [str(folder / "images")]
        job = runs.start(
            name,
            names,
            ss.ds_codecs,
            ss.ds_points,
            list(ss.ds_measures) or ["mse"],
            int(ss.ds_workers),
            ss.ds_dask.strip() or None,
            folder,
            not ss.ds_again,
        )
        ss.ds_runs = [job.id]
        ss.ds_open = "explore"
    except (DataError, OSError, KeyError) as error:
        ss.ds_problem = f"The sweep could not be started: {error}"


@st.cache_data(ttl=600, max_entries=1, show_spinner=False)
def _known_speeds() -> dict[str, float]:
    """Speeds that this machine reached in its latest runs; of learned codecs, whose trial would load TensorFlow, at least
    those of the shipped run."""
    known: dict[str, float] = {}
    finished = [run for run in runs.runs() if run.path.exists()]
    for run in [*finished[:3], *finished[3:][-1:]]:
        try:
            found = estimate.speeds(runs.load(run).records)
        except RDError:
            continue
        wanted = (
            found
            if run.job
            else [c for c in found if c in CODECS and CODECS[c].info.family == "learned"]
        )
        known |= {codec: found[codec] for codec in wanted if codec not in known}
    return known
