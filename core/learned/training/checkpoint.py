"""The checkpoint of a training run: all its tensors by name, and the step they belong to."""

import os
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from core.errors import ModelError

CHECKPOINT = "checkpoint.safetensors"


def read_checkpoint(run: Path) -> tuple[dict[str, np.ndarray], int]:
    """Averaged weights and step of a run folder's checkpoint.

    Raises ModelError where there is none or it is damaged.
    """
    tensors, step = read(run / CHECKPOINT)
    prefix = "average/"
    averaged = {}
    for name, value in tensors.items():
        if name.startswith(prefix):
            averaged[name.removeprefix(prefix)] = value
    return averaged, step


def read(path: Path) -> tuple[dict[str, np.ndarray], int]:
    """All tensors of a checkpoint by name, and its step.

    Raises ModelError where it is missing or damaged.
    """
    try:
        with safe_open(path, "np") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            step = int(file.metadata()["step"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path}: no readable checkpoint ({error}).") from error
    return tensors, step


def write(path: Path, tensors: dict[str, np.ndarray], step: int) -> None:
    """Put a checkpoint in place of the one before, which stays whole until then."""
    part = path.with_suffix(".part")
    save_file(tensors, part, metadata={"step": str(step)})
    os.replace(part, path)
