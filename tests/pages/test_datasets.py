"""The Data sets page, drawn without a browser: every section, comparisons of runs, published
curves, a sweep's form.
"""

import io
import json
import time
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from core import images
from core.sweep import runs
from tests.conftest import ROOT, synthetic

PAGE = str(ROOT / "pages" / "datasets.py")


def _results(factor: float, names: tuple[str, ...] = ("a.png", "b.png", "c.png")) -> bytes:
    records = []
    for n, name in enumerate(names):
        for codec, worth in (("jpeg", 1.0), ("webp", 0.7)):
            for setting in (10.0, 30.0, 50.0, 70.0, 90.0):
                psnr = 25 + setting / 6 + n
                bpp = factor * worth * (1 + 0.3 * n) * 2 ** ((psnr - 30) / 6)
                records.append(
                    {
                        "image": name,
                        "codec": codec,
                        "setting": setting,
                        "width": 80,
                        "height": 60,
                        "bytes": int(bpp * 600),
                        "bpp": bpp,
                        "mse": 255**2 / 10 ** (psnr / 10),
                        "psnr": psnr,
                        "psnr_y": psnr + 1,
                        "psnr_611": psnr + 2,
                        "encode_s": 0.01 * worth,
                        "decode_s": 0.02,
                    }
                )
    return json.dumps(
        {
            "header": {"codecs": {c: {"title": c.upper()} for c in ("jpeg", "webp")}},
            "records": records,
        }
    ).encode()


@pytest.fixture
def app(tmp_path, monkeypatch) -> AppTest:
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    runs.add("today", _results(1.0))
    app = AppTest.from_file(PAGE, default_timeout=180).run()
    assert not app.exception
    return app


def _section(app: AppTest, name: str) -> AppTest:
    app.segmented_control(key="ds_section").set_value(name).run()
    assert not app.exception
    return app


def test_every_section_draws(app):
    assert app.multiselect(key="ds_runs").value == [runs.runs()[0].id]
    assert app.multiselect(key="ds_shown").value == ["jpeg", "webp"]
    app.segmented_control(key="ds_mean").set_value("rate").run()
    app.toggle(key="ds_singles").set_value(True).run()
    assert not app.exception
    for name in ("Speed", "Table", "Take away", "BD-rate"):
        _section(app, name)
    table = app.dataframe[0].value
    assert list(table["Codec"]) == ["WEBP"] and list(table["BD-rate"]) == ["−30.0 %"]


def test_speed_is_shown_against_the_bd_rate_too(app):
    _section(app, "Speed")
    app.segmented_control(key="ds_speed_figure").set_value("bd").run()
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    heights = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert (
        set(heights) == {"JPEG", "WEBP"} and "BD-rate" in figure["layout"]["yaxis"]["title"]["text"]
    )
    app.segmented_control(key="ds_side").set_value("count").run()
    assert not app.exception and "counted for learned codecs" in app.info[0].value


def test_two_runs_are_compared_with_each_other(app):
    runs.add("yesterday", _results(1.25))
    app.run()
    app.multiselect(key="ds_runs").set_value([run.id for run in runs.runs() if run.job]).run()
    _section(app, "BD-rate")
    app.selectbox(key="ds_anchor").set_value("JPEG · today").run()
    rates = dict(
        zip(app.dataframe[0].value["Codec"], app.dataframe[0].value["BD-rate"], strict=True)
    )
    assert rates == {
        "WEBP · today": "−30.0 %",
        "JPEG · yesterday": "+25.0 %",
        "WEBP · yesterday": "−12.5 %",
    }


def test_runs_over_different_pictures_are_not_compared(app):
    runs.add("others", _results(1.0, ("x.png", "y.png")))
    app.run()
    app.multiselect(key="ds_runs").set_value([run.id for run in runs.runs() if run.job]).run()
    assert "its own pictures" in app.warning[0].value
    _section(app, "BD-rate")
    assert not app.dataframe and "no BD-rate" in app.info[0].value


def test_an_unmeasured_metric_is_said_so(app):
    app.selectbox(key="ds_metric").set_value("ms_ssim").run()
    assert not app.exception and "MS-SSIM" in app.info[0].value


def test_the_form_says_how_much_work_it_is(app):
    app.segmented_control(key="ds_open").set_value("new").run()
    app.multiselect(key="ds_codecs").set_value(["jpeg", "webp"]).run()
    app.slider(key="ds_points").set_value(5).run()
    assert not app.exception
    said = app.markdown[0].value
    assert "9 pictures × 2 codecs × up to 5 settings = 90 measurements" in said and "about" in said
    app.segmented_control(key="ds_kind").set_value("folder").run()
    app.text_input(key="ds_folder").set_value("/no/such/folder").run()
    assert "no file or folder" in app.error[0].value and not app.exception


def test_a_sweep_is_started_and_followed(app, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i in range(3):
        (folder / f"{i}.png").write_bytes(images.png(synthetic(40, 40, seed=i)))
    app.segmented_control(key="ds_open").set_value("new").run()
    app.segmented_control(key="ds_kind").set_value("folder").run()
    app.text_input(key="ds_folder").set_value(str(folder)).run()
    app.multiselect(key="ds_codecs").set_value(["jpeg"]).run()
    app.multiselect(key="ds_measures").set_value(["psnr", "mse"]).run()
    app.number_input(key="ds_workers").set_value(1).run()
    app.button(key="ds_start").click().run()
    assert not app.exception
    assert (
        app.segmented_control(key="ds_open").value == "explore"
        and runs.runs()[0].name == "pictures, 3 pictures"
    )
    assert app.session_state.ds_runs == [runs.runs()[0].id]
    for _ in range(600):
        if not runs.runs()[0].running:
            break
        time.sleep(0.2)
    app.run()
    assert runs.runs()[0].state == "done", runs.runs()[0].job.log()
    assert "Means over 3 pictures" in " ".join(c.value for c in app.caption)


def test_stored_runs_are_named_and_deleted(app):
    run = runs.runs()[0]
    app.segmented_control(key="ds_open").set_value("stored").run()
    app.text_input(key=f"ds_name_{run.id}").set_value("renamed").run()
    assert runs.runs()[0].name == "renamed" and not app.exception
    app.button(key=f"ds_delete_{run.id}").click().run()
    assert not [r for r in runs.runs() if r.job] and not app.exception


def test_published_curves_are_drawn_and_compared(app, reference):
    from core.results import published

    path = reference / "tfc-kodak/PSNR_sRGB_Y/balle-2018-iclr-opt-mse.txt"
    app.session_state.ds_published = {path.name: published.read(path.read_bytes(), path.name)}
    app.run()
    assert not app.warning  # the file has no PSNR over R, G and B
    app.selectbox(key="ds_metric").set_value("psnr_y").run()
    assert not app.exception and "BT.709" in app.warning[0].value
    assert "tensorflow/compression" in " ".join(m.value for m in app.markdown)
    _section(app, "BD-rate")
    assert "Ballé 2018 (ICLR, opt. MSE) (published)" in list(app.dataframe[0].value["Codec"])


def _zip(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in entries:
            file.writestr(name, data)
    return out.getvalue()


def test_uploads_are_unpacked_safely(app, tmp_path):
    """Pictures and a zip together are counted; a zip that reaches outside is refused, and leaves
    nothing behind.
    """
    png = images.png(synthetic(20, 30))
    app.segmented_control(key="ds_open").set_value("new").run()
    app.segmented_control(key="ds_kind").set_value("upload").run()
    app.file_uploader(key="ds_upload").set_value(
        [
            ("one.png", png, "image/png"),
            ("more.zip", _zip(("a.png", png), ("b/c.png", png)), "application/zip"),
        ]
    ).run()
    assert not app.exception and "3 pictures" in app.markdown[0].value
    before = set((tmp_path / ".runs").iterdir())
    app.file_uploader(key="ds_upload").set_value(
        [("evil.zip", _zip(("../evil.png", png)), "application/zip")]
    ).run()
    assert not app.exception and "points outside" in app.error[0].value
    assert len(set((tmp_path / ".runs").iterdir())) == len(before) - 1


def test_many_codecs_open_with_the_well_known_ones_and_show_all_on_request():
    app = AppTest.from_file(PAGE, default_timeout=180).run()
    shown = app.multiselect(key="ds_shown")
    assert 1 < len(shown.value) <= 8 < len(shown.options)
    assert {"jpeg", "avif", "bls2017-neural"} <= set(shown.value)
    app.button(key="ds_all").click().run()
    assert not app.exception
    assert len(app.multiselect(key="ds_shown").value) == len(shown.options)
    assert "ds_all" not in [button.key for button in app.button]
