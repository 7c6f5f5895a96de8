"""The page's address: what a page writes there makes it a permalink."""

import streamlit as st

_WRITTEN = "address_written"


def write(link: dict[str, str]) -> None:
    """Makes `link` the query of the page's address.

    What a run reads there is what the browser had when it asked for the run. An earlier run may
    have written something else meanwhile: so an address counts as written only where the session
    wrote it last.
    """
    if dict(st.query_params) != link or st.session_state.get(_WRITTEN) != link:
        st.query_params.from_dict(link)
        st.session_state[_WRITTEN] = link
