"""From a training run of the neural entropy model to a stored model: the transforms that it was
trained for, or with, and its network.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from core.datasets.photos import load_photos
from core.errors import ModelError
from core.learned.photos.card import PhotoCard, photo_card
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.config import PhotoConfig
from core.learned.photos.entropy.neural_layout import MASKS
from core.learned.photos.entropy.neural_tensors import MATRIX_SHAPES
from core.learned.photos.neural.data import training_sites
from core.learned.photos.neural.export import quantise
from core.learned.photos.neural.joint import of_network
from core.learned.photos.neural.run import latents_file, read_neural_record
from core.learned.photos.neural.task import Sites
from core.learned.photos.training.figures import figures
from core.learned.photos.training.publish import proof_of, read_history, store_run
from core.learned.training.checkpoint import read_checkpoint
from core.store import zoo
from core.store.families import Tensors


def store_neural_run(
    run: Path,
    name: str,
    photos: Path,
    pictures: Path | None,
    notes: Iterable[str] = (),
    replace: bool = False,
) -> PhotoCard:
    """Store the averaged network of a run's checkpoint, with its transforms, as model `name` and
    return its card.

    Parameters and errors as `publish.store_run`; raises ModelError, too, where the model it was
    trained for is not in the store.
    """
    zoo.check_free(name, replace)
    weights, step = read_checkpoint(run)
    record = read_neural_record(run)
    base = zoo.load(record["options"]["model"], "bls2017")
    if base.card["weights_sha256"] != record["weights_sha256"]:
        raise ModelError(
            f"{run}: it was trained for another model than the stored {base.card['name']!r}."
        )
    config = PhotoConfig.from_json(photo_card(base.card)["config"])
    order, sigma = np.array(record["order"]), np.array(record["sigma"])
    cache = latents_file(run, record["weights_sha256"], order)
    sites = training_sites(
        PhotoCoder(config, base.tensors), load_photos(photos, cache.parent), order, cache
    )
    tensors = base.tensors | quantise(weights, order, sigma, sites)
    history = read_history(run)
    kept = ("config", "lmbda", "steps", "seed", "options", "sessions", "training_seconds", "data")
    card = {key: value for key, value in base.card.items() if key in (*kept, "validation")}
    card |= {
        "title": "Photographs, all rates, neural entropy model",
        "transforms": base.card["name"],
        "entropy_model": {
            "steps": step,
            "options": record["options"],
            "sessions": record["sessions"],
            "training_seconds": history["seconds"],
            "validation": history["validation"],
        }
        | cost(weights),
        "tried": list(notes),
    }
    coder = PhotoCoder(config, tensors)
    if pictures:
        card["figures"] = figures(coder, pictures)
    stored = zoo.store(
        name, "bls2017", tensors, card, proof=proof_of(name, config, tensors), replace=replace
    )
    return photo_card(stored)


def store_joint_run(
    run: Path,
    name: str,
    photos: Path,
    pictures: Path | None,
    notes: Iterable[str] = (),
    replace: bool = False,
) -> PhotoCard:
    """Store the averaged weights of a joint run's checkpoint as model `name` and return its card.

    Parameters and errors as `publish.store_run`.
    """

    def network(
        weights: dict[str, np.ndarray], made: dict[str, Any], latents: list[list[np.ndarray]]
    ) -> tuple[Tensors, dict[str, Any]]:
        order, sigma = np.array(made["network"]["order"]), np.array(made["network"]["sigma"])
        parameters = of_network(weights)
        levels = [n for n, of_level in enumerate(latents) for _ in of_level]
        flat = [y[..., order] for of_level in latents for y in of_level]
        tensors = quantise(parameters, order, sigma, Sites.of(flat, levels))
        facts = {
            "title": "Photographs, all rates, trained with its neural entropy model",
            "entropy_model": {
                "before": made["network"].get("before", {}),
                "from_step": made["before"]["steps"],
                "options": made["options"],
            }
            | cost(parameters),
        }
        return tensors, facts

    return store_run(run, name, photos, pictures, notes, replace, network)


def cost(weights: dict[str, np.ndarray]) -> dict[str, float]:
    """How large the network is, and how many multiplications with additions it takes to code a
    pixel.
    """
    of_a_position = sum(int(mask.sum()) for mask in MASKS.values())
    for name, shape in MATRIX_SHAPES.items():
        if name not in MASKS:
            of_a_position += int(np.prod(shape[-2:]))
    parameters = sum(value.size for value in weights.values())
    masked = sum(int(mask.size - mask.sum()) for mask in MASKS.values())
    return {
        "parameters": parameters - masked,
        "kmac_per_pixel": round(of_a_position / 256 / 1000, 3),
    }
