"""Background jobs: they run, can be stopped, killed and resumed, and live on the disk."""

import os
import signal
import time

import pytest

from core import jobs
from core.errors import DataError
from tests.conftest import ROOT

PATIENCE = 90


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    yield
    for job in jobs.jobs():
        if job.state() == "running":
            os.killpg(int((job.folder / "pid").read_text()), signal.SIGKILL)


def wait(job, *states):
    deadline = time.monotonic() + PATIENCE
    while job.state() not in states and time.monotonic() < deadline:
        time.sleep(0.05)
    assert job.state() in states, (job.state(), job.log())


def start(name="probe", args=("codecs",)):
    return jobs.start(jobs.new_folder(name), "test", name, list(args))


def test_a_job_ends_and_keeps_what_it_printed():
    job = start()
    assert job.state() == "running"
    wait(job, "done")
    assert "jpeg" in job.log() and job.progress() == []
    assert jobs.get(job.id) == job and jobs.jobs("test") == [job] and jobs.jobs("other") == []
    with pytest.raises(DataError, match="done"):
        jobs.resume(job)
    jobs.remove(job)
    assert jobs.jobs() == []
    with pytest.raises(DataError, match="no job"):
        jobs.get(job.id)


def test_bad_input_fails_with_its_sentence_and_can_be_tried_again():
    job = start(args=("models", "remove", "nothing-there"))
    wait(job, "failed")
    assert "error: There is no model 'nothing-there'" in job.log()


def test_a_job_that_ignores_being_asked_is_stopped(monkeypatch):
    monkeypatch.setattr(jobs, "PATIENCE_S", 0.5)
    job = start(args=("models", "import", "/dev/stdin"))
    wait(job, "failed", "done")  # its standard input is empty
    fifo = job.folder / "fifo"
    os.mkfifo(fifo)
    job = start("deaf", ("models", "import", str(fifo)))  # waits for ever
    wait(job, "running")
    (job.folder / "progress.jsonl").write_text('{"event": "start"}\n')
    with pytest.raises(DataError, match="running"):
        jobs.remove(job)
    jobs.cancel(job)
    assert job.stopping()
    wait(job, "cancelled")
    assert not job.stopping()


@pytest.mark.parametrize("before", ["", '{"event": "cancelled"}\n'])
def test_a_job_that_has_reported_nothing_is_stopped_without_waiting(monkeypatch, before):
    """What it reported `before` it was started anew does not count."""
    monkeypatch.setattr(jobs, "PATIENCE_S", 3600.0)
    folder = jobs.new_folder("starting")
    os.mkfifo(folder / "fifo")
    (folder / "progress.jsonl").write_text(before)
    job = jobs.start(folder, "test", "starting", ["models", "import", str(folder / "fifo")])
    wait(job, "running")
    jobs.cancel(job)
    wait(job, "cancelled")


def test_a_killed_job_is_told_from_a_finished_one():
    fifo = jobs.new_folder("pipe") / "fifo"
    os.mkfifo(fifo)
    job = start("victim", ("models", "import", str(fifo)))
    wait(job, "running")
    os.killpg(int((job.folder / "pid").read_text()), signal.SIGKILL)
    wait(job, "interrupted")


def test_ids_stay_inside_and_odd_folders_are_passed_over():
    folder = jobs.new_folder("../../Evil name")
    assert folder.parent == jobs.root() and ".." not in folder.name.split(".")
    (jobs.root() / "stray").mkdir()
    (jobs.root() / "stray" / "job.json").write_text("{")
    assert jobs.jobs() == []


def test_half_written_progress_is_left_out():
    job = start()
    wait(job, "done")
    (job.folder / "progress.jsonl").write_bytes(
        b'{"event": "progress", "step": 1}\nnot json\n[1]\n{"event": "pro'
    )
    assert job.progress() == [{"event": "progress", "step": 1}]


def test_jobs_have_a_folder_of_their_own(tmp_path, monkeypatch):
    """RDX_RUNS names it; without it, it lies in the checkout, wherever the models are."""
    monkeypatch.delenv("RDX_RUNS")
    assert jobs.root() == ROOT / ".runs"
    monkeypatch.setenv("RDX_RUNS", str(tmp_path / "elsewhere"))
    assert jobs.new_folder("probe").parent == tmp_path / "elsewhere"
