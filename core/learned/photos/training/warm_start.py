"""A training that begins with the weights of another: of a run, or of a stored model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError
from core.learned.photos.card import photo_card
from core.learned.photos.config import PhotoConfig, of_one_level
from core.learned.photos.training import record
from core.learned.training.checkpoint import read_checkpoint
from core.store import zoo


@dataclass(frozen=True)
class WarmStart:
    """A trained model that another training starts from.

    `before`: its `steps`, `training_seconds` and `validation` lines, from which the new training
    counts on; empty where the new one counts from zero.
    """

    origin: str
    config: PhotoConfig
    weights: dict[str, np.ndarray]
    sessions: list[dict[str, Any]]
    before: dict[str, Any]

    @classmethod
    def of_run(cls, run: Path) -> "WarmStart":
        """The averaged weights of a run folder. Raises ModelError where there are none."""
        weights, _ = read_checkpoint(run)
        earlier = record.read(run)
        config = PhotoConfig.from_json(earlier["config"])
        return cls(str(run), config, weights, earlier["sessions"], before={})

    @classmethod
    def of_model(cls, name: str) -> "WarmStart":
        """The weights of a stored model.

        Raises ModelError where it is missing, damaged, or of another family.
        """
        stored = zoo.load(name, "bls2017")
        card = photo_card(stored.card)
        before = {
            "steps": card.get("steps", 0),
            "training_seconds": card.get("training_seconds", 0),
            "validation": card.get("validation", []),
        }
        config = PhotoConfig.from_json(card["config"])
        sessions = card.get("sessions", [])
        return cls(f"Model {name!r}", config, stored.tensors, sessions, before)


def warm_weights(
    start: WarmStart, config: PhotoConfig, fresh: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    """Weights for `config` from a trained model: each level takes those of the nearest λ.

    Where `config` has more filters or latents, the further channels stay as in `fresh`. Raises
    ModelError where it has fewer, or another activation.
    """
    other = start.config
    smaller = any(mine < theirs for mine, theirs in zip(config.widths, other.widths, strict=True))
    if smaller or other.activation != config.activation or other.colours != config.colours:
        found = f"{other.widths}, {other.activation}"
        wanted = f"{config.widths}, {config.activation}"
        raise ModelError(
            f"{start.origin}: its transforms are {found}; they do not fit into {wanted}."
        )
    nearest = []
    for lmbda in config.lmbda:
        distance = np.abs(np.log(np.array(other.lmbda) / lmbda))
        nearest.append(int(np.argmin(distance)))
    weights = {}
    for name, value in fresh.items():
        known = start.weights[name]
        if of_one_level(name):
            known = known[nearest]
        weights[name] = value.copy()
        corner = tuple(slice(size) for size in known.shape)
        weights[name][corner] = known
    return weights
