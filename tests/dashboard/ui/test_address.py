"""The page's address as a session writes it."""

from streamlit.runtime.state.query_params_proxy import QueryParamsProxy
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from dashboard.ui import address

    address.write({"src": st.session_state.src})


def test_an_address_is_written_again_where_the_browser_asked_before_it_changed(monkeypatch):
    """The browser's question and the session's answer may cross: what the run then reads is what
    the browser had before.
    """
    written = []
    write = QueryParamsProxy.from_dict
    monkeypatch.setattr(
        QueryParamsProxy, "from_dict", lambda self, link: (written.append(link), write(self, link))
    )
    app = AppTest.from_function(script)
    app.session_state["src"] = "sample:cat"
    app.run().run()
    assert written == [{"src": "sample:cat"}]
    app.session_state["src"] = "upload"
    app.query_params["src"] = "upload"
    app.run().run()
    assert written == [{"src": "sample:cat"}, {"src": "upload"}]
