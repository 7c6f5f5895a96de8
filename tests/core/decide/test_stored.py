"""Decisions as jobs: whose they are, how many run, and when they go."""

import json
import os
import time

import pytest

from core import images, jobs
from core.compute import limits
from core.compute.cluster import ADDRESS
from core.decide import question, stored
from core.errors import DataError
from core.export import stored as exports
from tests.conftest import synthetic


def _ended(created: float, size: int = 10) -> jobs.Job:
    folder = stored.new_folder()
    (folder / "exit").write_text("0")
    (folder / "data").write_bytes(b"x" * size)
    facts = {"kind": stored.KIND, "title": "t", "args": ["decide", "x"], "created": created}
    (folder / "job.json").write_text(json.dumps(facts))
    return stored.find(folder.name)


def test_names_cannot_be_guessed():
    names = {stored.new_folder().name for _ in range(20)}
    assert len(names) == 20 and all(len(name) > 40 for name in names)
    assert stored.find("../../etc") is None


def test_old_ones_go_and_the_oldest_where_room_is_short(monkeypatch):
    now = time.time()
    old = _ended(now - limits.DECISIONS_KEPT_S - 5)
    first, second, third = (_ended(now - age, 1000) for age in (30, 20, 10))
    abandoned, fresh = stored.new_folder(), stored.new_folder()
    os.utime(abandoned, (now - stored.ABANDONED_S - 5,) * 2)
    other = jobs.new_folder("sweep-of-somebody")
    monkeypatch.setattr(limits, "DECISIONS_BYTES", 2500)
    stored.tidy()
    there = [job.folder.exists() for job in (old, first, second, third)]
    assert there == [False, False, True, True]
    assert (abandoned.exists(), fresh.exists(), other.exists()) == (False, True, True)


def test_so_many_run_at_a_time(monkeypatch):
    monkeypatch.setattr(limits, "DECISIONS_RUNNING", 0)
    asked = question.ask("psnr", 30, ["jpeg"])
    with pytest.raises(DataError, match="run on this server already"):
        stored.start("t", "x", asked, None, stored.new_folder())


def _ended_well(job: jobs.Job) -> None:
    end = time.monotonic() + 200
    while job.state() == "running":
        assert time.monotonic() < end
        time.sleep(0.1)
    assert job.state() == "done", job.log()


@pytest.mark.slow
def test_jobs_go_to_the_cluster_that_the_server_names(monkeypatch):
    from distributed import LocalCluster

    folder = stored.new_folder()
    (folder / stored.IMAGES).mkdir()
    for i in range(3):
        (folder / stored.IMAGES / f"{i}.png").write_bytes(images.png(synthetic(48, 64, seed=i)))
    asked = question.ask("psnr", 31.0, ["jpeg"])
    with LocalCluster(
        n_workers=1, processes=False, protocol="tcp", dashboard_address="127.0.0.1:0"
    ) as cluster:
        monkeypatch.setenv(ADDRESS, cluster.scheduler_address)
        job = stored.start("t", str(folder / stored.IMAGES), asked, None, folder)
        _ended_well(job)
        done = cluster.scheduler.task_prefixes["measure"].all_durations["compute"]
        assert stored.result(job).images == ["0.png", "1.png", "2.png"] and done > 0
        export = exports.start(job, ["jpeg"], "one", False, False)
        _ended_well(export)
        assert exports.told(export)["summary"]["jpeg"]["files"] == 3
        assert cluster.scheduler.task_prefixes["measure"].all_durations["compute"] > done
