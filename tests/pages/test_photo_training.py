"""Training a coder of photographs from the Train & models page: refusals, uploaded pictures, and
the model in the store.
"""

import os
import signal
import time

import pytest
from streamlit.testing.v1 import AppTest

from core import images, jobs
from core.store import zoo
from tests.conftest import ROOT, synthetic

PAGE = str(ROOT / "pages" / "train.py")


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    app = AppTest.from_file(PAGE, default_timeout=120).run()
    app.segmented_control(key="train_family").set_value("Photographs").run()
    assert not app.exception
    yield app
    for job in jobs.jobs():
        if job.state() == "running":
            os.killpg(int((job.folder / "pid").read_text()), signal.SIGKILL)


def start(app: AppTest, name: str) -> None:
    app.text_input(key="train_photo_name").set_value(name)
    next(button for button in app.button if button.label == "Start training").click().run()
    assert not app.exception


def test_what_cannot_be_trained_on_is_refused_and_leaves_nothing(app):
    small = ("small.png", images.png(synthetic(300, 200)), "image/png")
    for files, words in (
        ([], "no photographs yet"),
        ([small], "at least 256 a side"),
        ([("x.png", b"no", "image/png")], "x"),
    ):
        app.file_uploader(key="train_photo_files").set_value(files)
        start(app, "mine")
        assert words in app.error[0].value
    app.segmented_control(key="train_photo_source").set_value("A folder on the server").run()
    for folder, words in (("", "Name the folder"), ("/no/such", "There is no folder")):
        app.text_input(key="train_photo_folder").set_value(folder)
        start(app, "mine")
        assert words in app.error[0].value.replace("\\", "")
    assert jobs.jobs() == [] and not [path for path in jobs.root().glob("*") if path.is_dir()]


@pytest.mark.slow
def test_uploaded_photographs_become_a_model_of_one_rate(app):
    app.segmented_control(key="train_photo_rates").set_value("One λ").run()
    app.file_uploader(key="train_photo_files").set_value(
        [(f"{i}.png", images.png(synthetic(256, 256, i)), "image/png") for i in range(2)]
    )
    for key, value in (("steps", 2), ("decay", 5), ("filters", 8), ("latents", 8)):
        app.number_input(key=f"train_photo_{key}").set_value(value)
    start(app, "mine")
    (job,) = jobs.jobs("training")
    assert sorted(path.name for path in (job.folder / "pictures").iterdir()) == [
        "00000.png",
        "00001.png",
    ]
    start(app, "mine")
    assert "running already" in app.error[0].value
    deadline = time.monotonic() + 180
    while job.state() == "running" and time.monotonic() < deadline:
        time.sleep(0.3)
    assert job.state() == "done", job.log()
    card = zoo.card("mine")
    assert card["lmbda"] == [0.01] and card["config"]["filters"] == 8 and card["steps"] == 2
    assert card["validation"][-1]["step"] == 2 and zoo.load("mine", "bls2017")

    app.run().selectbox(key="train_photo_init").set_value("mine")
    start(app, "mine-more")
    more = next(job for job in jobs.jobs("training") if "mine-more" in job.args)
    assert more.args[more.args.index("--init") + 1] == "mine"
