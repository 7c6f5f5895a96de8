"""The menu "Take home": beside every chart, with files that hold what the page shows."""

import re

import pytest
from streamlit.testing.v1 import AppTest

KINDS = ("pdf", "pgf", "png", "csv", "tex", "bib")


def page() -> None:
    import plotly.graph_objects as go

    from core.publish import Sources
    from dashboard.ui.charts import show_chart
    from dashboard.ui.take_home import take_home

    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="JPEG"))
    show_chart(figure, "one", "a curve", Sources(("jpeg",), ("psnr",)))
    big = go.Figure(go.Heatmap(z=[[0] * 100] * 100, colorscale="Viridis"))
    show_chart(big, "two", "a map", Sources())
    take_home("three", "rates", rows=lambda: [{"Codec": "JPEG", "bpp": 0.5}], sources=Sources())


@pytest.fixture
def app() -> AppTest:
    test = AppTest.from_function(page, default_timeout=60).run()
    assert not test.exception
    return test


def buttons(app: AppTest) -> dict[str, object]:
    """Key -> download button."""
    found = app.get("download_button")
    return {re.search(r"(one|two|three)_\w+", button.proto.id)[0]: button for button in found}


def test_every_kind_is_offered_beside_a_chart(app):
    found = buttons(app)
    assert {f"one_{kind}" for kind in KINDS} <= set(found)
    assert app.number_input(key="one_width").value == pytest.approx(88.9)
    assert not any(found[f"one_{kind}"].proto.disabled for kind in KINDS)


def test_what_cannot_be_had_is_disabled_and_says_why(app):
    pgf = buttons(app)["two_pgf"].proto
    assert pgf.disabled and "2,000 cells" in pgf.help


def test_a_table_has_no_figure(app):
    assert {key for key in buttons(app) if key.startswith("three")} == {
        "three_csv",
        "three_tex",
        "three_bib",
    }
