"""The SVD page without a browser: handles in step, refusals in words, the tutorial's figures."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.images import Picture
from core.linear import lowrank
from core.rd.svd_study import DOWNSIZE, TRUNCATE
from tests.conftest import ROOT, synthetic

PAGE = str(ROOT / "pages" / "svd.py")


@pytest.fixture(scope="module")
def app() -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=400)
    app.session_state.picture = Picture("waves", synthetic(32, 40))
    return app.run()


def metric(app: AppTest, name: str) -> str:
    return next(m.value for m in app.metric if m.label == name)


def test_it_opens_with_a_picture_and_every_section(app):
    assert not app.exception and not app.error
    assert [s.value for s in app.subheader] == [
        "Singular values",
        "Energy",
        "Distortion",
        "Factor",
        "Layer by layer",
        "What it costs in bytes",
        "A small matrix to play with",
    ]
    assert app.code[0].value.startswith("Original    1,200 elements\nCompressed  1,065 elements")


def test_the_handles_stay_in_step(app):
    app.slider(key="svd_rank").set_value(8).run()
    assert metric(app, "Elements") == f"{3 * lowrank.elements(32, 40, 8):,}"
    assert app.number_input(key="svd_factor").value == pytest.approx(
        lowrank.compression_factor(32, 40, 8)
    )
    app.number_input(key="svd_factor").set_value(0.15).run()
    assert app.session_state.svd_rank == lowrank.rank_for_factor(32, 40, 0.15)
    app.number_input(key="svd_energy").set_value(70.0).run()
    rank = app.session_state.svd_rank
    s = lowrank.decompose(lowrank.channels(synthetic(32, 40))).s
    assert rank == lowrank.rank_for_energy(s, 0.7)
    app.segmented_control(key="svd_energy_kind").set_value(2).run()
    assert app.session_state.svd_rank == rank and app.number_input(key="svd_energy").value > 70
    assert not app.exception


def test_a_field_that_has_not_heard_of_a_move_undoes_none(app):
    """The slider is moved again before the browser hears what the first move makes of others."""
    app.slider(key="svd_rank").set_value(8).run()
    stood = [app.number_input(key=f"svd_{name}").value for name in ("factor", "energy")]
    app.slider(key="svd_rank").set_value(12).run()
    app.slider(key="svd_rank").set_value(13)
    app.number_input(key="svd_factor").set_value(stood[0])
    app.number_input(key="svd_energy").set_value(stood[1])
    app.run()
    assert app.session_state.svd_rank == 13
    assert metric(app, "Elements") == f"{3 * lowrank.elements(32, 40, 13):,}"


def test_a_field_that_has_not_heard_comes_with_another_choice(app, monkeypatch):
    monkeypatch.setattr("dashboard.ui.echoes.ECHO_S", 0.0)
    app.slider(key="svd_rank").set_value(8).run()
    stood = app.number_input(key="svd_factor").value
    app.slider(key="svd_rank").set_value(12).run()
    app.number_input(key="svd_factor").set_value(stood)
    app.toggle(key="svd_log").set_value(True).run()
    assert app.session_state.svd_rank == 12 and app.toggle(key="svd_log").value
    app.slider(key="svd_rank").set_value(9).run()
    app.number_input(key="svd_factor").set_value(stood)
    next(i for i in app.number_input if i.key.endswith("_answer")).set_value(5.0).run()
    assert app.session_state.svd_rank == 9


@pytest.mark.slow
def test_a_byte_budget_sets_the_rank(app):
    ranks = []
    for kilobytes in (0.15, 0.6):
        app.number_input(key="svd_kilobytes").set_value(kilobytes).run()
        ranks.append(app.session_state.svd_rank)
    assert 1 <= ranks[0] < ranks[1] and not app.exception
    app.number_input(key="svd_kilobytes").set_value(0.01).run()
    assert any("that small" in i.value for i in app.info)


def test_the_playground_reads_a_matrix_and_refuses_nonsense(app):
    app.segmented_control(key="svd_matrix").set_value("Typed or pasted").run()
    assert "16 elements" in app.code[0].value
    app.text_area(key="svd_csv").set_value("1 2\n3 four").run()
    assert "not a number" in app.error[0].value and not app.exception
    app.text_area(key="svd_csv").set_value("7").run()
    assert "1 elements" in app.code[0].value and not app.exception and not app.error


@pytest.mark.parametrize("shape", [(2, 2), (2, 90), (64, 3)])
def test_small_pictures(shape):
    app = AppTest.from_file(PAGE, default_timeout=400)
    app.session_state.picture = Picture("small", synthetic(*shape))
    app.run()
    assert not app.exception and not app.error
    assert app.session_state.svd_rank == max(1, min(shape) // 10)


@pytest.mark.slow
@pytest.mark.parametrize(("way", "pixels"), [(DOWNSIZE, 2_500), (TRUNCATE, 41_616)])
def test_large_pictures_leave_the_choice_to_the_person(monkeypatch, way, pixels):
    monkeypatch.setattr(lowrank, "MAX_PIXELS", 2_500)
    app = AppTest.from_file(PAGE, default_timeout=400)
    app.session_state.picture = Picture("large", synthetic(204, 204))
    app.session_state.svd_way = way
    app.run()
    assert not app.exception and "too long" in app.warning[0].value
    elements = int(metric(app, "Elements").replace(",", ""))
    side = round(np.sqrt(pixels))
    assert elements == 3 * lowrank.elements(side, side, app.session_state.svd_rank)
    assert app.slider(key="svd_rank").max == min(side, 200)
