"""Starting a training: one form per family of models."""

import streamlit as st

from core.store import zoo
from dashboard.training.launch import launch
from dashboard.training.photo_form import photos_form

METRICS = {"mae": "mean absolute error", "mse": "mean squared error", "ssim": "1 − SSIM"}


def digits_form() -> None:
    """The transform coder of digits."""
    with st.form("train_mnist", border=False):
        columns = st.columns(4)
        lmbda = columns[0].number_input(
            "λ",
            1.0,
            100_000.0,
            2000.0,
            100.0,
            format="%g",
            key="train_lmbda",
            help="What distortion weighs against bits in R + λ · D.",
        )
        epochs = columns[1].number_input(
            "Epochs",
            0.01,
            200.0,
            15.0,
            1.0,
            key="train_epochs",
            help="Passes over the 60,000 digits, about half a minute each.",
        )
        metric = columns[2].selectbox(
            "Distortion", list(METRICS), format_func=METRICS.get, key="train_metric"
        )
        dims = columns[3].number_input("Latent dimensions", 1, 256, 50, key="train_dims")
        columns = st.columns(4)
        seed = columns[0].number_input("Seed", 0, 2**31 - 1, 0, key="train_seed")
        lr = columns[1].number_input("Learning rate", 1e-6, 0.1, 2e-3, format="%g", key="train_lr")
        starts = ["", *(card["name"] for card in zoo.cards("mnist"))]
        init = columns[2].selectbox(
            "Start from",
            starts,
            format_func=lambda name: name or "random weights",
            key="train_init",
        )
        name = columns[3].text_input(
            "Name in the store", placeholder="my-digits", max_chars=64, key="train_name"
        )
        if st.form_submit_button("Start training", type="primary", icon=":material/play_arrow:"):
            args = [
                "mnist",
                "--lmbda",
                f"{lmbda:g}",
                "--epochs",
                f"{epochs:g}",
                "--metric",
                metric,
                "--latent-dims",
                str(dims),
                "--seed",
                str(seed),
                "--lr",
                f"{lr:g}",
                *(["--init", init] if init else []),
            ]
            launch(name, f"Digits, λ = {lmbda:g}", args)


def vae_form() -> None:
    """The variational autoencoder of digits."""
    with st.form("train_vae", border=False):
        columns = st.columns(4)
        epochs = columns[0].number_input("Epochs", 0.01, 200.0, 10.0, 1.0, key="train_vae_epochs")
        dims = columns[1].number_input("Latent dimensions", 1, 256, 10, key="train_vae_dims")
        seed = columns[2].number_input("Seed", 0, 2**31 - 1, 0, key="train_vae_seed")
        name = columns[3].text_input(
            "Name in the store", placeholder="my-vae", max_chars=64, key="train_vae_name"
        )
        if st.form_submit_button("Start training", type="primary", icon=":material/play_arrow:"):
            launch(
                name,
                "Digits, variational autoencoder",
                ["vae", "--epochs", f"{epochs:g}", "--latent-dims", str(dims), "--seed", str(seed)],
            )


FORMS = {
    "Digits": digits_form,
    "Digits, variational autoencoder": vae_form,
    "Photographs": photos_form,
}


def show() -> None:
    """The choice of a family and its form."""
    family = st.segmented_control(
        "What to train",
        list(FORMS),
        default=next(iter(FORMS)),
        key="train_family",
        required=True,
        label_visibility="collapsed",
    )
    FORMS[family]()
