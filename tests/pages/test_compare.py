"""The Compare page without a browser: every way to choose, every refusal."""

import pytest
from streamlit.testing.v1 import AppTest

from core.images import samples
from tests.conftest import ROOT
from tests.pages.codec_tables import codec_table


def settled(app: AppTest) -> AppTest:
    """`app`, whose run has ended: all results are there."""
    assert not app.exception
    return app


@pytest.fixture
def app():
    test = AppTest.from_file(str(ROOT / "pages" / "compare.py"), default_timeout=300)
    test.query_params["src"] = "sample:chelsea"
    test.query_params["c"] = "jpeg,webp"
    return settled(test.run())


def test_same_file_size(app):
    app.number_input(key="cmp_bytes").set_value(9000).run()
    shown = codec_table(settled(app))
    assert (
        list(shown.index) == ["JPEG", "WebP"]
        and (shown["Bytes"] <= 9000).all()
        and (shown["Bytes"] > 8000).all()
    )


@pytest.mark.parametrize("moved", [False, True], ids=["an echo", "a move"])
def test_a_late_echo_of_the_slider_is_no_choice(app, moved, monkeypatch):
    """It comes with a choice of something else; a person's move comes alone."""
    monkeypatch.setattr("dashboard.ui.echoes.ECHO_S", 0.0)
    stood = app.select_slider(key="cmp_bpp").value
    app.number_input(key="cmp_bytes").set_value(2000).run()
    app.select_slider(key="cmp_bpp").set_value(stood)
    if not moved:
        app.toggle(key="cmp_hull").set_value(True)
    settled(app.run())
    assert (app.session_state.cmp_bytes == 2000) != moved


@pytest.mark.parametrize("typed", [False, True], ids=["an echo", "a choice"])
def test_a_number_that_has_not_heard_of_the_slider_undoes_no_move(app, typed, monkeypatch):
    monkeypatch.setattr("dashboard.ui.echoes.ECHO_S", 0.0)
    stood = app.number_input(key="cmp_bytes").value
    app.select_slider(key="cmp_bpp").set_value(0.2).run()
    moved = app.session_state.cmp_bytes
    app.number_input(key="cmp_bytes").set_value(stood)
    if not typed:
        app.toggle(key="cmp_hull").set_value(True)
    settled(app.run())
    assert app.session_state.cmp_bytes == (stood if typed else moved) != (moved if typed else stood)


def test_same_quality(app):
    app.radio(key="cmp_mode").set_value("quality").run()
    app.slider(key="cmp_target_psnr").set_value(35.0).run()
    shown = codec_table(settled(app))
    assert ((shown["psnr"] >= 35) & (shown["psnr"] < 36)).all()


def test_own_settings(app):
    app.radio(key="cmp_mode").set_value("own").run()
    app.select_slider(key="cmp_own_jpeg").set_value(33.0).run()
    assert codec_table(settled(app)).loc["JPEG", "Setting"] == "quality 33"


@pytest.mark.slow
def test_the_address_is_a_permalink(app):
    app.radio(key="cmp_mode").set_value("own").run()
    app.select_slider(key="cmp_own_webp").set_value(61.0).run()
    settled(app)
    again = AppTest.from_file(str(ROOT / "pages" / "compare.py"), default_timeout=300)
    for name, value in app.query_params.items():
        again.query_params[name] = value
    assert codec_table(settled(again.run())).equals(codec_table(app))


def test_one_codec_is_not_a_comparison(app):
    app.multiselect(key="cmp_codecs").set_value(["jpeg"]).run()
    assert not app.exception and any("Choose 2 to 4" in info.value for info in app.info)


def test_another_picture_keeps_the_bits_per_pixel(app):
    before = app.session_state["cmp_bytes"] * 8 / (451 * 300)
    app.selectbox(key="sample_name").set_value("coffee").run()
    settled(app)
    assert app.session_state["cmp_bytes"] * 8 / (600 * 400) == pytest.approx(before, rel=1e-3)


def test_every_sample_is_there():
    for name in samples.SAMPLES:
        picture = samples.sample(name)
        assert f"{picture.width} × {picture.height}" in samples.SAMPLES[name]


def test_the_switch_takes_the_variants_of_a_tuning(app):
    app.selectbox(key="cmp_aim").set_value("psnr").run()
    assert settled(app).multiselect(key="cmp_codecs").value == ["jpeg-psnr", "webp"]
    app.selectbox(key="cmp_aim").set_value("eye").run()
    assert settled(app).multiselect(key="cmp_codecs").value == ["jpeg-eye", "webp"]
    told = [caption.value for caption in app.caption]
    assert any("tuned for the eye" in text and "PSNR" in text for text in told)


def test_the_measure_picks_the_tuning(app):
    app.radio(key="cmp_mode").set_value("quality").run()
    app.selectbox(key="cmp_aim").set_value("measure").run()
    assert settled(app).multiselect(key="cmp_codecs").value == ["jpeg-psnr", "webp"]
    app.selectbox(key="cmp_measure").set_value("ssimulacra2").run()
    assert settled(app).multiselect(key="cmp_codecs").value == ["jpeg-eye", "webp"]
    assert "ssimulacra2" in codec_table(app)
