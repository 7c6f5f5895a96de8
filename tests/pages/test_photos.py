"""The Photos page, drawn without a browser: real bytes at each level, no fewer for the rivals,
every section, absence, damage.
"""

import re
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from core.codecs.learned import bls2017, photo_models
from core.codecs.registry import get
from core.images import Picture
from core.store import zoo
from tests import photo_models as store_of_models
from tests.conftest import ROOT, synthetic
from tests.pages.codec_tables import codec_table

PAGE = str(ROOT / "pages" / "photos.py")
SECTIONS = (
    "Rate and distortion",
    "Where the bits go",
    "Inside the model",
    "Relaxed or rounded",
    "Training",
)


@pytest.fixture(scope="module", autouse=True)
def store(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("RDX_MODELS", str(tmp_path_factory.mktemp("models")))
    store_of_models.fill(bls2017.MODEL)
    store_of_models.fill("one-rate", (0.02,), "relu")
    yield
    patch.undo()


@pytest.fixture
def app() -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=300)
    app.session_state.picture = Picture("waves", synthetic(96, 180))
    return settled(app)


def settled(app: AppTest) -> AppTest:
    """The page once its run has ended: nothing is being computed any more."""
    app.run()
    assert not app.exception and not app.error
    return app


def said(app: AppTest) -> str:
    return " ".join(
        element.value for kind in (app.markdown, app.caption, app.subheader) for element in kind
    )


@pytest.mark.slow
def test_the_search_can_be_switched_off(app):
    card, image = zoo.card(bls2017.MODEL), synthetic(96, 180)
    shown = {}
    for search in (True, False):
        app.toggle(key="pho_search").set_value(search)
        settled(app)
        data = photo_models.PhotoModel(card, search).encode(image, app.session_state.pho_level).data
        shown[search] = codec_table(app)["Bytes"].iloc[0]
        assert shown[search] == len(data)
    assert shown[True] != shown[False]


def test_figures_are_those_of_real_files_and_the_rivals_get_no_fewer_bytes(app):
    image = synthetic(96, 180)
    codec = photo_models.PhotoModel(zoo.card(bls2017.MODEL))
    for level in (2, 3, 1):
        app.slider(key="pho_level").set_value(level)
        table = codec_table(settled(app))
        assert table["Bytes"]["Learned"] == len(codec.encode(image, level).data)
        for name in ("jpeg", "jpeg2000"):
            title, rival = get(name).info.title, get(name)
            assert table["Bytes"][title] >= table["Bytes"]["Learned"]
            if name == "jpeg":
                sizes = [len(rival.encode(image, quality).data) for quality in range(1, 101)]
                assert table["Bytes"][title] == min(
                    size for size in sizes if size >= table["Bytes"]["Learned"]
                )


@pytest.mark.parametrize("name", SECTIONS)
def test_every_section_draws_for_every_model(app, name):
    app.segmented_control(key="pho_section").set_value(name)
    for model in (bls2017.MODEL, "one-rate"):
        app.selectbox(key="pho_model").set_value(model)
        settled(app)
        if name == "Relaxed or rounded":
            app.button(key="pho_relax").click()
            assert "They differ by at most" in said(settled(app))
    expected = {
        "Rate and distortion": "the learned codec:",
        "Where the bits go": "of 32 channels take half",
        "Inside the model": "24 kernels of 9 × 9",
        "Relaxed or rounded": "as trained",
        "Training": "CC0",
    }
    if name == "Training":
        assert expected[name] in " ".join(str(table.value.to_dict()) for table in app.dataframe)
        assert app.code[0].value.startswith("python -m core train bls2017")
    elif name != "Relaxed or rounded":
        assert expected[name] in said(app)
    if name == "Inside the model":
        assert "ReLU in place of GDN" in app.info[0].value


def test_the_verdict_is_what_the_table_shows(app):
    """At the bytes of each level the sentence about JPEG 2000 says who is ahead in PSNR, as the
    table's figures do.
    """
    title, checked = get("jpeg2000").info.title, 0
    for level in (1, 2, 3):
        app.slider(key="pho_level").set_value(level)
        table = codec_table(settled(app))
        line = next(m.value for m in app.markdown if "the learned codec:" in m.value).split(
            f"**{title}**"
        )[1]
        ours = table["PSNR"]
        for verdict, low, high in re.findall(r"(wins|loses) from ([\d.]+) to ([\d.]+) bpp", line):
            if float(low) * 1.02 < table["bpp"]["Learned"] < float(high) / 1.02:
                assert verdict == ("wins" if ours["Learned"] > ours[title] else "loses")
                checked += 1
    assert checked


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(2, 2), (17, 300)])
def test_small_pictures(shape):
    app = AppTest.from_file(PAGE, default_timeout=300)
    app.session_state.picture = Picture("small", synthetic(*shape))
    app.session_state.pho_section = "Where the bits go"
    assert codec_table(settled(app))["Bytes"].iloc[0] > 20


@pytest.mark.slow
def test_a_damaged_model_is_named_and_the_page_goes_on(app, tmp_path, monkeypatch):
    shutil.copytree(zoo.root(), tmp_path / "models")
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    path = zoo.root() / "one-rate" / "weights.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    app.session_state.picture = Picture("other waves", synthetic(90, 180))
    app.selectbox(key="pho_model").set_value("one-rate").run()
    assert not app.exception and "'one-rate' is damaged" in app.error[0].value.replace("\\", "")
    app.selectbox(key="pho_model").set_value(bls2017.MODEL)
    assert len(codec_table(settled(app))) == 3


def test_without_models_the_page_says_where_to_get_one(tmp_path, monkeypatch):
    monkeypatch.setenv("RDX_MODELS", str(tmp_path))
    app = AppTest.from_file(PAGE, default_timeout=300).run()
    assert not app.exception and "Train & models" in app.info[0].value
