"""The shipped model of photographs in other processes.

The same bytes and pixels with any number of threads, and bounded memory.
"""

import hashlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from core.codecs.registry import get
from core.images import load
from tests.conftest import ROOT, synthetic

SCRIPT = """
import hashlib, json, sys
import numpy as np
from core.codecs.registry import get

images, found = np.load(sys.argv[1]), []
cases = json.loads(sys.argv[2])
for name, codec, level in reversed(cases) if sys.argv[3] == "backwards" else cases:
    data = get(codec).encode(images[name], level).data
    both = data, get(codec).decode(data).tobytes()
    found.append([name, level, *(hashlib.sha256(b).hexdigest() for b in both)])
print(sorted(found))
"""


@pytest.mark.slow
def test_the_same_bytes_and_pixels_with_any_number_of_threads_and_in_any_order(tmp_path, kodak):
    """Fresh processes, coding forwards and backwards: one tile, two across, two down, and small
    pictures with the encoder's search; two large tiles without it.
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
    }
    np.savez(tmp_path / "images.npz", **images)
    searched = [name for name in images if name != "tiles"]
    cases = [
        (name, "bls2017", level)
        for name in searched
        for level in ((2,) if name == "tall" else (12,) if name == "wide" else (2, 12))
    ]
    cases.append(("tiles", "bls2017-rounded", 12))
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "images.npz"), json.dumps(cases)]
    answers = {
        subprocess.run(
            [*command, order],
            cwd=ROOT,
            check=True,
            text=True,
            capture_output=True,
            env=os.environ | {"TF_NUM_INTRAOP_THREADS": count},
        ).stdout
        for count, order in (
            ("1", "forwards"),
            ("2", "backwards"),
            ("8", "forwards"),
        )
    }
    (answer,) = answers
    data = get("bls2017").encode(images["odd"], 12).data  # and in this process
    both = data, get("bls2017").decode(data).tobytes()
    assert str(["odd", 12, *(hashlib.sha256(b).hexdigest() for b in both)]) in answer
    assert answer.count("[") == len(cases) + 1


@pytest.mark.slow
def test_a_picture_of_24_megapixels_stays_below_three_gigabytes():
    """Encoded and decoded in a process of its own, which reports its peak."""
    script = (
        "import resource, numpy as np\n"
        "from core.codecs.registry import get\n"
        "from tests.conftest import synthetic\n"
        "image = np.tile(synthetic(500, 500, 1), (8, 12, 1))\n"
        "data = get('bls2017').encode(image, 9).data\n"
        "assert get('bls2017').decode(data).shape == (4000, 6000, 3)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"
    )
    peak = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        check=True,
        text=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    ).stdout
    assert int(peak) < 3000, f"{peak.strip()} MiB"
