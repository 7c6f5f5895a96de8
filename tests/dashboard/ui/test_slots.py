"""Places of a session that widgets fill: what is kept, and what the browser is told."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from dashboard.ui.slots import Slot, one_of

    size, kind = Slot("size", 3), Slot("kind", "b")
    if st.session_state.get("elsewhere"):
        st.title("Elsewhere")
        return
    size.begin()
    st.button("Four", on_click=size.set, args=(4,))
    one_of("Kind", {"a": "A", "b": "B"}, kind)
    st.slider("Size", 1, 9, key=size.key, persist_state="session")
    most = st.session_state.get("most", 20)
    rank = Slot("rank", 5)
    rank.begin_in_range(1, most, min(rank.value, most))
    st.slider("Rank", 1, most, key=rank.key, persist_state="session")


def told(app: AppTest) -> list[str]:
    """The inputs that were told their value in the last run."""
    shown = [*app.slider, *app.button_group]
    return sorted(widget.proto.label for widget in shown if widget.proto.set_value)


def test_a_value_outlives_a_visit_elsewhere_and_is_told_on_return():
    app = AppTest.from_function(page, default_timeout=120).run()
    app.slider[0].set_value(7).run()
    app.session_state.elsewhere = True
    app.run()
    app.run()
    assert not app.slider
    app.session_state.elsewhere = False
    assert app.run().slider[0].value == 7
    assert "Size" in told(app)


def test_a_browser_is_told_what_was_set_and_nothing_again():
    """What is told again could overtake a click on its way."""
    app = AppTest.from_function(page, default_timeout=120).run()
    assert told(app) == ["Kind", "Rank", "Size"]
    app.slider[0].set_value(7).run()
    assert told(app) == []
    assert told(app.button[0].click().run()) == ["Size"]
    assert told(app.button[0].click().run()) == []  # it is four already


def test_a_slider_keeps_its_value_when_its_range_changes():
    app = AppTest.from_function(page, default_timeout=120).run()
    app.slider[1].set_value(7).run()
    for most, value in ((30, 7), (6, 6), (20, 6)):
        app.session_state.most = most
        assert app.run().slider[1].value == value
        assert told(app) == ["Rank"]
        assert app.run().slider[1].value == value
        assert told(app) == []
