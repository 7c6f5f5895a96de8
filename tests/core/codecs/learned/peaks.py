"""The memory that the learned codec of photographs needs, told by a process of its own."""

import os
import subprocess
import sys

from tests.conftest import ROOT

SCRIPT = """
import resource, sys
from dataclasses import replace
import numpy as np
from core.codecs.learned.bls2017 import NEURAL_MODEL, photo_coder
from core.learned.photos import search
from tests.conftest import synthetic

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

level, tile = 8, synthetic(500, 500, 1)
coder, _ = photo_coder(NEURAL_MODEL)
before = peak()
y_hat = coder.latents(np.tile(tile, (4, 6, 1)), level)
gradient, curvature = np.zeros(y_hat.shape, np.float32), coder.curvature(y_hat, level)
prices = coder.context_coder(level)
search._steps(prices, y_hat, gradient, curvature, 0, lambda paid: np.ones(paid.shape))
del gradient
for coding in ("neural", "context"):
    string, _ = coder.encode_and_count(y_hat, level, coding)
    assert (coder.decode(string, level, 125, 188, coding) == y_hat).all()
assert coder.picture(y_hat, level, 2000, 3000).shape == (2000, 3000, 3)
print(before + 4 * (peak() - before))
search.LONG = replace(search.LONG, rounds=1)
search.searched(coder, np.tile(tile, (int(sys.argv[1]), int(sys.argv[2]), 1)), level, "neural")
print(peak())
"""


def peaks(rows: int, columns: int) -> tuple[int, int]:
    """(an upper bound of what all but the search needs for 24 megapixels, the peak of the search
    with the network's prices for `rows` × `columns` squares of 500 × 500 pixels), in MiB.

    The first is told by a quarter as many pixels: a round of the search with the prices of the
    contexts, the strings of both entropy coders and back, and the picture. Four times what those
    add is more than what they need for all. The search is where memory is highest; it works
    through tiles, so that four times the pixels add far less than four times the memory. It goes
    one round, which is what 24 megapixels get.
    """
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(rows), str(columns)],
        cwd=ROOT,
        check=True,
        text=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    others, search = map(int, done.stdout.split())
    return others, search
