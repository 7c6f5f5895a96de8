"""`decide` and `encode FOLDER` as scripts use them, and killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from core import images
from core.cli.main import main
from core.codecs import command_codec, external, registry
from core.codecs.registry import get
from core.compute import limits
from core.metrics import measure
from tests.conftest import ROOT, synthetic


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command line in this process; the exit status must be `code`."""

    def call(*words: str | Path, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["core", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        done = capsys.readouterr()
        assert (end.value.code or 0) == code, done.err
        return done.out, done.err

    return call


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    found = tmp_path_factory.mktemp("pictures")
    for i in range(7):
        (found / f"p{i}.png").write_bytes(images.png(synthetic(64, 56 + 8 * i, seed=i)))
    return found


def test_a_decision_and_the_files_that_follow_from_it(run, folder, tmp_path):
    path, out = tmp_path / "d.json", tmp_path / "out"
    words = ("-c", "jpeg,webp", "--quality", "psnr", "31", "--workers", "0")
    said, heard = run("decide", folder, "-o", path, *words, "--sample", "5", "--json")
    told = json.loads(said)
    assert heard.startswith("5 pictures × 2 codecs: about 60 files, in about 0:0")
    assert (told["pictures"], told["of"]) == (5, 7)
    assert set(told["codecs"]) == {"jpeg", "webp"} and told["sentence"]
    assert not path.with_name("d.json.journal").exists()

    words = ("-c", "webp,jpeg", "--one-setting", "--markup", "--zip", "--workers", "0")
    said, _ = run("encode", folder, "-o", out, "--decision", path, *words, "--json")
    told = json.loads(said)
    assert told["complete"] and told["webp_files"] == told["jpeg_files"] == 7
    manifest = json.loads((out / "manifest.json").read_text())
    for record in manifest["files"]:
        original = images.load(folder / record["image"]).image
        decoded = get(record["codec"]).decode((out / record["file"]).read_bytes())
        assert record["measures"]["psnr"] == measure(original, decoded, ("psnr",))["psnr"]
    for codec in ("webp", "jpeg"):
        reached = [r["measures"]["psnr"] >= 31 for r in manifest["files"] if r["codec"] == codec]
        assert sum(reached) >= 0.95 * 7
    assert (out / "pictures.html").read_text().count("<picture>") == 7
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert len(archive.namelist()) == 14 + 3

    assert "holds an export already" in run("encode", folder, "-o", out, *words, code=2)[1]
    again, _ = run("encode", folder, "-o", out, *words, "--resume", "--json")
    assert json.loads(again)["complete"]


def test_a_folder_is_encoded_at_a_setting_or_a_quality(run, folder, tmp_path):
    run("encode", folder, "-c", "jpeg", "-s", "50", "-o", tmp_path / "a", "--workers", "0")
    files = json.loads((tmp_path / "a" / "manifest.json").read_text())["files"]
    assert {record["setting"] for record in files} == {50.0}
    words = ("-c", "jpeg", "--ssimulacra2", "10", "--tuned-for", "psnr", "--workers", "0")
    run("encode", folder, *words, "-o", tmp_path / "b")
    files = json.loads((tmp_path / "b" / "manifest.json").read_text())["files"]
    assert all(record["measures"]["ssimulacra2"] >= 10 for record in files)
    assert {record["codec"] for record in files} <= {"jpeg-psnr", "jpeg"}


def test_what_cannot_be_done_is_a_sentence(run, folder, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "p0.jpg").write_bytes(b"somebody's")
    for words, said in (
        (("encode", folder, "-c", "jpeg", "-o", tmp_path / "out"), "is there already"),
        (("encode", folder, "-c", "jpeg", "--bpp", "1", "-o", tmp_path / "x"), "not at a size"),
        (("encode", folder, "-c", "nix", "-o", tmp_path / "x"), "no codec 'nix'"),
        (("decide", folder, "-o", tmp_path / "no" / "d.json"), "no folder"),
        (("decide", folder, "-o", tmp_path / "d.json", "-c", "nix"), "no codec 'nix'"),
        (("decide", folder, "-o", tmp_path / "d.json", "--quality", "mse", "1"), "no target"),
    ):
        error = run(*words, "--workers", "0", code=2)[1]
        assert said in error and error.count("\n") == 1
    assert (tmp_path / "out" / "p0.jpg").read_bytes() == b"somebody's"


def test_a_dask_cluster_gives_the_same_decision_and_files(run, folder, tmp_path):
    """The cluster's workers get pictures as bytes; that they share our disk is not made use of."""
    from distributed import LocalCluster

    words = ("-c", "jpeg,webp", "--quality", "psnr", "31", "--sample", "3")
    encode = ("encode", folder, "-c", "webp", "--quality", "psnr", "31")
    run("decide", folder, *words, "-o", tmp_path / "here.json", "--workers", "0")
    run(*encode, "-o", tmp_path / "here", "--workers", "0")
    with LocalCluster(
        n_workers=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0"
    ) as cluster:
        dask = ("--dask", cluster.scheduler_address)
        run("decide", folder, *words, "-o", tmp_path / "there.json", *dask)
        run(*encode, "-o", tmp_path / "there", *dask)
        assert "measure" in cluster.scheduler.task_prefixes
    here, there = (json.loads((tmp_path / f"{n}.json").read_text()) for n in ("here", "there"))
    assert here["common"] == there["common"]
    for one, other in zip(here["records"], there["records"], strict=True):
        # The first three figures of a probe are its setting, bytes and quality, then come times.
        assert [p[:3] for p in one["probes"]] == [p[:3] for p in other["probes"]]
    files = [p.relative_to(tmp_path / "here") for p in (tmp_path / "here").glob("*.webp")]
    assert len(files) == 7
    for name in files:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


@pytest.mark.slow
def test_an_export_survives_being_killed(folder, tmp_path):
    many, out = tmp_path / "many", tmp_path / "out"
    many.mkdir()
    for i in range(60):
        shutil.copy(folder / f"p{i % 7}.png", many / f"{i:02}.png")
    words = [sys.executable, "-m", "core", "encode", str(many), "-c", "webp", "--ssimulacra2", "5"]
    words += ["-o", str(out), "--workers", "1", "--resume"]
    process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)
    while len(list(out.glob("*.webp"))) < 10:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    early = {p: p.stat().st_mtime_ns for p in out.glob("*.webp")}
    assert 10 <= len(early) < 60
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    files = json.loads((out / "manifest.json").read_text())["files"]
    assert len(files) == 60 and all(record["reached"] for record in files)
    kept = sum(p.stat().st_mtime_ns == stamp for p, stamp in early.items())
    assert kept >= len(early) - 1  # the last one may not have been in the journal yet
    assert not list(out.glob("*.part"))


SLEEPER = """
title = "Sleeper"
suffix = ".zzz"
encode = ["sh", "-c", "sleep 6", "{input}", "{output}", "{setting}"]
decode = ["false", "{input}", "{output}"]
[setting]
name = "quality"
low = 1
high = 100
default = 75
grid = [10, 90]
"""


@pytest.fixture
def sleeper(tmp_path, monkeypatch) -> None:
    """A codec that hangs, known here and to the workers; a file may take two seconds."""
    (tmp_path / "codecs").mkdir()
    (tmp_path / "codecs" / "sleeper.toml").write_text(SLEEPER)
    monkeypatch.setenv(external.FOLDERS, str(tmp_path / "codecs"))
    monkeypatch.setitem(registry.CODECS, "sleeper", command_codec.parse("sleeper", SLEEPER))
    monkeypatch.setattr(limits, "UNIT_S", 2.0)


@pytest.mark.slow
def test_a_codec_that_hangs_is_stopped_and_the_others_go_on(run, folder, tmp_path, sleeper):
    one = tmp_path / "one"
    one.mkdir()
    shutil.copy(folder / "p0.png", one)
    words = ("-c", "sleeper,jpeg", "--quality", "psnr", "31", "--workers", "1", "--json")
    said, _ = run("decide", one, "-o", tmp_path / "d.json", *words)
    told = json.loads(said)
    assert list(told["codecs"]) == ["jpeg"]
    assert any("Sleeper is left out" in r and "more than 2 s" in r for r in told["reasons"])

    words = ("-c", "sleeper,jpeg", "--workers", "1")
    run("encode", one, *words, "-o", tmp_path / "out", "-s", "50")
    files = json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]
    errors = {record["codec"]: record["error"] for record in files}
    assert errors == {"sleeper": "This took more than 2 s and was stopped.", "jpeg": ""}
