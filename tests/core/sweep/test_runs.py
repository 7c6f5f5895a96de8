"""Stored sweeps: started in the background, watched, stopped, resumed, named, brought
in, deleted.
"""

import json
import time

import pytest

from core import images, jobs, metrics, results
from core.codecs import registry
from core.errors import DataError
from core.results.curves import complete_images
from core.sweep import estimate, plan, runs, sources
from core.sweep.journal import Journal, Watcher
from tests.conftest import synthetic


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "pictures"
    path.mkdir()
    for i in range(30):
        (path / f"{i:02d}.png").write_bytes(images.png(synthetic(64, 64, seed=i)))
    return path


def _mine() -> list[runs.Run]:
    return [run for run in runs.runs() if run.job]


def _wait(condition, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_sweep_in_the_background_is_watched_stopped_and_resumed(folder):
    job = runs.start("mine", [str(folder)], ["jpeg", "avif"], 6, ("psnr",), workers=1)
    watcher = runs.watcher(_mine()[0])
    _wait(lambda: len(watcher.look().records) >= 20)
    assert watcher.look().header["codecs"]["avif"]["title"] == "AVIF" and _mine()[0].running
    with pytest.raises(DataError, match="running"):
        runs.remove(_mine()[0])
    jobs.cancel(job)
    _wait(lambda: job.state() != "running")
    kept = len(watcher.look().records)
    assert job.state() == "cancelled" and 20 <= kept < 360 and not _mine()[0].path.exists(), (
        job.log()
    )
    jobs.resume(job)
    _wait(lambda: job.state() != "running")
    assert job.state() == "done", job.log()
    found = runs.load(_mine()[0])
    assert len(found.records) == 30 * 2 * 6 and not found.failures()
    last = job.progress()[-1]
    assert (
        last["event"] == "done" and last["done"] == last["total"] == 360 and last["reused"] == kept
    )
    assert runs.picture(_mine()[0], "07.png").sha256 == images.load(folder / "07.png").sha256
    with pytest.raises(DataError, match="not on this machine"):
        runs.picture(_mine()[0], "none.png")


def test_results_are_brought_in_named_and_deleted():
    record = {
        "image": "a",
        "codec": "jpeg",
        "setting": 5.0,
        "width": 8,
        "height": 8,
        "bytes": 9,
        "bpp": 1.1,
        "mse": 2.0,
    }
    runs.add("theirs.json", json.dumps({"header": {}, "records": [record]}).encode())
    run = _mine()[0]
    assert (run.name, run.state, run.running) == ("theirs.json", "done", False)
    assert runs.load(run).records == [record]
    runs.rename(run, "  yesterday ")
    assert _mine()[0].name == "yesterday" and _mine()[0].stamp == run.stamp
    with pytest.raises(DataError, match="name"):
        runs.rename(run, " ")
    runs.remove(run)
    assert not _mine()
    for bad in (b"{}", b'{"header": {}, "records": []}'):
        with pytest.raises(DataError):
            runs.add("bad.json", bad)
    assert not _mine()


def test_the_shipped_run_is_there_and_stays():
    run = runs.runs()[-1]
    found = runs.load(run)
    assert (
        run.job is None
        and {"jpeg", "jpeg2000", "webp", "avif"} <= set(found.codecs())
        and not found.failures()
    )
    assert (
        len(found.images())
        == found.header["images"]
        == len(complete_images(found, found.codecs()))
        >= 10
    )
    for action in (lambda: runs.remove(run), lambda: runs.rename(run, "x")):
        with pytest.raises(DataError, match="shipped"):
            action()


def test_a_watcher_reads_only_whole_lines_and_sees_a_new_file(tmp_path):
    path = tmp_path / "j"
    watcher = Watcher(path)
    assert watcher.look().records == []
    with Journal(path) as journal:
        journal.begin({"codecs": {}})
        journal.add("a", {"n": 1})
        first = watcher.look()
        assert watcher.look() is first and first.records == [{"n": 1}]
        with open(path, "ab") as file:
            file.write(b'{"key": "b", "rec')
        assert watcher.look().records == [{"n": 1}]
    with Journal(path) as journal:
        journal.add("b", {"n": 2})
        journal.fail({"image": "x", "error": "y"})
    assert [r["n"] for r in watcher.look().records] == [1, 2] and len(
        watcher.look().header["failures"]
    ) == 1
    path.unlink()
    with Journal(path) as journal:
        journal.add("c", {"n": 3})
    assert [r["n"] for r in watcher.look().records] == [3]


def test_estimates_follow_the_work(folder):
    items = sources.items([folder])
    assert estimate.megapixels(items) == pytest.approx(30 * 64 * 64 / 1e6)
    known = {"jpeg": 0.5, "webp": 1.0}
    quick = sum(metrics.MEASURES[name].cost for name in ("psnr", "mae"))
    everything = sum(measure.cost for measure in metrics.MEASURES.values())
    one = estimate.seconds(["jpeg"], 4, 10, ("psnr", "mae"), 1, known) - estimate.START_S
    assert one == pytest.approx(4 * 10 * (0.5 + quick))
    two = estimate.seconds(["jpeg", "webp"], 4, 10, metrics.NAMES, 2, known) - estimate.START_S
    assert two == pytest.approx(4 * 10 * (1.5 + 2 * everything) / 2)
    assert 0 < estimate.trial("jpeg") < 60
    records = [
        {"codec": "a", "width": 1000, "height": 500, "encode_s": s, "decode_s": 0.1}
        for s in (0.1, 0.4, 0.9)
    ]
    assert estimate.speeds(records) == {"a": pytest.approx(1.0)}


def test_settings_are_spread_over_the_grid():
    codec = registry.get("jpeg")
    grid = codec.setting.grid
    for points in range(1, 16):
        chosen = plan.settings(codec, points)
        assert (
            len(chosen) == len(set(chosen)) == points
            and set(chosen) <= set(grid)
            and list(chosen) == sorted(chosen)
        )
        assert points == 1 or (chosen[0], chosen[-1]) == (grid[0], grid[-1])
    assert plan.settings(codec) == plan.settings(codec, 99) == grid


def test_headers_say_what_was_measured(folder, tmp_path):
    head = results.header([registry.get("avif")], sources=["x"])
    assert (
        head["machine"]["cores"]
        and head["codecs"]["avif"]["options"]["threads"] == "1"
        and head["sources"] == ["x"]
    )
