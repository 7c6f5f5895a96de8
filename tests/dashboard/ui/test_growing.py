"""A section that grows asks for runs of itself until it is complete, and shows its refusals."""

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from core.errors import DataError
    from dashboard.ui.growing import grow

    def draw() -> bool:
        looks = st.session_state.looks = st.session_state.get("looks", 0) + 1
        if st.session_state.get("refuse"):
            raise DataError("There is *nothing* here.")
        st.caption(f"look {looks}")
        return looks > 2

    grow("section", draw)


def asks_again(app: AppTest) -> bool:
    return bool(app.get("bidi_component"))


def test_it_asks_until_it_is_complete():
    app = AppTest.from_function(page, default_timeout=120).run()
    assert app.caption[0].value == "look 1" and asks_again(app)
    assert asks_again(app.run())
    app.run()
    assert app.caption[0].value == "look 3" and not asks_again(app) and not app.exception


def test_a_refusal_is_shown_literally_and_ends_it():
    app = AppTest.from_function(page, default_timeout=120)
    app.session_state.refuse = True
    app.run()
    assert app.error[0].value == r"There is \*nothing\* here\." and not asks_again(app)


def slots() -> None:
    import streamlit as st

    from dashboard.ui.slots import Slot, one_of

    size = Slot("size", "b")
    options = {"a": "Small", "b": "Large"} if "few" not in st.session_state else {"c": "Only"}
    st.session_state.seen = one_of("Size", options, size)


@pytest.mark.parametrize(("chosen", "seen"), [(None, "b"), ("a", "a")])
def test_one_of_holds_what_was_chosen_and_starts_with_its_own(chosen, seen):
    app = AppTest.from_function(slots, default_timeout=120).run()
    if chosen:
        app.segmented_control(key="size").set_value(chosen).run()
    assert app.session_state.seen == seen and not app.exception
    app.session_state.few = True
    assert app.run().session_state.seen == "c"
