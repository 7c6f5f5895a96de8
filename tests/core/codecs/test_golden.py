"""Files of an earlier revision decode to the pixels of that time.

tests/golden/README.md says how they were made.
"""

import hashlib
import json

import numpy as np
import pytest
from PIL import Image

from core.codecs.learned.bls2017 import Bls2017
from core.codecs.sniff import identify
from core.store import zoo
from tests.conftest import ROOT

GOLDEN = ROOT / "tests" / "golden"
MANIFEST = json.loads((GOLDEN / "manifest.json").read_text())
OWN_CODECS = (
    *("svd", "klt", "mnist", "bls2017", "bls2017-rounded", "bls2017-static", "bls2017-neural"),
)
SHIPPED_MODELS = (
    *("bls2017-multirate", "bls2017-neural", "bls2017-0.01", "bls2017-gdn", "bls2017-relu"),
    *(f"mnist-{lmbda}" for lmbda in (100, 200, 300, 500, 1000, 2000, 4000, 8000)),
)
LATENTS = "latents_sha256"


@pytest.mark.parametrize("name", MANIFEST)
def test_a_file_of_before_decodes_to_the_same_pixels(name):
    data = (GOLDEN / name).read_bytes()
    codec, _ = identify(data)
    image = codec.decode(data)
    assert list(image.shape) == MANIFEST[name]["shape"]
    if hashlib.sha256(image.tobytes()).hexdigest() == MANIFEST[name]["sha256"]:
        return
    # Only a learned synthesis may round differently, and only on another kind of processor:
    # by one level, in less than one value in a hundred.
    assert codec.info.family == "learned"
    with Image.open((GOLDEN / name).with_suffix(".png")) as stored:
        expected = np.asarray(stored).reshape(image.shape).astype(int)
    difference = np.abs(image - expected)
    assert difference.max() <= 1
    assert np.mean(difference > 0) < 0.01


def test_the_stored_pictures_are_those_of_the_manifest():
    """What the tolerance above compares with is what the earlier revision decoded."""
    pictures = [path for path in GOLDEN.glob("*.png") if path.name != "picture.png"]
    assert len(pictures) == 22
    for path in pictures:
        fact = MANIFEST[f"{path.stem}.rdx"]
        with Image.open(path) as stored:
            pixels = np.asarray(stored).tobytes()
        assert hashlib.sha256(pixels).hexdigest() == fact["sha256"]


def test_every_own_codec_and_every_shipped_model_has_a_file():
    """Nothing is missing from the manifest, and nothing lies beside it unread."""
    assert {path.name for path in GOLDEN.glob("*.rdx")} == set(MANIFEST)
    for codec in OWN_CODECS:
        assert any(name.startswith(f"{codec}-") for name in MANIFEST)
    fingerprints = {_fingerprint(name) for name in MANIFEST}
    for model in SHIPPED_MODELS:
        assert zoo.card(model)["weights_sha256"][:8] in fingerprints


@pytest.mark.parametrize("name", [name for name, fact in MANIFEST.items() if LATENTS in fact])
def test_a_file_of_the_learned_codec_holds_the_same_latents(name):
    """Entropy decoding, unlike synthesis, is exact on every machine."""
    y_hat, _ = Bls2017().latents((GOLDEN / name).read_bytes())
    assert hashlib.sha256(y_hat.astype("<i4").tobytes()).hexdigest() == MANIFEST[name][LATENTS]


def _fingerprint(name: str) -> str:
    """The model that a golden file names, as hexadecimal digits; empty where it needs none."""
    _, facts = identify((GOLDEN / name).read_bytes())
    return facts.get("model", "")
