"""What a person without a browser holds of a page's inputs is what the page says they are."""

from streamlit.testing.v1 import AppTest

from tests.load import inputs


def page() -> None:
    import streamlit as st

    if "told" in st.session_state:
        st.session_state.update(size=7, hull=True, axis="b", mode="b", codecs=["c", "a"], bpp=0.5)
    st.number_input("Size", 1, 9, key="size")
    st.toggle("Hull", key="hull")
    st.selectbox("Axis", ["a", "b"], key="axis")
    st.radio("Mode", ["a", "b"], key="mode")
    st.multiselect("Codecs", ["a", "b", "c"], ["b"] if "told" not in st.session_state else None)
    st.multiselect("Others", ["a", "b", "c"], key="codecs")
    st.select_slider("Budget", [0.25, 0.5], key="bpp", format_func="{:g} bpp".format)


def held(app: AppTest) -> dict[str, object]:
    """Label -> value, of all inputs of the page."""
    found = {}
    for kind, elements in (
        ("number_input", app.number_input),
        ("checkbox", app.toggle),
        ("selectbox", app.selectbox),
        ("radio", app.radio),
        ("multiselect", app.multiselect),
        ("slider", app.select_slider),
    ):
        for element in elements:
            state = inputs.drawn(kind, element.proto)
            assert state is not None
            value = getattr(state, state.WhichOneof("value") or "")
            found[element.label] = list(value.data) if hasattr(value, "data") else value
    return found


def test_new_inputs_have_their_defaults_and_told_ones_what_they_were_told():
    app = AppTest.from_function(page, default_timeout=120).run()
    assert held(app) == {
        "Size": 1,
        "Hull": False,
        "Axis": "a",
        "Mode": "a",
        "Codecs": ["b"],
        "Others": [],
        "Budget": ["0.25 bpp"],
    }
    app.session_state.told = True
    app.run()
    told = held(app)
    assert (told["Size"], told["Hull"], told["Axis"], told["Mode"]) == (7, True, "b", "b")
    assert told["Others"] == ["c", "a"] and told["Budget"] == ["0.5 bpp"]
