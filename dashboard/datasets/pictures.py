"""The pictures of a sweep: samples, uploads, a folder of this machine, or a data set."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import RDError
from core.images import SUFFIXES, samples
from core.sweep import runs, sources
from core.sweep.sources import Item
from dashboard.sample_files import sample_files
from dashboard.ui.slots import Slot, one_of
from dashboard.ui.text import plain, plural
from dashboard.uploads import IMAGES, Uploads

SAMPLES, UPLOAD, FOLDER, TFDS = "samples", "upload", "folder", "tfds"
KINDS = {
    SAMPLES: "Sample pictures",
    UPLOAD: "Upload",
    FOLDER: "Folder of this machine",
    TFDS: "TensorFlow Datasets",
}

KIND = Slot("ds_kind", SAMPLES)
FOLDER_PATH = Slot("ds_folder", "")
DATA_SET = Slot("ds_tfds", "mnist")
COUNT = Slot("ds_count", 100)
_UPLOADS = Uploads("ds_uploaded", lambda: runs.new_folder("upload"))


@dataclass(frozen=True)
class Pictures:
    """What is to be measured: the items, and the sources that the command line names."""

    kind: str
    sources: list[str]
    items: list[Item]


def choose() -> Pictures | None:
    """Draws the chooser; None, with a hint on the page, while there is nothing."""
    kind = one_of("Pictures", KINDS, KIND)
    draw: dict[str, Callable[[], Pictures | None]] = {
        SAMPLES: _samples,
        UPLOAD: _uploads,
        FOLDER: _folder,
        TFDS: _data_set,
    }
    try:
        return draw[kind]()
    except RDError as error:
        st.error(plain(str(error)), icon=":material/block:")
        return None


def _samples() -> Pictures:
    st.caption(
        f"{len(samples.SAMPLES)} pictures that come with scikit-image: people, animals, tissue, "
        "a galaxy."
    )
    return Pictures(SAMPLES, [], sample_files())


def _uploads() -> Pictures | None:
    types = [*(suffix.removeprefix(".") for suffix in SUFFIXES), "zip"]
    files = st.file_uploader(
        "Pictures, or a zip of them", types, accept_multiple_files=True, key="ds_upload"
    )
    return Pictures(UPLOAD, [], _UPLOADS.items_of(files)) if files else None


def _folder() -> Pictures | None:
    FOLDER_PATH.begin()
    st.text_input(
        "Folder", key=FOLDER_PATH.key, persist_state="session", placeholder="/path/to/pictures"
    )
    path = FOLDER_PATH.value.strip()
    if not path:
        st.caption("All pictures in it and in its subfolders are measured.")
        return None
    folder = str(Path(path).expanduser().resolve())
    return Pictures(FOLDER, [folder], sources.items([folder]))


def _data_set() -> Pictures:
    left, right = st.columns(2)
    DATA_SET.begin()
    COUNT.begin()
    left.text_input(
        "Data set",
        key=DATA_SET.key,
        persist_state="session",
        help="A name in TensorFlow Datasets; its test split is used.",
    )
    right.number_input("Number of pictures", 1, 10_000, key=COUNT.key, persist_state="session")
    st.caption("The codec Digits takes MNIST only; the others take any data set of pictures.")
    spec = f"{sources.TFDS_PREFIX}{DATA_SET.value.strip()}:test:{int(COUNT.value)}"
    return Pictures(TFDS, [spec], _from_tfds(spec))


@st.cache_data(max_entries=2, show_spinner="Opening the data set …")
def _from_tfds(spec: str) -> list[Item]:
    return sources.items([spec])


def sources_of(pictures: Pictures, name: str) -> tuple[Path | None, list[str]]:
    """(the sweep's folder where it holds the pictures itself, the sources for the command).

    Raises OSError.
    """
    if pictures.kind == UPLOAD:
        folder = _UPLOADS.kept_folder()
        return folder, [str(folder / IMAGES)] if folder else []
    if pictures.kind == SAMPLES:
        folder = runs.new_folder(name)
        images = folder / IMAGES
        images.mkdir()
        for item in pictures.items:
            (images / item.name).write_bytes(item.data)
        return folder, [str(images)]
    return None, pictures.sources


def hand_over(pictures: Pictures) -> None:
    """A sweep has been started with the pictures: uploads belong to it now."""
    if pictures.kind == UPLOAD:
        _UPLOADS.hand_over()


def name_of(pictures: Pictures) -> str:
    """What a sweep of the pictures is called, where the person gives it no name."""
    labels = {
        SAMPLES: "samples",
        UPLOAD: "upload",
        FOLDER: Path(FOLDER_PATH.value).name,
        TFDS: DATA_SET.value,
    }
    count = len(pictures.items)
    return f"{labels[pictures.kind]}, {count} picture{plural(count)}"
