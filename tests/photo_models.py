"""A store with small untrained models of photographs, for the tests of the codec and of
the pages.
"""

import numpy as np

from tests.conftest import synthetic

LMBDAS = (0.002, 0.02, 0.2)


def fill(name: str, lmbda: tuple[float, ...] = LMBDAS, activation: str = "gdn") -> dict:
    """Store an untrained model of 24 filters and 32 latents as `name` in the store that RDX_MODELS
    names; its card.
    """
    from core.learned.ops.tables import build_tables
    from core.learned.photos.config import PhotoConfig
    from core.learned.photos.entropy.context_fit import fit_context_model
    from core.learned.photos.training.klt_start import start_parameters
    from core.learned.photos.training.publish import model_of
    from core.store import zoo

    config = PhotoConfig(lmbda, filters=24, latents=32, activation=activation)
    start, rng = start_parameters(config, synthetic(256, 256)[None], 0), np.random.default_rng(0)
    for key in (
        key for key in start if key.endswith("spectrum")
    ):  # kernels that reach over all their taps
        start[key] = start[key] + rng.normal(0, 0.003, start[key].shape)
    tensors = {key: value.astype(np.float16) for key, value in start.items()}
    tensors |= build_tables(
        {key[6:]: value for key, value in tensors.items() if key.startswith("prior/")}
    )
    model, x = model_of(config, tensors), synthetic(256, 256)[None]
    levels = range(len(lmbda))
    tensors |= fit_context_model(
        [[np.round(model.analysis(x, np.array([level])))[0].astype(np.int32)] for level in levels]
    )
    card = {
        "title": "Photographs",
        "config": config.to_json(),
        "lmbda": list(lmbda),
        "steps": 0,
        "training_seconds": 7200,
        "validation": [
            {
                "step": step,
                "loss": 2.0 - step / 1000,
                "bpp": [0.2 + level for level in levels],
                "psnr": [25.0 + 5 * level + step / 1000 for level in levels],
            }
            for step in (100, 200)
        ],
        "data": {"folder": "photos", "pictures": 3, "sources": {"mine": 3}, "licences": {"CC0": 3}},
        "sessions": [{"command": "python -m core train bls2017 --data photos --run first"}],
    }
    return zoo.store(name, "bls2017", tensors, card)
