"""What the codecs `svd` and `klt` promise alike: every size, exact pixels, hostile files."""

import contextlib
import hashlib
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import metrics
from core.codecs.registry import get
from core.coding.container import Container, pack
from core.errors import BitstreamError, RDError
from core.images import load
from tests.conftest import ROOT, synthetic
from tests.damage import assert_damage_is_refused

each = pytest.mark.parametrize("codec", [get("svd"), get("klt")], ids=lambda c: c.name)


def psnr(image, codec, data):
    return metrics.psnr(image, codec.decode(data))


@each
@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (17, 23), (64, 65), (2, 9)])
def test_every_size_comes_back(codec, shape):
    image = synthetic(*shape)
    for value in (codec.setting.low, codec.setting.default, codec.setting.high):
        encoded = codec.encode(image, value)
        assert codec.decode(encoded.data).shape == image.shape
        assert 0 < encoded.payload_bytes < len(encoded.data) <= encoded.payload_bytes + 24
    assert psnr(image, codec, encoded.data) > 45


@each
def test_flat_and_grey_pictures_are_cheap(codec):
    flat = np.full((200, 300, 3), 77, np.uint8)
    data = codec.encode(flat, codec.setting.default).data
    assert len(data) < 150 and np.abs(codec.decode(data).astype(int) - 77).max() <= 1
    colour = synthetic(96, 96)
    grey = np.repeat(colour[:, :, :1], 3, axis=2)
    assert len(codec.encode(grey, 50).data) < 0.75 * len(codec.encode(colour, 50).data)


@each
def test_the_grid_is_a_curve(codec, small):
    files = [codec.encode(small, value).data for value in codec.setting.grid]
    sizes, quality = [len(f) for f in files], [psnr(small, codec, f) for f in files]
    assert sizes == sorted(sizes) and quality == sorted(quality)
    assert quality[-1] > quality[0] + 10


@each
def test_decoding_is_the_same_for_any_number_of_threads(codec, small):
    """The arithmetic is exact, so nothing that changes the order of sums changes a pixel."""

    data = codec.encode(small, 50).data
    code = (
        f"import sys, hashlib; from core.codecs.registry import get; d = sys.stdin.buffer.read();"
        f"print(hashlib.sha256(get('{codec.name}').decode(d).tobytes()).hexdigest())"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=data,
            cwd=ROOT,
            capture_output=True,
            check=True,
            env={"PATH": "", "OPENBLAS_NUM_THREADS": n, "OPENBLAS_CORETYPE": kind},
        ).stdout
        for n, kind in (("1", "Haswell"), ("2", "Prescott"))
    }
    assert len(answers) == 1


@each
def test_every_flipped_bit_and_every_truncation_is_refused(codec):
    data = codec.encode(synthetic(24, 24), codec.setting.low).data
    assert_damage_is_refused(codec.decode, data)


@each
@settings(max_examples=80, deadline=None)
@given(payload=st.binary(max_size=300), width=st.integers(1, 48), height=st.integers(1, 48))
def test_hostile_payloads_with_a_true_checksum_end_well(codec, payload, width, height):
    try:
        image = codec.decode(pack(Container(codec.name, 50, width, height, payload)))
    except BitstreamError:
        return
    assert image.shape == (height, width, 3) and image.dtype == np.uint8


@each
def test_a_huge_picture_from_no_payload_is_bounded(codec):
    tracemalloc.start()
    with contextlib.suppress(RDError):
        codec.decode(pack(Container(codec.name, 50, 1500, 1400, b"")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1500 * 1400 * 150


@pytest.mark.slow
@each
def test_kodak_decodes_to_the_same_bytes_in_another_process(codec, kodak, tmp_path):
    """With another number of threads the decoder gives the same array, bit for bit; both
    orientations are among the pictures.
    """
    here = {}
    for path in kodak[3::12]:
        data = codec.encode(load(path).image, 60).data
        (tmp_path / f"{path.stem}.rdx").write_bytes(data)
        here[path.stem] = hashlib.sha256(codec.decode(data).tobytes()).hexdigest()
    script = (
        "import hashlib, sys, pathlib\n"
        "from core.codecs.sniff import identify\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).glob('*.rdx')):\n"
        "    data = path.read_bytes()\n"
        "    print(path.stem, hashlib.sha256(identify(data)[0].decode(data).tobytes()).hexdigest())"
    )
    another = "2" if os.environ.get("OPENBLAS_NUM_THREADS") == "1" else "1"
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"), another
    )
    there = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | threads,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert len(here) == 2 and dict(line.split() for line in there.splitlines()) == here
