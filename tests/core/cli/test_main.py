"""The command line as scripts use it: in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli.main import main
from tests.conftest import ROOT, synthetic


@dataclass
class Done:
    stdout: str
    stderr: str


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command line in this process; the exit status must be `code`."""

    def call(*words: str | Path, code: int = 0) -> Done:
        monkeypatch.setattr(sys, "argv", ["core", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        done = Done(*capsys.readouterr())
        assert (end.value.code or 0) == code, done.stderr
        return done

    return call


def test_it_runs_as_a_module_of_its_own():
    """In a process of its own: nothing else has been imported, and a refusal has no traceback."""
    words = [sys.executable, "-m", "core", "decode", "nix.jpg", "-o", "x.png"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: Cannot read nix.jpg") and "Traceback" not in done.stderr
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, core.cli.main; print('tensorflow' in sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert loaded.stdout.strip() == "False"


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    path = tmp_path_factory.mktemp("cli") / "picture.png"
    Image.fromarray(synthetic(170, 180)).save(path)
    return path


def test_codecs_lists_all(run):
    from core.codecs.registry import CODECS

    listed = json.loads(run("codecs", "--json").stdout)
    assert set(listed) == set(CODECS)
    assert (
        listed["jpeg"]["setting"]["high"] == 100
        and listed["jpeg"]["options"]["subsampling"] == "4:2:0"
    )
    assert "JPEG 2000" in run("codecs").stdout


def test_encode_decode_measure(run, picture, tmp_path):
    file, out = tmp_path / "a.webp", tmp_path / "a.png"
    told = json.loads(
        run("encode", picture, "-c", "webp", "--bpp", "1.5", "-o", file, "--json").stdout
    )
    assert {"codec", "setting", "bytes", "bpp", "psnr", "ms_ssim", "encode_s"} <= set(told)
    assert told["bytes"] == file.stat().st_size <= 1.5 * 170 * 180 / 8
    decoded = json.loads(run("decode", file, "-o", out, "--json").stdout)
    assert (decoded["codec"], decoded["width"], decoded["height"]) == ("webp", 180, 170)
    measured = json.loads(run("measure", picture, out, "--json").stdout)
    assert measured["psnr"] == pytest.approx(told["psnr"], abs=1e-9)
    a, b = (np.asarray(Image.open(p), float) for p in (picture, out))
    assert measured["mse"] == pytest.approx(np.mean((a - b) ** 2), rel=1e-9)


def test_targets(run, picture, tmp_path):
    file = tmp_path / "a.jpg"
    told = json.loads(
        run("encode", picture, "-c", "jpeg", "--psnr", "33", "-o", file, "--json").stdout
    )
    assert told["psnr"] >= 33
    told = json.loads(
        run("encode", picture, "-c", "jpeg", "--bytes", "4000", "-o", file, "--json").stdout
    )
    assert told["bytes"] == file.stat().st_size <= 4000
    told = json.loads(run("encode", picture, "-c", "jpeg", "-s", "42", "-o", file, "--json").stdout)
    assert told["setting"] == 42


def test_bad_input_is_one_sentence_and_exit_2(run, picture, tmp_path):
    out = tmp_path / "x"
    noise = tmp_path / "noise.rdx"
    noise.write_bytes(b"RDX1 this is not a file")
    for words, said in [
        (("encode", tmp_path / "nix.png", "-c", "jpeg", "-o", out), "Cannot read"),
        (("encode", noise, "-c", "jpeg", "-o", out), "not a picture"),
        (("encode", picture, "-c", "jpg", "-o", out), "no codec 'jpg'"),
        (("encode", picture, "-c", "jpeg", "-s", "700", "-o", out), "between 1 and 100"),
        (("encode", picture, "-c", "jpeg", "-s", "70", "--bpp", "1", "-o", out), "Give one of"),
        (("encode", picture, "-c", "jpeg", "--bytes", "20", "-o", out), "cannot meet"),
        (("encode", picture, "-c", "jpeg", "-o", tmp_path / "no" / "folder.jpg"), "Cannot write"),
        (("decode", noise, "-o", out), "checksum"),
        (("decode", picture, "-o", out), "no file of a codec here"),
        (("measure", picture, noise), "damaged"),
    ]:
        done = run(*words, code=2)
        assert said in done.stderr and done.stdout == ""
    assert not out.exists()
