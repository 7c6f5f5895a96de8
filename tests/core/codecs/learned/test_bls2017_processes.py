"""The shipped models of photographs in other processes.

The same bytes and pixels with any number of threads, and bounded memory.
"""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.images import load
from tests.conftest import ROOT, synthetic
from tests.core.codecs.learned.peaks import peaks

SCRIPT = """
import hashlib, json, sys
import numpy as np
from core.codecs.learned.bls2017 import NEURAL_MODEL, photo_coder
from core.codecs.registry import get

def rounded_neural(image):
    "The strings of rounded latents at a low and a high level, and what they decode to."
    coder, _ = photo_coder(NEURAL_MODEL)
    for level in (1, 11):
        y_hat = coder.latents(image, level)
        data = coder.encode(y_hat, level, "neural")
        again = coder.decode(data, level, *y_hat.shape[:2], "neural")
        assert (again == y_hat).all()
        yield hashlib.sha256(data).hexdigest(), hashlib.sha256(again.tobytes()).hexdigest()

def answer(images, cases):
    found = []
    for name, codec, level in cases:
        data = get(codec).encode(images[name], level).data
        both = data, get(codec).decode(data).tobytes()
        found.append([name, codec, level, *(hashlib.sha256(b).hexdigest() for b in both)])
    return repr((sorted(found), *rounded_neural(images["part"])))
"""
MAIN = """
print(answer(np.load(sys.argv[1]), json.loads(sys.argv[2])[::-1]))
"""


@pytest.mark.slow
def test_the_same_bytes_and_pixels_with_any_number_of_threads_and_in_any_order(tmp_path, kodak):
    """This process, and backwards in a fresh one with 8 threads in TensorFlow and 3 in numpy's
    matrix products: one tile, two across, two down, and small pictures with the encoder's search;
    two large tiles without it; the network with rounded latents and with its own search.
    """
    real = load(kodak[4]).image
    wide = np.tile(real, (1, 2, 1))[:80, :1300]
    images = {
        "real": real[64:272, 128:424],
        "wide": wide,
        "tall": np.ascontiguousarray(wide[:, :1100].swapaxes(0, 1)),
        "tiles": np.tile(real, (2, 2, 1))[:900, :1300],
        "odd": synthetic(150, 210, 7),
        "small": synthetic(17, 23),
        "pixel": synthetic(1, 1),
        "part": real[64:448, 128:640],
        "corner": real[64:112, 128:192],
    }
    np.savez(tmp_path / "images.npz", **images)
    cases = [
        (name, "bls2017", level)
        for name in ("real", "wide", "tall", "odd", "small", "pixel")
        for level in ((2,) if name == "tall" else (12,) if name in ("wide", "real") else (2, 12))
    ]
    cases += [("tiles", "bls2017-rounded", 12), ("corner", "bls2017-neural", 9)]
    here: dict = {}
    exec(SCRIPT, here)
    numpys = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "3")
    there = subprocess.run(
        [sys.executable, "-c", SCRIPT + MAIN, str(tmp_path / "images.npz"), json.dumps(cases)],
        cwd=ROOT,
        check=True,
        text=True,
        capture_output=True,
        env=os.environ | {"TF_NUM_INTRAOP_THREADS": "8"} | numpys,
    ).stdout
    assert there.count("[") == len(cases) + 1
    assert there == here["answer"](images, cases) + "\n"


@pytest.mark.slow
def test_pictures_of_24_megapixels_stay_below_three_gigabytes_but_for_the_search():
    """Its peak is told by 1.5 megapixels here; by 24, which take ten times as long, in the
    benchmarks.
    """
    others, search = peaks(2, 3)
    assert others < 3000 and search < 1600, f"{others} and {search} MiB"
