"""The Digits page without a browser: every section and model, one's own digit, damage."""

import pytest
from streamlit.testing.v1 import AppTest

from core import images
from core.datasets.mnist import sample
from core.store import zoo
from dashboard.waiting import service
from tests.conftest import ROOT
from tests.pages.digit_models import fill

PAGE = str(ROOT / "pages" / "digits.py")
SECTIONS = ("Compress", "Step by step", "Your digit", "Trade-off", "Latent space", "Generate")


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("RDX_MODELS", str(tmp_path_factory.mktemp("models")))
    service.clear()  # the processes that compute are to know this store
    fill((1, 100, 300, 2000))  # 300 is for the test of a damaged one alone
    yield
    patch.undo()


@pytest.fixture
def app() -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=400).run()
    assert not app.exception
    return app


def section(app: AppTest, name: str) -> str:
    """Everything that a section says once its models are loaded."""
    app.segmented_control(key="dig_section").set_value(name).run()
    assert not app.exception and not app.error
    return " ".join(
        element.value
        for kind in (app.markdown, app.caption, app.metric, app.subheader)
        for element in kind
    )


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_draws_for_every_model(app, name):
    for lmbda in (2000, 100, 1):
        app.select_slider(key="dig_lmbda").set_value(lmbda).run()
        section(app, name)


def test_the_sidebar_says_what_the_card_says(app):
    figures = zoo.card("mnist-2000")["figures"]
    said = " ".join(caption.value for caption in app.sidebar.caption)
    assert f"{figures['rate']:.1f} bits" in said and f"{figures['mae']:.4f}" in said


def test_an_uploaded_digit_gets_its_string_and_its_bits_can_be_flipped(app):
    app.segmented_control(key="dig_section").set_value("Your digit").run()
    app.segmented_control(key="dig_source").set_value("Upload").run()
    app.file_uploader(key="dig_upload").set_value(
        ("seven.png", images.png(255 - sample()[4]), "image/png")
    ).run()
    said = section(app, "Your digit")
    assert "bits of information" in said
    pills = next(group for group in app.button_group if group.label == "Flip bits")
    pills.set_value([0, 5]).run()
    assert not app.exception
    assert "notices nothing" in " ".join(caption.value for caption in app.caption)


def test_a_picture_without_a_digit_is_refused_in_words(app):
    app.segmented_control(key="dig_section").set_value("Your digit").run()
    app.segmented_control(key="dig_source").set_value("Upload").run()
    for name, data in (("blank.png", images.png(255 + 0 * sample()[0])), ("x.png", b"no picture")):
        app.file_uploader(key="dig_upload").set_value((name, data, "image/png")).run()
        assert not app.exception and len(app.error) == 1


def test_a_damaged_model_is_named_and_the_others_go_on(app):
    path = zoo.root() / "mnist-300" / "weights.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    try:
        app.select_slider(key="dig_lmbda").set_value(300).run()
        assert not app.exception and "'mnist-300' is damaged" in app.error[0].value.replace(
            "\\", ""
        )
        app.select_slider(key="dig_lmbda").set_value(2000).run()
        section(app, "Compress")
    finally:
        path.write_bytes(whole)


def test_without_models_the_page_says_where_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path))
    app = AppTest.from_file(PAGE, default_timeout=60).run()
    assert not app.exception and "Train & models" in app.info[0].value
