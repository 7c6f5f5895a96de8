"""Codecs from outside: as two commands in a TOML file, and as a class of an installed package."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core import images, results
from core.codecs import command_codec, external
from core.codecs.base import Codec
from core.codecs.classical import standard
from core.errors import BitstreamError, ImageError, SettingError
from tests.conftest import ROOT, synthetic

EXAMPLE = ROOT / "examples" / "cjpeg-progressive.toml"
SETTING = "[setting]\nlow = 1\nhigh = 9\ndefault = 5\ngrid = [2, 5, 8]\n"

# A codec in Python: drops the low bits, deflates; with faults on demand.
PROGRAM = r"""
import sys, zlib, time, os, subprocess
mode, source, target = sys.argv[1:4]
data = open(source, "rb").read()
if mode == "encode":
    bits = int(float(sys.argv[4]))
    at = data.index(b"\n255\n") + 5
    head, pixels = data[:at], data[at:]
    kept = bytes(b & (0xff << (8 - bits)) & 0xff for b in pixels)
    open(target, "wb").write(zlib.compress(head + kept))
elif mode == "decode":
    open(target, "wb").write(zlib.decompress(data))
elif mode == "hang":
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    open(os.environ["PATH"].split(os.pathsep)[0] + "/pid", "w").write(str(child.pid))
    time.sleep(600)
elif mode == "flood":
    with open(target, "wb") as out:
        while True:
            out.write(bytes(1 << 16))
elif mode == "fail":
    print("first line"); sys.exit("no such profile")
elif mode == "nothing":
    pass
elif mode == "environment":
    open(target, "w").write(repr(sorted(os.environ)) + os.getcwd())
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


def spec(program: Path, encode: str = "encode", decode: str = "decode", more: str = "") -> str:
    def words(mode: str, *rest: str) -> str:
        return repr([sys.executable, str(program), mode, "{input}", "{output}", *rest])

    return (
        f'title = "Own"\nsuffix = ".own"\n'
        f"encode = {words(encode, '{setting}')}\ndecode = {words(decode)}\n"
        f'input = "ppm"\noutput = "ppm"\n{more}\n{SETTING}'
    )


def test_two_commands_are_a_codec(program):
    codec = command_codec.parse("own", spec(program))
    image = synthetic(40, 50)
    sizes = [len(codec.encode(image, value).data) for value in codec.setting.grid]
    assert sizes == sorted(sizes) and codec.info.family == "external" and codec.info.title == "Own"
    assert (codec.decode(codec.encode(image, 8).data) == image).all()
    assert (codec.decode(codec.encode(image, 2).data) == image & 0xC0).all()


@pytest.mark.parametrize(
    "mode, word",
    [("fail", "no such profile"), ("nothing", "wrote no output"), ("flood", "more than 300,000")],
)
def test_faults_of_the_command_are_clear_errors(mode, word, program):
    codec = command_codec.parse(
        "own", spec(program, encode=mode, decode=mode, more="max_bytes = 300_000")
    )
    with pytest.raises(ImageError, match=word):
        codec.encode(synthetic(8, 8), 5)
    with pytest.raises(BitstreamError, match=word):
        codec.decode(b"data")


def test_a_command_that_hangs_is_stopped_with_its_children(program, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    codec = command_codec.parse("own", spec(program, encode="hang", more="timeout_s = 1.5"))
    start = time.monotonic()
    with pytest.raises(ImageError, match=r"more than 1\.5 s"):
        codec.encode(synthetic(8, 8), 5)
    assert time.monotonic() - start < 30
    child = Path("/proc", (tmp_path / "pid").read_text(), "stat")
    for _ in range(50):
        if not child.exists() or ") Z" in child.read_text():
            break
        time.sleep(0.1)
    else:
        pytest.fail("the child process still runs")


def test_commands_see_no_shell_and_few_variables(program, monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_TOKEN", "x")
    own = command_codec.parse("own", spec(program, encode="environment"))
    seen = own.encode(synthetic(8, 8), 5).data.decode()
    assert "SECRET_TOKEN" not in seen and "PATH" in seen and "rdx-codec-" in seen
    literal = spec(program).replace(
        "'{setting}'", f"'{{setting}}', '; touch {tmp_path}/was-here $(id)'"
    )
    assert command_codec.parse("own2", literal).encode(synthetic(8, 8), 5).data
    assert not (tmp_path / "was-here").exists()


def test_a_program_that_is_not_there_is_named():
    commands = (
        'encode = ["no-such-program", "{input}", "{output}", "{setting}"]\n'
        'decode = ["x", "{input}", "{output}"]\n'
    )
    with pytest.raises(ImageError, match=r"no-such-program cannot be started .* is it installed"):
        command_codec.parse("own", commands + SETTING).encode(synthetic(8, 8), 5)


@pytest.mark.parametrize(
    "change, word",
    [
        ("= = =", "not TOML"),
        ("speed = 3\n", "unknown speed"),
        ('output = "tiff"\n', "not TOML|must be one of"),
    ],
)
def test_a_bad_description_says_what_is_wrong(change, word, program):
    with pytest.raises(SettingError, match=word):
        command_codec.parse("own", change + spec(program))


@pytest.mark.parametrize(
    "old, new, word",
    [
        ("{setting}", "5", "does not mention {setting}"),
        ("encode = [", "encode = [3, ", "list of words"),
        ("grid = [2, 5, 8]", "grid = []", "empty"),
        ("grid = [2, 5, 8]", "grid = [2, 50]", "between 1 and 9"),
        ("low = 1\n", "", "needs low, high"),
        ('output = "ppm"', 'output = "gif"', "must be one of"),
    ],
)
def test_each_entry_is_checked(old, new, word, program):
    text = spec(program)
    assert old in text
    with pytest.raises(SettingError, match=word):
        command_codec.parse("own", text.replace(old, new))


def test_names_are_checked(program):
    for name in ("", "../x", "A b", "x" * 40):
        with pytest.raises(SettingError, match="cannot name a codec"):
            command_codec.parse(name, spec(program))
    with pytest.raises(SettingError, match=r"NAME=FILE\.toml"):
        command_codec.load("only-a-name")
    with pytest.raises(SettingError, match="Cannot read"):
        command_codec.load("own=/no/such/file.toml")


def test_installed_codecs_come_from_folders_and_packages(program, tmp_path, monkeypatch):
    """A folder with a good and a bad file, and a package with entry points: the bad harm nobody."""
    folder = tmp_path / "codecs"
    folder.mkdir()
    (folder / "good.toml").write_text(spec(program))
    (folder / "bad.toml").write_text("title = 3")
    package = tmp_path / "site"
    (package / "theirs-1.0.dist-info").mkdir(parents=True)
    (package / "theirs-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n"
    )
    (package / "theirs-1.0.dist-info" / "entry_points.txt").write_text(
        f"[{external.GROUP}]\nfancy = theirs_codec:Fancy\n"
        "broken = theirs_codec:missing\nother = theirs_codec:NUMBER\n"
    )
    (package / "theirs_codec.py").write_text(
        "from dataclasses import replace\n"
        "from core.codecs.classical.standard import WebP\n"
        "NUMBER = 3\n"
        "class Fancy(WebP):\n    info = replace(WebP.info, name='fancy', title='Fancy')\n"
    )
    monkeypatch.syspath_prepend(package)
    monkeypatch.setenv(external.FOLDERS, str(folder))
    codecs, problems = external.installed()
    assert set(codecs) == {"good", "fancy"} and all(isinstance(c, Codec) for c in codecs.values())
    assert isinstance(codecs["fancy"], standard.WebP)
    assert (
        len(problems) == 3
        and any("bad.toml" in p for p in problems)
        and any("NUMBER" in p for p in problems)
    )


needs_cjpeg = pytest.mark.skipif(
    not (shutil.which("cjpeg") and shutil.which("djpeg")),
    reason="no cjpeg and djpeg on this machine: apt-get install libjpeg-turbo-progs",
)


@needs_cjpeg
def test_the_worked_example_is_a_jpeg_codec(small):
    codec = command_codec.load(f"cjpeg={EXAMPLE}")
    data = codec.encode(small, 80).data
    assert data[:2] == b"\xff\xd8" and "libjpeg" in codec.info.options["version"]
    decoded = codec.decode(data)
    assert decoded.shape == small.shape and np.mean((decoded.astype(float) - small) ** 2) < 100
    with pytest.raises(BitstreamError, match="did not decode"):
        codec.decode(b"no JPEG")


@pytest.mark.slow
@needs_cjpeg
def test_the_worked_example_takes_part_in_a_sweep(small, tmp_path):
    """The README's command, on Dask: both codecs are measured, and BD-rate is defined."""
    (tmp_path / "cat.png").write_bytes(images.png(small))
    output = tmp_path / "r.json"
    command = [
        sys.executable,
        "-m",
        "core",
        "sweep",
        str(tmp_path / "cat.png"),
        "-c",
        "jpeg,cjpeg",
        "--codec-cmd",
        f"cjpeg={EXAMPLE}",
        "-o",
        str(output),
        "--no-ssim",
        "--workers",
        "1",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = results.read(output)
    assert [len(found.table[c]["cat.png"]) for c in ("jpeg", "cjpeg")] == [
        15,
        8,
    ] and not found.failures()
    assert found.header["codecs"]["cjpeg"]["family"] == "external"
    bd = subprocess.run(
        [sys.executable, "-m", "core", "bdrate", str(output), "--anchor", "jpeg", "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert bd.returncode == 0, bd.stderr
    assert (
        -20 < json.loads(bd.stdout)["cjpeg"] < 30
    )  # the same transform; progressive scans cost more on a small picture


def test_the_version_is_asked_for_only_when_somebody_looks(program, tmp_path):
    """Reading a description runs no program; the first look at the codec's facts runs one, once."""
    mark = tmp_path / "runs"
    script = f"open({str(mark)!r}, 'a').write('x'); print('fancy 1.2')"
    version = f"version = {[sys.executable, '-c', script]!r}"
    codec = command_codec.parse("own", spec(program, more=version))
    assert codec.name == "own" and not mark.exists()
    assert codec.info.options["version"] == codec.info.options["version"] == "fancy 1.2"
    assert mark.read_text() == "x"
