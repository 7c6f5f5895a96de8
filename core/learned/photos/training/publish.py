"""From a training run to a stored model: weights, integer tables, figures on pictures, card."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from core.datasets.photos import Photos, load_photos, split
from core.errors import ModelError
from core.images.resize import centre_crop
from core.learned.ops.tables import build_tables
from core.learned.photos.card import PhotoCard, photo_card
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.config import STRIDE, PhotoConfig, parameter_shapes
from core.learned.photos.entropy.context_fit import fit_context_model
from core.learned.photos.model import PhotoTransforms
from core.learned.photos.training import record
from core.learned.photos.training.figures import figures, in_colours
from core.learned.training.checkpoint import read_checkpoint
from core.learned.training.loop import PROGRESS
from core.store import zoo
from core.store.families import Tensors
from core.store.modelfile import StoredModel

FIT_PICTURES = 60  # photographs that the context coder is fitted to
FIT_SIDE = 384  # pixels of their middle per side, at most
# From a checkpoint's weights, a run's record and latents per level to more tensors, more of a card.
Extension = Callable[
    [dict[str, np.ndarray], dict[str, Any], list[list[np.ndarray]]],
    tuple[Tensors, dict[str, Any]],
]


def store_run(
    run: Path,
    name: str,
    photos: Path,
    pictures: Path | None,
    notes: Iterable[str] = (),
    replace: bool = False,
    extended: Extension | None = None,
) -> PhotoCard:
    """Store the averaged weights of a run's checkpoint as model `name` and return its card.

    `photos`: folder of the training photographs, to whose latents the context coder is fitted.
    `pictures`: folder to measure it on, for the card; None: no figures. `notes`: sentences for the
    card's log of what was tried. `extended`: what it returns is added to tensors and card. Raises
    ModelError where the run has no checkpoint or the name is taken.
    """
    zoo.check_free(name, replace)
    weights, step = read_checkpoint(run)
    made = record.read(run)
    config = PhotoConfig.from_json(made["config"])
    tensors = {key: weights[key].astype(np.float16) for key in parameter_shapes(config)}
    # Both entropy coders are made for the model as it is stored: in float16.
    model = model_of(config, tensors)
    tensors |= build_tables(PhotoTransforms(config, tensors).prior())
    latents = _latents(model, load_photos(photos, run.parent / "cache"))
    tensors |= fit_context_model(latents)
    history = read_history(run)
    before = made.get("before", {})
    earlier = before.get("steps", 0)
    validation = list(before.get("validation", []))
    for line in history["validation"]:
        validation.append(line | {"step": earlier + line["step"]})
    title = "Photographs, all rates"
    if config.levels == 1:
        title = f"Photographs, λ = {config.lmbda[0]:g}"
    card: dict[str, Any] = {
        "title": title,
        "config": config.to_json(),
        "lmbda": list(config.lmbda),
        "steps": earlier + step,
        "seed": made["options"]["seed"],
        "options": made["options"],
        "sessions": made["sessions"],
        "training_seconds": before.get("training_seconds", 0) + history["seconds"],
        "data": made["data"],
        "validation": validation,
        "tried": list(notes),
    }
    if extended:
        further_tensors, further_facts = extended(weights, made, latents)
        tensors |= further_tensors
        card |= further_facts
    if pictures:
        card["figures"] = figures(PhotoCoder(config, tensors), pictures)
    proof = proof_of(name, config, tensors)
    stored = zoo.store(name, "bls2017", tensors, card, proof=proof, replace=replace)
    return photo_card(stored)


def proof_of(
    name: str, config: PhotoConfig, tensors: Tensors
) -> Callable[[StoredModel], dict[str, Any]]:
    """For `zoo.store`: holds the model as read back to the strings and pixels of `tensors`.

    What it returns raises ModelError where they differ.
    """
    x = np.random.default_rng(0).integers(0, 256, (64, 64, config.colours), np.uint8)
    wanted = _strings_and_pixels(config, tensors, x)

    def same_after_reload(stored: StoredModel) -> dict[str, Any]:
        found = _strings_and_pixels(config, stored.tensors, x)
        for (strings, pixels), (again, pixels_again) in zip(wanted, found, strict=True):
            if strings != again or not np.array_equal(pixels, pixels_again):
                raise ModelError(
                    f"Model {name!r} does not write the same bytes after reloading; "
                    "it was not stored."
                )
        return {"levels": config.levels, "same_bytes_and_pixels_after_reload": True}

    return same_after_reload


def _strings_and_pixels(
    config: PhotoConfig, tensors: Tensors, x: np.ndarray
) -> list[tuple[list[bytes], np.ndarray]]:
    """Per level the strings of a picture `x` (H, W, colours), one for each entropy coder, and the
    pixels that they all stand for.

    Raises BitstreamError where a string does not decode to the latents that were written.
    """
    coder = PhotoCoder(config, tensors)
    out = []
    height, width, _ = x.shape
    for level in range(config.levels):
        y_hat = coder.latents(x, level)
        h, w, _ = y_hat.shape
        strings = []
        for coding in coder.codings:
            strings.append(coder.encode(y_hat, level, coding))
            coder.decode(strings[-1], level, h, w, coding)
        out.append((strings, coder.picture(y_hat, level, height, width)))
    return out


def model_of(config: PhotoConfig, tensors: Tensors) -> PhotoTransforms:
    """A model for use from stored tensors: float32 constants, tables left out."""
    weights = {}
    for name, value in tensors.items():
        if value.dtype.kind == "f":
            weights[name] = tf.constant(value, tf.float32)
    return PhotoTransforms(config, weights)


def _latents(model: PhotoTransforms, photos: Photos) -> list[list[np.ndarray]]:
    """Per level the rounded latents (h, w, latents) of the middles of some training photographs."""

    def rounded(x: tf.Tensor, level: tf.Tensor) -> tf.Tensor:
        return tf.cast(tf.round(model.analysis(x, level)), tf.int32)

    run = tf.function(rounded, reduce_retracing=True, autograph=False)
    training, _ = split(photos)
    crops = []
    for i in training[:FIT_PICTURES]:
        middle = in_colours(_middle(photos.image(i)), model.config.colours)
        crops.append(tf.constant(middle[None]))
    latents = []
    for level in range(model.config.levels):
        levels = tf.constant([level])
        latents.append([run(x, levels).numpy()[0] for x in crops])
    return latents


def _middle(image: np.ndarray) -> np.ndarray:
    """The middle of a picture, in whole blocks, at most FIT_SIDE pixels per side."""
    # At least one pixel remains of a picture that is smaller than a block.
    height, width = (max(min(side, FIT_SIDE) // STRIDE * STRIDE, 1) for side in image.shape[:2])
    return centre_crop(image, height, width)


def read_history(run: Path) -> dict[str, Any]:
    """What a run's progress says over all its sessions.

    `validation`: a list of its validation lines; `seconds`: how long it has trained.
    """
    lines = [json.loads(line) for line in (run / PROGRESS).read_text().splitlines()]
    validation = []
    seconds = 0.0
    before = 0
    for line in lines:
        if line["event"] == "start":
            before = line["step"]
        elif line["event"] == "progress":
            seconds += line["step_s"] * (line["step"] - before)
            before = line["step"]
        elif line["event"] == "validation":
            facts = {key: value for key, value in line.items() if key not in ("event", "time")}
            validation.append(facts)
    return {"validation": validation, "seconds": round(seconds)}
