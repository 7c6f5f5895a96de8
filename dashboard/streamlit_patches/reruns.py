"""Mends of Streamlit's reruns: what a person did is never lost to a timer.

In Streamlit 1.60 four things get in a person's way while a page has timers (fragments with
`run_every`):

* A fragment's rerun that meets a waiting rerun of the whole page turns it into one of the fragment
  alone: a click made while the server was busy, on a link to another page for instance, was lost.
  Here the whole page is run, fragments included.
* A timer's message carries the browser's values of all widgets, which may be older than those of a
  run that is under way, and so can take a choice back. Here a timer carries none: the server's own
  values hold.
* A message without values, such as a timer's then is, replaces those of a run that waits to start:
  what a person had just chosen or uploaded was lost. Here the waiting values stay.
* A widget's message is dropped if its fragment has just moved or gone. Here it makes the whole page
  run.
"""

import functools
from collections.abc import Callable
from dataclasses import replace

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)

from dashboard.streamlit_patches import check_version

OfSession = Callable[[AppSession, ClientState | None], None]
OfScript = Callable[[ScriptRequests, RerunData], bool]


def mend() -> None:
    """Puts the mends in place, for the whole server; further calls change nothing.

    Raises RuntimeError for another release of Streamlit than the tested one.
    """
    check_version()
    if not hasattr(AppSession.request_rerun, "__wrapped__"):
        of_session = _of_the_person(AppSession.request_rerun)
        of_script = _of_the_whole_page(ScriptRequests.request_rerun)
        AppSession.request_rerun = of_session  # type: ignore[method-assign, assignment]
        ScriptRequests.request_rerun = of_script  # type: ignore[method-assign, assignment]


def _of_the_person(request_rerun: OfSession) -> OfSession:
    @functools.wraps(request_rerun)
    def request(self: AppSession, client_state: ClientState | None) -> None:
        if client_state is not None and client_state.is_auto_rerun:
            client_state.ClearField("widget_states")
        elif client_state is not None and not self._fragment_storage.contains(
            client_state.fragment_id
        ):
            client_state.ClearField("fragment_id")
        request_rerun(self, client_state)

    return request


def _of_the_whole_page(request_rerun: OfScript) -> OfScript:
    @functools.wraps(request_rerun)
    def request(self: ScriptRequests, new_data: RerunData) -> bool:
        waiting = self._rerun_data
        if self._state == ScriptRequestType.RERUN and not (
            new_data.widget_states and new_data.widget_states.widgets
        ):
            new_data = replace(new_data, widget_states=waiting.widget_states)
        if (
            self._state == ScriptRequestType.RERUN
            and new_data.fragment_id
            and not waiting.fragment_id_queue
        ):
            new_data = replace(
                new_data,
                fragment_id=None,
                is_auto_rerun=False,
                query_string=waiting.query_string,
                page_script_hash=waiting.page_script_hash,
                page_name=waiting.page_name,
            )
        return request_rerun(self, new_data)

    return request
