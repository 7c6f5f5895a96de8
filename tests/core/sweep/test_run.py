"""The sweep engine: the same figures here and on Dask, nothing measured twice, nothing lost when
processes die.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from core import images, results
from core.codecs import registry
from core.errors import DataError
from core.sweep import plan, pools, sources, task
from core.sweep import run as engine
from core.sweep.journal import Journal, entries
from tests.conftest import ROOT, synthetic

CODECS = {name: registry.get(name) for name in ("jpeg", "webp")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six small pictures; the last one is the first again under another name."""
    path = tmp_path / "pictures"
    path.mkdir()
    for i in range(6):
        (path / f"{i}.png").write_bytes(images.png(synthetic(64, 80, seed=i % 5)))
    return path


def sweep(
    folder: Path, journal: Journal, pool: pools.Pool, points: int = 3, **more
) -> tuple[engine.Outcome, engine.Progress]:
    items = sources.items([folder])
    progress = engine.Progress(plan.total(items, CODECS.values(), points))
    jobs = plan.measurements(items, list(CODECS.values()), points, ("psnr",))
    return engine.run(jobs, CODECS, journal, pool, progress, ("psnr",), **more), progress


def figures(outcome: engine.Outcome, journal: Journal) -> list[dict]:
    return [
        {k: v for k, v in record.items() if not k.endswith("_s")}
        for record in outcome.records(journal)
    ]


def test_dask_gives_the_figures_of_one_process(folder, tmp_path):
    with Journal(tmp_path / "here") as here, pools.pool(workers=0) as pool:
        expected = figures(sweep(folder, here, pool)[0], here)
    with Journal(tmp_path / "dask") as dask, pools.pool(workers=2) as pool:
        outcome, progress = sweep(folder, dask, pool)
        assert figures(outcome, dask) == expected
    assert outcome.complete and not outcome.failures
    assert progress.done == progress.total == len(expected) == 6 * 2 * 3
    assert {(r["image"], r["codec"], r["setting"]) for r in expected} == {
        (f"{i}.png", name, value)
        for i in range(6)
        for name, codec in CODECS.items()
        for value in plan.settings(codec, 3)
    }


@pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no such processes here"
)
def test_workers_are_forked_and_have_the_environment_of_now(monkeypatch):
    """From a process with one thread, which may have been started for an earlier pool."""
    for turn in ("first", "second"):
        monkeypatch.setenv("RDX_TURN", turn)
        with pools.pool(workers=2) as pool:
            parents = set(pool.client.run(os.getppid).values())
            assert set(pool.client.run(os.getenv, "RDX_TURN").values()) == {turn}
            assert set(pool.client.run(os.getenv, "OMP_NUM_THREADS").values()) == {"1"}
    (parent,) = map(psutil.Process, parents)
    assert "forkserver" in " ".join(parent.cmdline()) and parent.num_threads() == 1


def test_equal_pictures_are_measured_once(folder, tmp_path):
    with Journal(tmp_path / "j") as journal, pools.pool(workers=0) as pool:
        outcome, progress = sweep(folder, journal, pool)
        assert (progress.measured, progress.reused) == (30, 6)
        by_image = {
            name: [r["bytes"] for r in outcome.records(journal) if r["image"] == name]
            for name in ("0.png", "5.png")
        }
    assert by_image["0.png"] == by_image["5.png"] and len(by_image["5.png"]) == 6


def test_a_second_run_measures_nothing_again(folder, tmp_path, monkeypatch):
    with Journal(tmp_path / "j") as journal, pools.pool(workers=0) as pool:
        first = figures(sweep(folder, journal, pool)[0], journal)
    monkeypatch.setattr(task, "perform", lambda *_: pytest.fail("measured again"))
    with Journal(tmp_path / "j") as journal, pools.pool(workers=0) as pool:
        outcome, progress = sweep(folder, journal, pool)
        assert figures(outcome, journal) == first
    assert (progress.measured, progress.reused) == (0, 36)


def test_what_other_results_hold_is_not_measured_again(folder, tmp_path, monkeypatch):
    with Journal(tmp_path / "a") as journal, pools.pool(workers=0) as pool:
        known = {
            r["key"]: r
            for r in sweep(folder, journal, pool)[0].records(journal)
            if r["codec"] == "jpeg"
        }
    (folder / "0.png").rename(folder / "renamed.png")
    measured = []
    monkeypatch.setattr(
        task, "perform", lambda *a, real=task.perform: measured.append(a[2]) or real(*a)
    )
    with Journal(tmp_path / "b") as journal, pools.pool(workers=0) as pool:
        outcome, progress = sweep(folder, journal, pool, known=known)
        assert set(measured) == {"webp"} and len(list(outcome.records(journal))) == 36
        assert "0.png" not in {r["image"] for r in outcome.records(journal)}
    assert (progress.measured, progress.reused) == (15, 21)


def test_digits_go_through_codecs_of_one_channel(monkeypatch):
    """A codec of (28, 28, 1) pictures gets one channel of a grey picture and is measured like the
    others; colour is refused.
    """

    class Digits(type(registry.get("webp"))):
        info = replace(registry.get("webp").info, name="digits")

        def refusal(self, image):
            return None if image.shape == (28, 28, 1) else "Digits takes 28 × 28 grey."

        def _encode(self, image, value):
            return super()._encode(np.repeat(image, 3, -1), value)

        def decode(self, data):
            return super().decode(data)[..., :1]

    monkeypatch.setitem(registry.CODECS, "digits", Digits())
    grey = np.repeat(synthetic(28, 28)[..., :1], 3, -1)
    own, other = (
        task.perform(item, item.read().sha256, codec, None, 90, ("psnr",))
        for item in [sources.Item("d", data=images.png(grey))]
        for codec in ("digits", "webp")
    )
    assert own["width"] == own["height"] == 28 and own["bytes"] == other["bytes"]
    assert own["psnr"] == pytest.approx(other["psnr"], abs=0.5)
    colour = sources.Item("c", data=images.png(synthetic(28, 28)))
    assert (
        "grey" in task.perform(colour, colour.read().sha256, "digits", None, 90, ("psnr",))["error"]
    )


def test_another_option_or_version_is_another_measurement():
    codec = registry.get("jpeg")
    file = plan.file_key("0" * 64, codec, 50)
    names = {
        plan.key(file, ("psnr", "ssim")),
        plan.key(plan.file_key("1" * 64, codec, 50), ("psnr", "ssim")),
        plan.key(plan.file_key("0" * 64, codec, 51), ("psnr", "ssim")),
        plan.key(plan.file_key("0" * 64, registry.get("jpeg444"), 50), ("psnr", "ssim")),
        plan.key(file, ("psnr",)),
    }
    assert len(names) == 5 and plan.key(file, ("ssim", "psnr")) in names
    changed = type(
        "Other", (type(codec),), {"info": replace(codec.info, options={"libjpeg-turbo": "9"})}
    )()
    assert plan.key(plan.file_key("0" * 64, changed, 50), ("psnr", "ssim")) not in names


def test_cancelling_keeps_what_is_done(folder, tmp_path):
    with Journal(tmp_path / "j") as journal, pools.pool(workers=0) as pool:
        outcome, progress = sweep(folder, journal, pool, cancelled=lambda: len(journal) >= 7)
        assert not outcome.complete and len(journal) == 7 and progress.done == 7
        assert len(list(outcome.records(journal))) == 7
        outcome, progress = sweep(folder, journal, pool)
    assert outcome.complete and progress.measured == 30 - 7


def test_failures_are_recorded_and_not_fatal(folder, tmp_path):
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing else")
    (folder / "wide.png").write_bytes(
        images.png(np.zeros((2, 16400, 3), np.uint8))
    )  # more than WebP takes
    with Journal(tmp_path / "j") as journal, pools.pool(workers=0) as pool:
        outcome, progress = sweep(folder, journal, pool)
        assert outcome.complete and len(list(outcome.records(journal))) == 36 + 3
        assert any("failure" in entry for _, entry in entries(journal.path))
    assert {(f["image"], f["codec"]) for f in outcome.failures} == {
        ("broken.png", None),
        ("wide.png", "webp"),
    }
    assert progress.failed == 6 + 3 and progress.done == progress.total
    assert all(len(f["error"]) > 20 for f in outcome.failures)


@pytest.mark.slow
def test_a_killed_sweep_goes_on_where_it_was(folder, tmp_path):
    """kill -9 of the whole sweep, half a line at the journal's end; --resume repeats nothing that
    was written.
    """
    for i in range(6, 14):
        (folder / f"{i}.png").write_bytes(images.png(synthetic(64, 80, seed=i)))
    output = tmp_path / "out.json"
    journal = tmp_path / "out.json.journal"
    command = [
        sys.executable,
        "-m",
        "core",
        "sweep",
        str(folder),
        "-c",
        "jpeg,webp,avif",
        "-o",
        str(output),
        "--measures",
        "psnr",
        "--workers",
        "2",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while (
        not (journal.exists() and journal.read_bytes().count(b"\n") >= 45)
        and time.monotonic() < deadline
    ):
        assert process.poll() is None, "the sweep was over before it could be killed"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    written = {entry["key"] for _, entry in entries(journal) if "key" in entry}
    total = 14 * 3 * 15
    assert 40 <= len(written) < total * 0.9 and not output.exists()
    with open(journal, "ab") as file:
        file.write(b'{"key": "0000", "record": {"image": "torn')
    before = journal.stat().st_ino
    done = subprocess.run(
        [*command, "--resume"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found = results.read(output).records
    assert len(found) == total == len({(r["image"], r["codec"], r["setting"]) for r in found})
    measured = int(done.stderr.split("(")[-1].split(" measured")[0])
    assert measured == total - 45 - len(
        written
    )  # 45: the twin picture's, taken over within the run
    assert before and not journal.exists()


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing(folder, tmp_path):
    """A cluster of three workers on this machine, one killed mid-sweep with -9: all results are
    there, each once.
    """
    from distributed import LocalCluster

    for i in range(6, 16):
        (folder / f"{i}.png").write_bytes(images.png(synthetic(96, 96, seed=i)))
    with LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
    ) as cluster:
        victims = [worker.process.pid for worker in cluster.workers.values()]
        state = {"killed": False, "seen": 0}

        def kill_one(progress: engine.Progress) -> None:
            assert progress.done >= state["seen"]
            state["seen"] = progress.done
            if progress.measured > 20 and not state["killed"]:
                os.kill(victims[0], signal.SIGKILL)
                state["killed"] = True

        with (
            Journal(tmp_path / "j") as journal,
            pools.pool(address=cluster.scheduler_address) as pool,
        ):
            outcome, progress = sweep(folder, journal, pool, points=8, watch=kill_one)
            records = list(outcome.records(journal))
        lines = [entry["key"] for _, entry in entries(tmp_path / "j")]
    assert state["killed"] and outcome.complete and not outcome.failures
    assert len(records) == 16 * 2 * 8 == progress.done
    assert len(lines) == len(set(lines)) == 15 * 2 * 8 == progress.measured


@pytest.mark.slow
def test_no_scheduler_is_a_clear_error(monkeypatch):
    monkeypatch.setattr(pools, "CONNECT_S", 0.1)
    with (
        pytest.raises(DataError, match="No Dask scheduler"),
        pools.pool(address="tcp://127.0.0.1:9"),
    ):
        pass


def test_one_journal_has_one_writer(tmp_path):
    with Journal(tmp_path / "j"), pytest.raises(DataError, match="Another sweep"):
        Journal(tmp_path / "j")
    Journal(tmp_path / "j").__exit__()


def test_a_damaged_journal_is_refused(tmp_path):
    (tmp_path / "j").write_bytes(b"what is this\n")
    with pytest.raises(DataError, match="not the journal"):
        Journal(tmp_path / "j")


def test_the_journal_keeps_places_not_records(tmp_path):
    with Journal(tmp_path / "j") as journal:
        for i in range(300):
            journal.add(f"key{i}", {"image": "a", "n": i})
        journal.add("key7", {"image": "again"})
        assert len(journal) == 300 and journal.get("key7")["n"] == 7
        assert max(map(sys.getsizeof, journal._places.values())) < 50
    assert json.loads((tmp_path / "j").read_text().splitlines()[299])["record"]["n"] == 299
