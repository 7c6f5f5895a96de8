"""Training the neural entropy model from the command line's side: stop, resume, store, code."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from core.errors import ModelError
from core.learned.photos.coder import PhotoCoder
from core.learned.photos.config import PhotoConfig
from core.learned.photos.neural import data as neural_data
from core.learned.photos.neural import export
from core.learned.photos.neural.publish import store_neural_run
from core.learned.photos.neural.run import NetworkOptions, is_neural_run, train_neural
from core.learned.training.loop import read_checkpoint
from core.store import zoo
from tests.conftest import synthetic

BASE = "bls2017-multirate"


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(3):
        Image.fromarray(synthetic(96, 128, seed)).save(folder / f"{seed}.png")
    return folder


@pytest.mark.slow
def test_a_run_resumes_exactly_and_its_model_codes(photos, tmp_path, monkeypatch, eagerly):
    monkeypatch.setattr(neural_data, "HELD_OUT", 1)
    monkeypatch.setattr(export, "SAMPLE", 1)  # of so few photographs
    base = zoo.load(BASE, "bls2017")

    def options(name: str, steps: int) -> NetworkOptions:
        return NetworkOptions(photos, tmp_path / name, BASE, steps, decay=0, lr=1e-3)

    whole = train_neural(options("whole", 3))
    train_neural(options("parts", 2))
    parts = train_neural(options("parts", 3), resume=True)
    assert whole.step == parts.step == 3
    for name, value in whole.averaged.items():
        assert np.array_equal(value, parts.averaged[name]), name
    tf.config.run_functions_eagerly(False)
    compiled = train_neural(options("parts", 4), resume=True)
    assert compiled.step == 4
    assert all(np.isfinite(value).all() for value in compiled.averaged.values())
    assert is_neural_run(tmp_path / "parts")
    assert not is_neural_run(photos)
    assert len(read_checkpoint(tmp_path / "parts")[0]) == len(whole.averaged)

    monkeypatch.setattr(zoo, "load", lambda name, family=None: base)
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    card = store_neural_run(tmp_path / "whole", "mine", photos, None, ["a note"])
    assert card["proof"]["same_bytes_and_pixels_after_reload"]
    assert card["transforms"] == BASE
    assert card["entropy_model"]["steps"] == 3
    monkeypatch.undo()
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    stored = zoo.load("mine", "bls2017")
    coder = PhotoCoder(PhotoConfig.from_json(stored.card["config"]), stored.tensors)
    assert coder.codings[-1] == "neural"
    y_hat = coder.latents(synthetic(40, 50), 3)
    payload = coder.encode(y_hat, 3, "neural")
    assert np.array_equal(coder.decode(payload, 3, *y_hat.shape[:2], "neural"), y_hat)


def test_a_model_without_a_network_says_so():
    stored = zoo.load(BASE, "bls2017")
    coder = PhotoCoder(PhotoConfig.from_json(stored.card["config"]), stored.tensors)
    assert coder.codings == ("static", "context")
    with pytest.raises(ModelError, match="no neural entropy coder"):
        coder.neural_coder(0)
