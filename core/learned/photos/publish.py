"""From a training run to a stored model: float16 weights, integer tables, figures on pictures, and the card."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import tensorflow as tf

from core import metrics
from core.coding.container import Container, pack
from core.datasets.photos import Photos, load_photos, split
from core.errors import DataError, ModelError
from core.images import load
from core.images.resize import centre_crop, grey
from core.learned.ops.tables import build_tables
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.context_fit import fit_context_model
from core.learned.photos.model import STRIDE, PhotoConfig, PhotoTransforms
from core.learned.photos.run import read_record
from core.learned.photos.search import searched
from core.learned.training.checkpoint import read_checkpoint
from core.learned.training.loop import PROGRESS
from core.store import zoo
from core.store.modelfile import StoredModel

FIT_PICTURES, FIT_SIDE = 60, 384  # what the context coder is fitted to


def store_run(
    run: Path,
    name: str,
    photos: Path,
    pictures: Path | None,
    notes: Iterable[str] = (),
    replace: bool = False,
) -> dict:
    """Store the averaged weights of a run's checkpoint as model `name` and return its card.

    `photos`: folder of the training photographs, to whose latents the context coder is fitted. `pictures`: folder to measure
    it on, for the card; None: no figures. `notes`: sentences for the card's log of what was tried. Raises ModelError where
    the run has no checkpoint or the name is taken.
    """
    zoo.check_free(name, replace)
    weights, step = read_checkpoint(run)
    record, tensors = (
        read_record(run),
        {key: value.astype(np.float16) for key, value in weights.items()},
    )
    config = PhotoConfig.from_json(record["config"])
    tensors |= build_tables(
        {k.removeprefix("prior/"): v for k, v in tensors.items() if k.startswith("prior/")}
    )
    tensors |= fit_context_model(
        _latents(model_of(config, tensors), load_photos(photos, run.parent / "cache"))
    )
    history, before = read_history(run), record.get("before", {})
    earlier = before.get("steps", 0)
    card = {
        "title": "Photographs, all rates"
        if config.levels > 1
        else f"Photographs, λ = {config.lmbda[0]:g}",
        "config": config.to_json(),
        "lmbda": list(config.lmbda),
        "steps": earlier + step,
        "seed": record["options"]["seed"],
        "options": record["options"],
        "sessions": record["sessions"],
        "training_seconds": before.get("training_seconds", 0) + history["seconds"],
        "data": record["data"],
        "validation": before.get("validation", [])
        + [line | {"step": earlier + line["step"]} for line in history["validation"]],
        "tried": list(notes),
    }
    if pictures:
        card["figures"] = figures(PhotoCoder(config, tensors), pictures)
    return zoo.store(
        name, "bls2017", tensors, card, proof=proof_of(name, config, tensors), replace=replace
    )


def proof_of(
    name: str, config: PhotoConfig, tensors: dict[str, np.ndarray]
) -> Callable[[StoredModel], dict]:
    """For `zoo.store`: holds the reloaded model to the strings and pixels of `tensors`. Raises ModelError where it differs."""
    x = np.random.default_rng(0).integers(0, 256, (64, 64, config.colours), np.uint8)
    wanted = _strings_and_pixels(config, tensors, x)

    def same_after_reload(stored: StoredModel) -> dict:
        for (string, pixels), (again, pixels_again) in zip(
            wanted, _strings_and_pixels(config, stored.tensors, x), strict=True
        ):
            if string != again or not np.array_equal(pixels, pixels_again):
                raise ModelError(
                    f"Model {name!r} does not write the same bytes after reloading; it was not stored."
                )
        return {"levels": config.levels, "same_bytes_and_pixels_after_reload": True}

    return same_after_reload


def _strings_and_pixels(
    config: PhotoConfig, tensors: dict[str, np.ndarray], x: np.ndarray
) -> list[tuple[bytes, np.ndarray]]:
    """Per level and entropy coder the string of one picture `x` (H, W, colours), and what is decoded from it."""
    coder, out = PhotoCoder(config, tensors), []
    height, width, _ = x.shape
    for level in range(config.levels):
        y_hat = coder.latents(x, level)
        for coding in coder.codings:
            string = coder.encode(y_hat, level, coding)
            again = coder.decode(string, level, *y_hat.shape[:2], coding)
            out.append((string, coder.picture(again, level, height, width)))
    return out


def model_of(config: PhotoConfig, tensors: dict[str, np.ndarray]) -> PhotoTransforms:
    """A model for use from stored tensors: float32 constants, tables left out."""
    return PhotoTransforms(
        config, {k: tf.constant(v, tf.float32) for k, v in tensors.items() if v.dtype.kind == "f"}
    )


def _latents(model: PhotoTransforms, photos: Photos) -> list[list[np.ndarray]]:
    """Per level the rounded latents of the middles of some training photographs."""
    training, _ = split(photos)
    run = tf.function(
        lambda x, level: tf.cast(tf.round(model.analysis(x, level)), tf.int32),
        reduce_retracing=True,
    )
    crops = [
        _colours(_middle(photos.image(i)), model.config.colours) for i in training[:FIT_PICTURES]
    ]
    return [
        [run(tf.constant(x[None]), tf.constant([level])).numpy()[0] for x in crops]
        for level in range(model.config.levels)
    ]


def _middle(image: np.ndarray) -> np.ndarray:
    """The middle of a picture, in whole blocks, at most FIT_SIDE a side."""
    height, width = (
        max(min(side, FIT_SIDE) // STRIDE * STRIDE, 1)  # at least one pixel
        for side in image.shape[:2]
    )
    return centre_crop(image, height, width)


def _colours(image: np.ndarray, colours: int) -> np.ndarray:
    return image if colours == 3 else grey(image)[..., None]


def figures(coder: PhotoCoder, folder: Path) -> dict:
    """What a card says under "figures" of the pictures in `folder`; raises as `evaluate`."""
    return {
        "pictures": folder.name,
        "bpp": f"whole files of the {coder.codings[-1]} coder",
        "static_bpp": "information content under one table a channel",
        "levels": evaluate(coder, folder),
    }


def evaluate(coder: PhotoCoder, folder: Path, search: bool = True) -> list[dict]:
    """Per level, over the pictures of `folder`: lmbda, and means of real and estimated bpp, PSNR in dB, MSE and MS-SSIM.

    `search`: of latents as the codec searches them, else just rounded.
    Raises ImageError for a file that is no picture, DataError where the folder holds none.
    """
    files = sorted(
        p
        for p in folder.iterdir()
        if p.suffix.lower() in {".png", ".webp", ".jpg", ".jpeg", ".tif", ".tiff"}
    )
    if not files:
        raise DataError(f"{folder} holds no pictures to measure the model on.")
    images = [load(path).image for path in files]
    rows = []
    for level, lmbda in enumerate(coder.config.lmbda):
        found = [_figures(coder, image, level, search) for image in images]
        means = {key: round(float(np.mean([f[key] for f in found])), 5) for key in found[0]}
        rows.append({"level": level, "lmbda": lmbda} | means)
    return rows


def _figures(coder: PhotoCoder, image: np.ndarray, level: int, search: bool) -> dict[str, float]:
    """Figures of one picture. `bpp` is that of the whole file, `static_bpp` the information content under the priors."""
    x = _colours(image, coder.config.colours)
    height, width, _ = x.shape
    coding = coder.codings[-1]
    y_hat = searched(coder, x, level, coding) if search else coder.latents(x, level)
    payload = coder.encode(y_hat, level, coding)
    file = pack(Container("bls2017", level + 1, width, height, payload, bytes(4)))
    decoded = coder.picture(y_hat, level, height, width)
    mse = float(np.mean((decoded.astype(np.float64) - x) ** 2))
    bits = {"bpp": 8 * len(file), "static_bpp": coder.information(y_hat, level)}
    out = {key: count / (height * width) for key, count in bits.items()} | {
        "psnr": metrics.psnr_of(mse),
        "mse": mse,
    }
    if coder.config.colours == 3:
        out |= metrics.measure(
            image, decoded, ["ms_ssim"]
        )  # nothing where the picture is too small
    return out


def read_history(run: Path) -> dict:
    """From a run's progress: `validation`, a list of its validation lines, and `seconds` of training over all sessions."""
    lines = [json.loads(line) for line in (run / PROGRESS).read_text().splitlines()]
    validation, seconds, before = [], 0.0, 0
    for line in lines:
        if line["event"] == "start":
            before = line["step"]
        elif line["event"] == "progress":
            seconds += line["step_s"] * (line["step"] - before)
            before = line["step"]
        elif line["event"] == "validation":
            validation.append(
                {key: value for key, value in line.items() if key not in ("event", "time")}
            )
    return {"validation": validation, "seconds": round(seconds)}
