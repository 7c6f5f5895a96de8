"""What README and docs show is true: the worked example of a codec runs, the commands and files
they name exist.
"""

import re
import subprocess
import sys

import numpy as np
import pytest

from core.errors import BitstreamError
from tests.conftest import ROOT, synthetic

DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md"]
DOCS += sorted((ROOT / "docs").glob("*.md"))
CODECS_PAGE = (ROOT / "docs" / "codecs.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n# (\S+)\n(.*?)```", CODECS_PAGE, re.S)


@pytest.fixture(scope="module")
def codec():
    (source,) = (text for name, text in BLOCKS if name.endswith("decimate.py"))
    space: dict = {}
    exec(compile(source, "codecs.md", "exec"), space)
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


@pytest.fixture(scope="module")
def shown() -> str:
    """What the program says of its commands."""
    command = [sys.executable, "-m", "core", "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_what_it_names_exists(page, shown):
    text = page.read_text("utf-8")
    named = set(re.findall(r"(?:python -m core|rd-explorer) ([a-z]+)", text))
    assert all(re.search(rf"\b{name}\b", shown) for name in named)
    targets = set(re.findall(r"^make (\w+)|`make (\w+)`", text, re.M))
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{a or b}:", makefile, re.M) for a, b in targets)
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link
    for path in re.findall(
        r"`((?:core|dashboard|pages|tests|docs|examples|tools)/[\w./-]+)`", text
    ):
        assert (ROOT / path).exists() or path == "core/codecs/decimate.py", path


def test_the_readme_shows_commands():
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 120
    assert len(set(re.findall(r"rd-explorer (\w+)", text))) >= 5
    assert re.search(r"^make run", text, re.M) and re.search(r"^make test", text, re.M)


def test_the_shown_reader_of_rdx_files_reads_ours():
    from core.coding.container import CODEC_IDS, unpack

    page = (ROOT / "docs" / "format-rdx.md").read_text("utf-8")
    space: dict = {}
    exec(re.search(r"```python\n(.*?)```", page, re.S)[1], space)
    files = sorted((ROOT / "tests" / "golden").glob("*.rdx"))
    assert files
    for path in files:
        data = path.read_bytes()
        whole = unpack(data)
        assert space["read"](data) == (
            CODEC_IDS[whole.codec],
            whole.setting,
            whole.width,
            whole.height,
            whole.fingerprint,
            whole.payload,
        )
    for name, number in CODEC_IDS.items():
        assert re.search(rf"^\| {number} \| `{name}`", page, re.M), name


def test_the_architecture_names_every_folder():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    folders = {path.parent for top in ("core", "dashboard") for path in (ROOT / top).rglob("*.py")}
    assert len(folders) > 20
    for folder in folders:
        assert re.search(rf"\b{folder.name}/", text), folder
    for top in ("pages", "models", "tests", "docs", "examples", "tools", ".ci"):
        assert (ROOT / top).is_dir() and f"{top}/" in text
    for folder in (ROOT / "tests").iterdir():
        if folder.is_dir() and folder.name != "__pycache__":
            assert f"{folder.name}/" in text, folder
    shown = re.search(r"```\n(.*?)```", text, re.S)[1]
    assert len(shown.splitlines()) < 45
