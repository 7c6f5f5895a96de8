"""The form that trains a coder of photographs: on uploaded pictures or a folder, for all rates or one λ."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core import images
from core.errors import DataError, ImageError
from core.store import zoo
from dashboard.training.launch import launch

UPLOAD, FOLDER = "Uploaded pictures", "A folder on the server"
ALL, ONE = "All rates (12 levels)", "One λ"
ACTIVATIONS = {"gdn": "GDN", "relu": "ReLU"}
MIN_SIDE = 256  # pixels: validation uses the middle 256 × 256 of held-out photographs


def photos_form() -> None:
    """The nonlinear transform coder of Ballé et al. 2017."""
    left, right = st.columns(2)
    source = left.segmented_control(
        "Photographs", (UPLOAD, FOLDER), default=UPLOAD, key="train_photo_source", required=True
    )
    rates = right.segmented_control(
        "Rates", (ALL, ONE), default=ALL, key="train_photo_rates", required=True
    )
    with st.form("train_bls2017", border=False):
        if source == UPLOAD:
            label = (
                f"Photographs, at least {MIN_SIDE} pixels a side; some hundred give a good model"
            )
            given = st.file_uploader(
                label,
                [suffix[1:] for suffix in images.SUFFIXES],
                accept_multiple_files=True,
                key="train_photo_files",
            )
        else:
            given = st.text_input(
                "Folder of photographs",
                placeholder="/path/to/photographs",
                key="train_photo_folder",
            )
        columns = st.columns(4)
        lmbda = None
        if rates == ONE:
            lmbda = columns[0].number_input(
                "λ",
                1e-5,
                10.0,
                0.01,
                format="%g",
                key="train_photo_lmbda",
                help="What the MSE (0–255) weighs against bits per pixel in R + λ · D.",
            )
        at = 1 if lmbda else 0
        steps = columns[at].number_input(
            "Steps",
            1,
            2_000_000,
            20_000,
            1000,
            key="train_photo_steps",
            help="Batches of 8 patches of 128 × 128; the paper took about a million.",
        )
        decay = columns[at + 1].number_input(
            "Decay",
            0,
            2_000_000,
            5_000,
            1000,
            key="train_photo_decay",
            help="Last steps, in which the learning rate falls to zero.",
        )
        lr = columns[at + 2].number_input(
            "Learning rate", 1e-6, 0.1, 5e-4, format="%g", key="train_photo_lr"
        )
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
            help="More are needed for high rates; channels that do not pay stay silent.",
        )
        activation = columns[2].selectbox(
            "Activation", list(ACTIVATIONS), format_func=ACTIVATIONS.get, key="train_photo_norm"
        )
        seed = columns[3].number_input("Seed", 0, 2**31 - 1, 0, key="train_photo_seed")
        starts = ["", *(card["name"] for card in zoo.cards("bls2017"))]
        init = columns[4].selectbox(
            "Start from",
            starts,
            key="train_photo_init",
            format_func=lambda name: name or "linear transform",
            help=(
                "The best linear transform of the photographs, or the weights of a stored model that "
                "has no more filters or latent channels."
            ),
        )
        name = st.text_input(
            "Name in the store", placeholder="my-photos", max_chars=64, key="train_photo_name"
        )
        if not st.form_submit_button(
            "Start training", type="primary", icon=":material/play_arrow:"
        ):
            return
    args = [
        "bls2017",
        "--steps",
        str(steps),
        "--decay",
        str(min(decay, steps)),
        "--lr",
        f"{lr:g}",
        "--filters",
        str(filters),
        "--latents",
        str(latents),
        "--activation",
        activation,
        "--seed",
        str(seed),
    ]
    args += [*(["--lmbda", f"{lmbda:g}"] if lmbda else []), *(["--init", init] if init else [])]
    title = f"Photographs, λ = {lmbda:g}" if lmbda else "Photographs, all rates"
    if source == UPLOAD:
        launch(
            name,
            title,
            [*args, "--data", "{folder}/pictures"],
            lambda folder: save_pictures(given, folder / "pictures"),
        )
    else:
        launch(
            name,
            title,
            [*args, "--data", given.strip()],
            lambda folder: _check_folder(given.strip()),
        )


def save_pictures(files: Sequence, folder: Path) -> None:
    """Write uploaded files as PNG pictures into `folder`, every one checked. Raises DataError or ImageError."""
    if not files:
        raise DataError("There are no photographs yet: upload some.")
    folder.mkdir(parents=True)
    for number, file in enumerate(files):
        picture = images.read(file.getvalue(), file.name)
        if min(picture.width, picture.height) < MIN_SIDE:
            raise ImageError(
                f"{file.name} has {picture.width} × {picture.height} pixels; photographs to train on need at least "
                f"{MIN_SIDE} a side."
            )
        (folder / f"{number:05}.png").write_bytes(images.png(picture.image, level=1))


def _check_folder(folder: str) -> None:
    if not folder or not Path(folder).is_dir():
        raise DataError(
            f"There is no folder {folder!r} on the server."
            if folder
            else "Name the folder of the photographs."
        )
