"""A store with small untrained models of digits, cards and all, for the tests of the pages."""

import numpy as np


def fill(lmbdas=(100, 2000), vae=True) -> None:
    """Store models `mnist-λ` (and `mnist-vae`) in the store that RDX_MODELS names."""
    from core.datasets.mnist import sample
    from core.learned.digits import figures as digit_figures
    from core.learned.digits import model as mnist
    from core.learned.digits import vae as vae_model
    from core.learned.digits import vae_train as vae_training
    from core.learned.digits.coder import DigitCoder
    from core.learned.digits.runs import DATA, first_weights
    from core.learned.digits.shapes import coder_shapes, vae_shapes
    from core.store import zoo

    for lmbda in lmbdas:
        weights = first_weights(coder_shapes(4), seed=int(lmbda))
        weights["analysis/dense2/kernel"] *= (
            40 if lmbda > 1 else 0
        )  # λ = 1: nothing is worth sending
        weights["prior/log_scale"] -= 0 if lmbda > 1 else 4
        tensors = {key: value.astype(np.float16) for key, value in weights.items()}
        tensors |= mnist.build_tables(tensors)
        coder = DigitCoder(tensors)
        card = {
            "title": f"λ = {lmbda}",
            "lmbda": lmbda,
            "metric": "mae",
            "latent_dims": 4,
            "data": DATA,
            "created": "2026-01-01",
            "command": "python -m core train mnist",
            "epochs": 0,
            "steps": 0,
            "figures": digit_figures.evaluate(coder.model, sample()[:64], "mae", lmbda),
            "real": digit_figures.real_rates(coder, sample()[:64]),
        }
        zoo.store(f"mnist-{lmbda}", "mnist", tensors, card)
    if vae:
        tensors = {
            key: value.astype(np.float16)
            for key, value in first_weights(vae_shapes(3), seed=0).items()
        }
        card = {
            "title": "VAE",
            "latent_dims": 3,
            "data": DATA,
            "created": "2026-01-01",
            "command": "python -m core train vae",
            "figures": vae_training.evaluate(vae_model.Vae(tensors), sample()[:64]),
        }
        zoo.store("mnist-vae", "vae", tensors, card)
