"""The forms that train models of digits: the transform coder, the variational autoencoder."""

import streamlit as st

from dashboard.training.fields import name_field, seed_field, start_field, submitted
from dashboard.training.launch import launch

METRICS = {"mae": "mean absolute error", "mse": "mean squared error", "ssim": "1 − SSIM"}


def coder_form() -> None:
    """The transform coder of digits."""
    with st.form("train_mnist", border=False):
        first, second, third, fourth = st.columns(4)
        lmbda = first.number_input(
            "λ",
            1.0,
            100_000.0,
            2000.0,
            100.0,
            format="%g",
            key="train_lmbda",
            help="The weight of distortion against bits in R + λ · D.",
        )
        epochs = second.number_input(
            "Epochs",
            0.01,
            200.0,
            15.0,
            1.0,
            key="train_epochs",
            help="Passes over the 60,000 digits, about half a minute each.",
        )
        metric = third.selectbox(
            "Distortion", list(METRICS), format_func=METRICS.__getitem__, key="train_metric"
        )
        dims = fourth.number_input("Latent dimensions", 1, 256, 50, key="train_dims")
        first, second, third, fourth = st.columns(4)
        seed = seed_field(first, "train_seed")
        lr = second.number_input("Learning rate", 1e-6, 0.1, 2e-3, format="%g", key="train_lr")
        init = start_field(third, "mnist", "random weights", "train_init")
        name = name_field(fourth, "my-digits", "train_name")
        if not submitted():
            return
    options = {
        "--lmbda": f"{lmbda:g}",
        "--epochs": f"{epochs:g}",
        "--metric": metric,
        "--latent-dims": str(dims),
        "--seed": str(seed),
        "--lr": f"{lr:g}",
        "--init": init,
    }
    launch(name, f"Digits, λ = {lmbda:g}", "mnist", options)


def vae_form() -> None:
    """The variational autoencoder of digits."""
    with st.form("train_vae", border=False):
        first, second, third, fourth = st.columns(4)
        epochs = first.number_input("Epochs", 0.01, 200.0, 10.0, 1.0, key="train_vae_epochs")
        dims = second.number_input("Latent dimensions", 1, 256, 10, key="train_vae_dims")
        seed = seed_field(third, "train_vae_seed")
        name = name_field(fourth, "my-vae", "train_vae_name")
        if not submitted():
            return
    options = {"--epochs": f"{epochs:g}", "--latent-dims": str(dims), "--seed": str(seed)}
    launch(name, "Digits, variational autoencoder", "vae", options)
