"""The README's worked example of a codec, run as it stands there."""

import re
import subprocess
import sys

import numpy as np
import pytest

from core.errors import BitstreamError
from tests.conftest import ROOT, synthetic

BLOCKS = re.findall(r"```python\n# (\S+)\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)


@pytest.fixture(scope="module")
def codec():
    (source,) = (text for name, text in BLOCKS if name.endswith("decimate.py"))
    space: dict = {}
    exec(compile(source, "README.md", "exec"), space)
    return space["Decimate"]()


def test_the_example_is_a_codec(codec):
    image = synthetic(37, 50)
    for value in codec.setting.grid:
        assert codec.decode(codec.encode(image, value).data).shape == image.shape
    assert np.array_equal(codec.decode(codec.encode(image, 1).data), image)
    for damaged in (b"", b"abc", codec.encode(image, 4).data[:-9]):
        with pytest.raises(BitstreamError):
            codec.decode(damaged)


def test_one_line_registers_it(codec, monkeypatch):
    from core.codecs.registry import CODECS
    from core.rd.match import match_bytes

    monkeypatch.setitem(CODECS, codec.name, codec)
    found = match_bytes(CODECS["decimate"], synthetic(64, 64), 3000, ("psnr",))
    assert found.met and found.measured.point.bytes <= 3000
    line = next(text for name, text in BLOCKS if name.endswith("registry.py"))
    assert "Decimate()," in line and "from core.codecs.decimate import Decimate" in line


def test_the_commands_that_the_readme_names_exist():
    text = (ROOT / "README.md").read_text("utf-8")
    named = set(re.findall(r"python -m core (\w+)", text))
    shown = subprocess.run(
        [sys.executable, "-m", "core", "--help"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert named and all(re.search(rf"\b{name}\b", shown) for name in named)
    assert all(
        target in (ROOT / "Makefile").read_text()
        for target in re.findall(r"^make (\w+)", text, re.M)
    )
