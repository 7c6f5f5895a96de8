"""The Train & models page without a browser: jobs from start to end, and the store of models."""

import json
import os
import signal
import time

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.store import exchange, zoo
from tests.conftest import ROOT
from tests.pages.digit_models import fill

PAGE = str(ROOT / "pages" / "train.py")


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    fill(lmbdas=(100,), vae=False)
    app = AppTest.from_file(PAGE, default_timeout=120).run()
    assert not app.exception
    yield app
    for job in jobs.jobs():
        if job.state() == "running":
            os.killpg(int((job.folder / "pid").read_text()), signal.SIGKILL)


def texts(app: AppTest) -> str:
    """All that the page says, without the backslashes that keep Markdown literal."""
    said = " ".join(
        element.value
        for kind in (app.markdown, app.caption, app.error, app.info, app.code)
        for element in kind
    )
    return said.replace("\\", "")


def stopped_job(name: str, events: list[dict], exit_status: str = "1") -> jobs.Job:
    """A job as one that ended leaves it."""
    folder = jobs.new_folder(name)
    (folder / "progress.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    (folder / "job.json").write_text(
        json.dumps({"kind": "training", "title": name, "args": ["codecs"], "created": time.time()})
    )
    (folder / "log.txt").write_text("error: MNIST is not here.\n")
    (folder / "exit").write_text(exit_status)
    return jobs.get(folder.name)


def test_models_are_listed_and_there_is_no_job_yet(app):
    table = app.dataframe[0].value
    assert list(table["Name"]) == ["mnist-100"] and list(table["Family"]) == ["Digits"]
    assert table["Rate"][0] == pytest.approx(zoo.card("mnist-100")["figures"]["rate"])
    assert "No training has been started" in texts(app)


@pytest.mark.parametrize(
    "name, words",
    [("", "cannot name a model"), ("../evil", "cannot name a model"), ("mnist-100", "already has")],
)
def test_bad_names_are_refused_before_anything_starts(app, name, words):
    app.text_input(key="train_name").set_value(name)
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception and words in texts(app) and jobs.jobs() == []


@pytest.mark.slow
def test_a_started_training_is_a_job_that_can_be_stopped(app, tfds_dir, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tfds_dir))
    app.text_input(key="train_name").set_value("mine")
    app.number_input(key="train_epochs").set_value(3.0)
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception
    (job,) = jobs.jobs("training")
    assert (
        job.state() == "running"
        and job.args[:4] == ["train", "mnist", "--lmbda", "2000"]
        and "mine" in job.args
    )
    assert "python -m core train mnist" in texts(app)
    app.text_input(key="train_name").set_value("mine")
    next(button for button in app.button if button.label == "Start training").click().run()
    assert "running already" in texts(app) and len(jobs.jobs()) == 1
    app.button(key=f"stop_{job.id}").click().run()
    assert not app.exception and job.stopping()
    deadline = time.monotonic() + 90
    while job.state() == "running" and time.monotonic() < deadline:
        time.sleep(0.2)
    assert job.state() == "cancelled" and "mine" not in zoo.names()


def test_curves_failures_and_forgetting(app):
    progress = {
        "event": "progress",
        "steps": 100,
        "distortion": 0.1,
        "lr": 0.001,
        "step_s": 0.05,
        "eta_s": 3.0,
    }
    events = [
        {"event": "start", "step": 0},
        *(progress | {"step": 20 * i, "rate": 50.0 - i, "loss": 90.0 - i} for i in (1, 2, 3)),
        {"event": "validation", "step": 60, "loss": 88.0, "rate": 47.0, "distortion": 0.1},
    ]
    job = stopped_job("sad", events)
    app.run()
    assert not app.exception and "MNIST is not here." in texts(app)
    assert len(app.get("plotly_chart")) == 3
    app.button(key=f"forget_{job.id}").click().run()
    assert not app.exception and jobs.jobs() == []


def test_a_stopped_job_is_resumed_by_its_button(app):
    job = stopped_job("tired", [{"event": "cancelled", "step": 3}], "0")
    app.run()
    assert job.state() == "cancelled"
    app.button(key=f"resume_{job.id}").click().run()
    assert not app.exception
    deadline = time.monotonic() + 60
    while job.state() == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (
        "No such option: --resume" in job.log()
    )  # the command of this test knows no resuming; it was asked to


def test_a_damaged_card_is_named_and_can_be_removed(app):
    (zoo.root() / "broken").mkdir()
    (zoo.root() / "broken" / "card.json").write_text("{")
    app.run()
    assert not app.exception and "'broken' has a damaged card" in texts(app)
    app.button(key="remove_broken").click().run()
    assert not app.exception and zoo.names() == ["mnist-100"]


def test_a_model_goes_out_and_comes_in_as_one_file(app):
    data = exchange.export("mnist-100")
    app.file_uploader(key="train_import").set_value(("m.zip", data, "application/zip")).run()
    app.text_input(key="train_import_name").set_value("again").run()
    app.button(key="train_import_go").click().run()
    assert not app.exception and zoo.names() == ["again", "mnist-100"]
    app.file_uploader(key="train_import").set_value(("m.zip", b"no zip", "application/zip")).run()
    app.button(key="train_import_go").click().run()
    assert not app.exception and "This is no exported model" in texts(app)
