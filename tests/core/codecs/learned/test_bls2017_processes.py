"""The shipped model of photographs in other processes.

The same bytes and pixels with any number of threads, and bounded memory.
"""

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from core.codecs.registry import get
from core.images import load
from tests.conftest import ROOT, synthetic


@pytest.mark.slow
def test_the_same_bytes_and_pixels_with_any_number_of_threads_and_in_any_order(tmp_path, kodak):
    """Fresh processes, coding forwards and backwards: one tile, several, and small pictures."""
    real = load(kodak[4]).image
    images = {
        "real": real,
        "tiles": np.tile(real, (2, 2, 1))[:900, :1300],
        "odd": synthetic(300, 420, 7),
        "small": synthetic(17, 23),
        "pixel": synthetic(1, 1),
    }
    np.savez(tmp_path / "images.npz", **images)
    script = (
        "import hashlib, sys\n"
        "import numpy as np\n"
        "from core.codecs.registry import get\n"
        "images, codec, found = np.load(sys.argv[1]), get('bls2017'), {}\n"
        "for name in sorted(images, reverse=sys.argv[2] == 'backwards'):\n"
        "    for level in (2, 12):\n"
        "        data = codec.encode(images[name], level).data\n"
        "        both = data, codec.decode(data).tobytes()\n"
        "        found[name, level] = [hashlib.sha256(b).hexdigest() for b in both]\n"
        "print(sorted(found.items()))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "images.npz")]
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
            ("3", "forwards"),
            ("8", "forwards"),
        )
    }
    here = {}
    for name, image in images.items():
        for level in (2, 12):
            data = get("bls2017").encode(image, level).data
            here[name, level] = [
                hashlib.sha256(b).hexdigest() for b in (data, get("bls2017").decode(data).tobytes())
            ]
    assert answers == {f"{sorted(here.items())}\n"}


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
