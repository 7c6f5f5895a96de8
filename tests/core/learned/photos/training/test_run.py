"""Trainings of the photo coder: they learn, go on where they were, and end as stored models."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from core.datasets.photos import load_photos
from core.errors import ModelError, SettingError
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.config import PhotoConfig, parameter_shapes
from core.learned.photos.training.figures import evaluate
from core.learned.photos.training.publish import store_run
from core.learned.photos.training.record import describe_data
from core.learned.photos.training.run import LMBDAS, Options, train_photos
from core.learned.photos.training.task import PhotoTask
from core.learned.photos.training.warm_start import WarmStart, warm_weights
from core.learned.training.loop import train
from core.learned.training.task import Plan
from core.store import zoo
from tests.core.learned.photos.tiny import TINY, start


@pytest.fixture(scope="session")
def some(photos, tmp_path_factory):
    """A folder of forty of the real photographs, and what the manifest says of them."""
    folder = tmp_path_factory.mktemp("photos")
    with (photos / "MANIFEST.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:40]
    for row in rows:
        (folder / row["file"]).symlink_to(photos / row["file"])
    with (folder / "MANIFEST.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="session")
def cached(some, tmp_path_factory):
    """Their pixels."""
    return load_photos(some, tmp_path_factory.mktemp("cache"))


@pytest.mark.slow
def test_sixty_steps_on_photographs_lower_the_loss(cached, tmp_path):
    """At each level, on held-out photographs with rounded latents."""
    task = PhotoTask(TINY, cached, patch=64, batch=8, first_hard=50)
    before = task.validate()
    train(
        task,
        Plan(steps=60, lr=1e-3, warmup=10, decay=20, average=0.9, validate_every=1000),
        tmp_path,
    )
    after = [json.loads(line) for line in (tmp_path / "progress.jsonl").read_text().splitlines()][
        -2
    ]
    assert after["event"] == "validation" and after["loss"] < 0.98 * before["loss"]
    assert after["bpp"][0] < after["bpp"][1] and after["psnr"][0] < after["psnr"][1]


@pytest.mark.slow
def test_a_cut_run_ends_with_the_weights_of_an_unbroken_one(cached, tmp_path, eagerly):
    class Cut(PhotoTask):
        def batch(self, step):
            if step == 7:
                raise KeyboardInterrupt
            return super().batch(step)

    plan = Plan(steps=12, lr=1e-3, warmup=3, decay=5, checkpoint_s=0, validate_every=1000)
    whole = train(PhotoTask(TINY, cached, patch=64, batch=4), plan, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        train(Cut(TINY, cached, patch=64, batch=4), plan, tmp_path / "cut")
    resumed = train(PhotoTask(TINY, cached, patch=64, batch=4), plan, tmp_path / "cut", resume=True)
    for name, value in whole.averaged.items():
        assert np.array_equal(value, resumed.averaged[name]), name


def test_levels_of_a_batch_cover_the_range_evenly(cached):
    task = PhotoTask(PhotoConfig(LMBDAS, 24, 32), cached, patch=32, batch=8)
    drawn = np.array([task.batch(step)["levels"] for step in range(300)])
    assert all(len(set(levels)) == 8 for levels in drawn)
    counts = np.bincount(drawn.ravel(), minlength=12)
    assert len(counts) == 12 and counts.min() > 150 and counts.max() < 250


def options(photos, run, **changes) -> Options:
    usual = {
        "data": photos,
        "run": run,
        "steps": 3,
        "decay": 1,
        "lr": 1e-3,
        "lmbda": None,
        "filters": 24,
        "latents": 32,
        "activation": "gdn",
        "metric": "mse",
        "gray": False,
        "patch": 64,
        "batch": 2,
        "seed": 1,
    }
    return Options(**(usual | changes))


@pytest.mark.slow
def test_from_run_to_stored_model(some, kodak, tmp_path, monkeypatch, eagerly):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr("core.learned.photos.training.run.LMBDAS", lmbdas := (0.002, 0.01, 0.1))
    monkeypatch.setattr("core.learned.photos.training.publish.FIT_PICTURES", 12)
    assert train_photos(options(some, tmp_path / "run")).event == "done"
    pictures = tmp_path / "two"
    pictures.mkdir()
    for path in kodak[:2]:
        Image.open(path).crop((256, 128, 448, 320)).save(pictures / path.name)
    card = store_run(tmp_path / "run", "tiny", some, pictures, ["a note"])
    assert (
        card["steps"] == 3
        and card["tried"] == ["a note"]
        and card["proof"]["same_bytes_and_pixels_after_reload"]
    )
    assert card["data"]["pictures"] == 40 and sum(card["data"]["licences"].values()) == 40
    assert len(card["validation"]) == 1 and "train" not in card["figures"]
    stored = zoo.load("tiny", "bls2017")
    rows = evaluate(
        PhotoCoder(PhotoConfig.from_json(stored.card["config"]), stored.tensors), pictures
    )
    assert rows == card["figures"]["levels"] and len(rows) == 3
    plain = evaluate(
        PhotoCoder(PhotoConfig.from_json(stored.card["config"]), stored.tensors),
        pictures,
        search=False,
    )
    for searched, rounded, lmbda in zip(rows, plain, lmbdas, strict=True):
        assert searched["bpp"] + lmbda * searched["mse"] < rounded["bpp"] + lmbda * rounded["mse"]
    assert rows[0]["bpp"] < rows[-1]["bpp"] and rows[0]["psnr"] < rows[-1]["psnr"]
    with pytest.raises(ModelError, match="already"):
        store_run(tmp_path / "run", "tiny", some, None)

    wanted = PhotoConfig((0.01,), 24, 40)
    fixed = warm_weights(WarmStart.of_run(tmp_path / "run"), wanted, start(wanted))
    assert {k: v.shape for k, v in fixed.items()} == parameter_shapes(wanted)
    np.testing.assert_allclose(
        fixed["log_gain"][0, :32], stored.tensors["log_gain"][lmbdas.index(0.01)], rtol=1e-3
    )
    assert np.array_equal(fixed["log_gain"][0, 32:], start(wanted)["log_gain"][0, 32:])
    with pytest.raises(ModelError, match="transforms"):
        warm_weights(
            WarmStart.of_model("tiny"),
            PhotoConfig((0.01,), 24, 24),
            start(PhotoConfig((0.01,), 24, 24)),
        )

    again = train_photos(
        options(some, tmp_path / "more", steps=2, lr=1e-9), start=WarmStart.of_model("tiny")
    )
    for key, value in stored.tensors.items():
        if key in again.averaged:
            np.testing.assert_allclose(again.averaged[key], value, atol=1e-6, err_msg=key)
    more = store_run(tmp_path / "more", "tiny-more", some, None)
    assert more["steps"] == 5 and [line["step"] for line in more["validation"]] == [3, 5]
    assert len(more["sessions"]) == 2 and more["training_seconds"] >= card["training_seconds"]


def test_data_without_a_manifest(tmp_path):
    assert describe_data(tmp_path) == {"folder": tmp_path.name}


@pytest.mark.parametrize(
    "changes, word",
    [
        ({"activation": "elu"}, "gdn or relu"),
        ({"metric": "mae"}, "mse or ms-ssim"),
        ({"patch": 100}, "multiple of 16"),
        ({"metric": "ms-ssim"}, "at least 96"),
        ({"hard": 1.5}, "from 0 to 1"),
    ],
)
def test_wrong_options_are_refused(tmp_path, changes, word):
    with pytest.raises(SettingError, match=word):
        options(tmp_path, tmp_path, **changes).config()
