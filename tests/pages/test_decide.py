"""The Decide page, drawn without a browser: from pictures to files, and what it refuses."""

import io
import time
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from core import images
from core.codecs.registry import get
from core.decide import stored
from core.decide.stored import KIND
from dashboard.decide import pictures
from tests.conftest import ROOT, synthetic
from tests.pages.locally import fetched_here, served

PAGE = str(ROOT / "pages" / "decide.py")


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("RDX_CACHE", str(tmp_path / "cache"))
    app = AppTest.from_file(PAGE, default_timeout=240)
    app.session_state["dec_kind"] = "upload"
    app.session_state["dec_codecs"] = ["jpeg", "webp"]
    app.session_state["dec_measure"] = "psnr"
    app.session_state["dec_target_psnr"] = 31.0
    app.run()
    assert not app.exception
    return app


def _pictures(count: int = 6) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for i in range(count):
            archive.writestr(f"p{i}.png", images.png(synthetic(48, 56 + 8 * i, seed=i)))
    return out.getvalue()


def _upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader(key="dec_upload_0").set_value([(name, data, "application/zip")]).run()
    assert not app.exception
    return app


def _until_done(app: AppTest, kind: str) -> AppTest:
    key = {"decide": "dec_job", "export": "dec_export"}[kind]
    job = stored.find(app.session_state[key], kind)
    end = time.monotonic() + 200
    while job.state() == "running":
        assert time.monotonic() < end
        time.sleep(0.2)
    assert job.state() == "done", job.log()
    app.run()
    assert not app.exception
    return app


@pytest.mark.slow
def test_from_an_upload_to_the_files(app):
    _upload(app, "shop.zip", _pictures())
    assert any("6 pictures" in c.value for c in app.caption)
    app.button(key="dec_start").click().run()
    assert app.session_state["dec_kind"] == "samples"  # the upload has left the session
    _until_done(app, KIND)
    said = " ".join(i.value for i in app.info)
    assert "Take" in said or "A draw between" in said
    table = next(d.value for d in app.dataframe if "Beyond" in d.value)
    assert set(table["Codec"]) == {"JPEG", "WebP"} and "6 of 6" in set(table["Reach it"])
    app.button(key="dec_encode").click().run()
    _until_done(app, "export")
    assert any("6 files" in s.value and "measured on the files" in s.value for s in app.success)
    files = next(d.value for d in app.dataframe if "File" in d.value)
    assert len(files) == 6 and not files["Remark"].any()


@pytest.mark.parametrize("name", ["../out.png", "/etc/out.png", "C:\\out.png"])
def test_hostile_archives_are_refused(app, name, tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("good.png", images.png(synthetic(20, 20)))
        archive.writestr(name, images.png(synthetic(20, 20)))
    _upload(app, "evil.zip", out.getvalue())
    assert "points outside the archive" in app.error[0].value
    assert not [b for b in app.button if b.key == "dec_start"]
    assert not list((tmp_path / ".runs").glob("*"))


def _fetch(app: AppTest, *addresses: str) -> AppTest:
    app.session_state["dec_kind"] = "web"
    app.run()
    app.text_area(key="dec_addresses").set_value("\n".join(addresses))
    next(b for b in app.button if b.label == "Fetch them").click().run()
    assert not app.exception
    return app


def test_pictures_come_from_web_addresses(app, monkeypatch):
    monkeypatch.setattr(pictures, "fetched", fetched_here)
    image = synthetic(48, 56)
    files = {
        "/shop/a.png": images.png(image),
        "/b?id=3": get("webp").encode(image, 90).data,
        "/page.html": b"<html>a picture is on this page</html>",
    }
    with served(files) as server:
        paths = ("/shop/a.png", "/b?id=3", "/page.html", "/late/a.png")
        addresses = [server + path for path in paths]
        _fetch(app, *addresses)
        assert any("2 pictures" in c.value for c in app.caption)
        said = [w.value for w in app.warning]
        assert len(said) == 2 and "page" in said[0] and "status 404" in said[1]
        # Pressing again asks again, the second "a.png" beside the first.
        files["/late/a.png"] = images.png(image[:40])
        _fetch(app, *addresses)
        assert any("3 pictures" in c.value for c in app.caption) and len(app.warning) == 1
    app.button(key="dec_start").click().run()
    assert app.session_state["dec_kind"] == "samples" and not app.session_state["dec_wanted"]
    _until_done(app, KIND)
    assert any("On these 3 pictures" in i.value for i in app.info)


def test_addresses_of_this_machine_are_refused(app, tmp_path):
    with served({"/a.png": images.png(synthetic(48, 56))}) as server:
        _fetch(app, f"{server}/a.png")
    assert "not a public address" in app.warning[0].value.replace("\\", "")
    assert not [b for b in app.button if b.key == "dec_start"]


@pytest.mark.slow
def test_a_session_sees_its_own_decisions_alone(app):
    _upload(app, "shop.zip", _pictures(2))
    app.button(key="dec_start").click().run()
    _until_done(app, KIND)
    stranger = AppTest.from_file(PAGE, default_timeout=240)
    stranger.session_state["dec_codecs"] = ["jpeg"]
    stranger.session_state["dec_measure"] = "psnr"
    stranger.run()
    assert not stranger.exception
    assert "The answer" not in [s.value for s in stranger.subheader]
    told = AppTest.from_file(PAGE, default_timeout=240)
    told.query_params["decide"] = app.session_state["dec_job"]
    told.run()
    assert "The answer" in [s.value for s in told.subheader]


def test_a_blind_test_hides_names_and_counts_votes(app):
    app.segmented_control(key="dec_part").set_value("blind").run()
    app.file_uploader(key="dec_upload_0").set_value([("s.zip", _pictures(1), "application/zip")])
    app.multiselect(key="bli_codecs").set_value(["jpeg", "webp"])
    app.run()
    app.number_input(key="bli_repeats").set_value(2).run()
    app.button(key="bli_begin").click().run()
    assert not app.exception
    words = " ".join(e.value for e in (*app.markdown, *app.caption, *app.info))
    assert "JPEG" not in words and "WebP" not in words
    app.button(key="bli_left").click().run()
    app.button(key="bli_same").click().run()
    assert not app.exception
    assert "2 votes" in app.info[0].value
    table = app.dataframe[0].value
    assert list(table["No difference"]) == [1, 1] and table["Better"].sum() == 1


def test_given_files_are_measured_and_others_refused(app):
    image = synthetic(64, 80)
    app.segmented_control(key="dec_part").set_value("given").run()
    app.file_uploader(key="giv_original").set_value([("o.png", images.png(image), "image/png")])
    coded = get("jpeg").encode(image, 50).data
    app.file_uploader(key="giv_files").set_value(
        [
            ("a.jpg", coded, "image/jpeg"),
            ("cut.png", images.png(image[:30]), "image/png"),
            ("bad.png", b"nothing", "image/png"),
        ]
    )
    app.run()
    assert not app.exception
    table = app.dataframe[0].value
    assert list(table["File"]) == ["a.jpg"] and list(table["Bytes"]) == [len(coded)]
    assert table["SSIMULACRA 2"].notna().all()
    assert "was not decoded" in app.error[0].value and "only equal sizes" in app.warning[0].value
