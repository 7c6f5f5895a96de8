"""Values that a browser repeats because it has not heard of another one, and choices."""

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from dashboard.ui import echoes

    inputs = ("size", "kind")
    echoes.put_back(inputs)
    st.session_state.setdefault("size", 3)

    def lead() -> None:
        for size in (4, 5, 6):
            echoes.lead("size", size)

    st.button("Lead", on_click=lead)
    st.slider("Size", 1, 99, key="size", persist_state="session")
    st.toggle("Kind", key="kind", persist_state="session")
    st.button("Other")
    if st.button("Lead and go on", on_click=lead):
        echoes.rerun()


@pytest.fixture
def app(monkeypatch) -> AppTest:
    monkeypatch.setattr("dashboard.ui.echoes.ECHO_S", 0.0)
    app = AppTest.from_function(page, default_timeout=120).run()
    app.button[0].click().run()
    assert app.slider[0].value == 6
    return app


@pytest.mark.parametrize("old", [3, 4, 5])
def test_an_old_value_beside_another_choice_is_put_back(app, old):
    app.slider[0].set_value(old)
    app.toggle[0].set_value(True).run()
    assert app.slider[0].value == 6 and app.toggle[0].value


def test_the_old_value_alone_is_a_choice_and_stays(app):
    app.slider[0].set_value(3).run()
    assert app.slider[0].value == 3
    app.toggle[0].set_value(True).run()
    assert app.slider[0].value == 3


def test_the_old_value_comes_alone_with_a_button_that_follows_at_once(app, monkeypatch):
    monkeypatch.setattr("dashboard.ui.echoes.ECHO_S", 100.0)
    app.slider[0].set_value(3)
    app.button[1].click().run()
    assert app.slider[0].value == 6


def test_a_browser_that_has_heard_repeats_nothing(app):
    app.toggle[0].set_value(True).run()
    app.slider[0].set_value(3)
    app.toggle[0].set_value(False).run()
    assert app.slider[0].value == 3


def test_a_run_that_nobody_asked_for_tells_nothing_of_the_browser(app):
    app.slider[0].set_value(3).run()
    app.button[2].click().run()
    app.slider[0].set_value(3)
    app.toggle[0].set_value(True).run()
    assert app.slider[0].value == 6


def test_a_new_value_beside_another_choice_is_taken(app):
    app.slider[0].set_value(7)
    app.toggle[0].set_value(True).run()
    assert app.slider[0].value == 7
    app.slider[0].set_value(3)  # what the browser has forgotten meanwhile
    app.toggle[0].set_value(False).run()
    assert app.slider[0].value == 3
