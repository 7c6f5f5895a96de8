"""The form that trains a coder of photographs: on uploads or a folder, for all rates or one λ."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core import images
from core.errors import DataError, ImageError
from dashboard.training.fields import name_field, seed_field, start_field, submitted
from dashboard.training.launch import FOLDER, launch
from dashboard.ui.slots import Slot, one_of

UPLOAD, ON_SERVER = "Uploaded pictures", "A folder on the server"
ALL, ONE = "All rates (12 levels)", "One λ"
ACTIVATIONS = {"gdn": "GDN", "relu": "ReLU"}
MIN_SIDE = 256  # pixels: validation uses the middle 256 × 256 of held-out photographs

SOURCE = Slot("train_photo_source", UPLOAD)
RATES = Slot("train_photo_rates", ALL)


def photos_form() -> None:
    """The nonlinear transform coder of Ballé et al. 2017."""
    left, right = st.columns(2)
    source = one_of("Photographs", {UPLOAD: UPLOAD, ON_SERVER: ON_SERVER}, SOURCE, left)
    rates = one_of("Rates", {ALL: ALL, ONE: ONE}, RATES, right)
    files: Sequence[UploadedFile] = []
    folder = ""
    with st.form("train_bls2017", border=False):
        if source == UPLOAD:
            files = _files_field()
        else:
            folder = _folder_field()
        options = _schedule_fields(one_rate=rates == ONE) | _model_fields()
        name = name_field(st.container(), "my-photos", "train_photo_name")
        if not submitted():
            return
    lmbda = options["--lmbda"]
    title = f"Photographs, λ = {lmbda}" if lmbda else "Photographs, all rates"
    if source == UPLOAD:
        options["--data"] = f"{FOLDER}/pictures"
        launch(name, title, "bls2017", options, lambda job: save_pictures(files, job / "pictures"))
    else:
        options["--data"] = folder
        launch(name, title, "bls2017", options, lambda _: _check_folder(folder))


def _files_field() -> Sequence[UploadedFile]:
    return st.file_uploader(
        f"Photographs, at least {MIN_SIDE} pixels a side; a few hundred give a good model",
        [suffix.removeprefix(".") for suffix in images.SUFFIXES],
        accept_multiple_files=True,
        key="train_photo_files",
    )


def _folder_field() -> str:
    folder = st.text_input(
        "Folder of photographs", placeholder="/path/to/photographs", key="train_photo_folder"
    )
    return folder.strip()


def _schedule_fields(one_rate: bool) -> dict[str, str]:
    """λ, where there is one, and how long and how fast the model is trained."""
    columns = st.columns(4)
    lmbda = _lmbda_field(columns.pop(0)) if one_rate else ""
    steps = columns[0].number_input(
        "Steps",
        1,
        2_000_000,
        20_000,
        1000,
        key="train_photo_steps",
        help="Batches of 8 patches of 128 × 128; the paper took about a million.",
    )
    decay = columns[1].number_input(
        "Decay",
        0,
        2_000_000,
        5_000,
        1000,
        key="train_photo_decay",
        help="The last steps, in which the learning rate falls to zero.",
    )
    lr = columns[2].number_input(
        "Learning rate", 1e-6, 0.1, 5e-4, format="%g", key="train_photo_lr"
    )
    return {
        "--lmbda": lmbda,
        "--steps": str(steps),
        "--decay": str(min(decay, steps)),
        "--lr": f"{lr:g}",
    }


def _lmbda_field(place: DeltaGenerator) -> str:
    lmbda = place.number_input(
        "λ",
        1e-5,
        10.0,
        0.01,
        format="%g",
        key="train_photo_lmbda",
        help="The weight of the MSE (0–255) against bits per pixel in R + λ · D.",
    )
    return f"{lmbda:g}"


def _model_fields() -> dict[str, str]:
    """The size of the model and what it starts from."""
    columns = st.columns(5)
    filters = columns[0].number_input(
        "Filters",
        8,
        160,
        128,
        8,
        key="train_photo_filters",
        help="Channels inside the transforms.",
    )
    latents = columns[1].number_input(
        "Latent channels",
        8,
        320,
        256,
        8,
        key="train_photo_latents",
        help="High rates need more of them; channels that are not worth their bits stay silent.",
    )
    activation = columns[2].selectbox(
        "Activation",
        list(ACTIVATIONS),
        format_func=ACTIVATIONS.__getitem__,
        key="train_photo_norm",
    )
    seed = seed_field(columns[3], "train_photo_seed")
    init = start_field(
        columns[4],
        "bls2017",
        "linear transform",
        "train_photo_init",
        "The best linear transform of the photographs, or the weights of a stored model that has "
        "no more filters or latent channels.",
    )
    return {
        "--filters": str(filters),
        "--latents": str(latents),
        "--activation": activation,
        "--seed": str(seed),
        "--init": init,
    }


def save_pictures(files: Sequence[UploadedFile], folder: Path) -> None:
    """Writes uploaded files as PNG pictures into `folder`. Raises DataError or ImageError."""
    if not files:
        raise DataError("There are no photographs yet: upload some.")
    folder.mkdir(parents=True)
    for number, file in enumerate(files):
        picture = images.read(file.getvalue(), file.name)
        if min(picture.width, picture.height) < MIN_SIDE:
            raise ImageError(
                f"{file.name} has {picture.width} × {picture.height} pixels; photographs to "
                f"train on need at least {MIN_SIDE} a side."
            )
        (folder / f"{number:05}.png").write_bytes(images.png(picture.image, level=1))


def _check_folder(folder: str) -> None:
    if not folder:
        raise DataError("Name the folder of the photographs.")
    if not Path(folder).is_dir():
        raise DataError(f"There is no folder {folder!r} on the server.")
