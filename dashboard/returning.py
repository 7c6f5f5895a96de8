"""What outlives a page's life in the browser: an uploaded picture through a reload, and the way
back.

A reload begins a new session, and the address cannot carry an upload. So the server keeps the
picture for a while under a name that nobody can guess, and the tab remembers this name.

Streamlit adds an entry to the browser's history whenever a choice changes the address, and pays no
heed to a step back among them. Here a new address of the same page replaces the old one: Back
leads to the page before.
"""

import secrets
import threading
from collections.abc import MutableMapping

import streamlit as st
from cachetools import TTLCache

from core.compute import limits
from core.images import Picture
from dashboard import state

NAME = "returning"
_SCRIPT = """
const PLACE = "rdx-picture";
if (!history.replacesSamePage) {
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const there = new URL(address ?? "", location.href);
    const same = there.origin === location.origin && there.pathname === location.pathname;
    same ? history.replaceState(state, title, address) : push(state, title, address);
  };
  history.replacesSamePage = true;
}
export default function ({ data, setStateValue }) {
  try {
    const known = sessionStorage.getItem(PLACE);
    if (data.picture) sessionStorage.setItem(PLACE, data.picture);
    else if (data.lost && known) setStateValue("picture", known);
  } catch {
    // a browser that stores nothing: the picture has to be uploaded again
  }
}
"""


class Kept:
    """Pictures by name; those not asked for longest, and those kept too long, go first."""

    def __init__(self, most_bytes: int, seconds: float) -> None:
        self._pictures: MutableMapping[str, Picture] = TTLCache(
            most_bytes, seconds, getsizeof=lambda picture: picture.image.nbytes
        )
        self._lock = threading.Lock()

    def add(self, picture: Picture) -> str:
        """A new name for the picture; "" where it is larger than all that may be kept."""
        name = secrets.token_urlsafe(24)
        with self._lock:
            try:
                self._pictures[name] = picture
            except ValueError:
                return ""
        return name

    def get(self, name: str) -> Picture | None:
        """The picture of this name, if it is still kept."""
        with self._lock:
            return self._pictures.get(name)


@st.cache_resource(show_spinner=False)
def _kept() -> Kept:
    return Kept(limits.RETURNING_BYTES, limits.RETURNING_S)


def remember() -> None:
    """Has the browser's tab remember the session's uploaded picture, or asks it for the one that a
    reload has lost. To be called in each run of each page.
    """
    picture = state.uploaded_picture()
    if picture is not None and st.session_state.get("returning_sha256") != picture.sha256:
        st.session_state.returning_name = _kept().add(picture)
        st.session_state.returning_sha256 = picture.sha256
    data = {
        "picture": st.session_state.get("returning_name", "") if picture is not None else "",
        "lost": picture is None and state.upload_is_lost(),
    }
    st.components.v2.component("rdx_returning", js=_SCRIPT)(
        key=NAME, data=data, default={"picture": None}, on_picture_change=_bring_back
    )


def _bring_back() -> None:
    """The tab has told of a picture: from before a reload, if the server still has it."""
    name = st.session_state[NAME].get("picture")
    picture = _kept().get(name) if isinstance(name, str) else None
    if picture is not None and state.upload_is_lost():
        state.bring_back(picture)
        st.session_state.returning_name = name
        st.session_state.returning_sha256 = picture.sha256
