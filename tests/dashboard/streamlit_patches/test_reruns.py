"""A waiting rerun of the whole page outlives a timer's; timers bring no values; kept values come
back.
"""

import pytest
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner_utils.script_requests import (
    RerunData,
    ScriptRequests,
    ScriptRequestType,
)

from dashboard.streamlit_patches import TESTED, check_version, reruns


def test_a_timer_does_not_take_the_place_of_a_visit_to_another_page():
    reruns.mend()
    reruns.mend()
    requests = ScriptRequests()
    assert requests.request_rerun(RerunData(page_script_hash="digits"))
    assert requests.request_rerun(
        RerunData(page_script_hash="compare", fragment_id="clock", is_auto_rerun=True)
    )
    request = requests.on_scriptrunner_yield()
    assert request.type == ScriptRequestType.RERUN
    assert (
        request.rerun_data.page_script_hash == "digits" and not request.rerun_data.fragment_id_queue
    )


def test_a_timer_does_not_wipe_out_what_a_person_has_just_chosen():
    """Both arrive before the run starts: the person's values, a file that was uploaded for
    instance, must reach it.
    """
    reruns.mend()
    requests, chosen = ScriptRequests(), WidgetStates()
    chosen.widgets.add(id="size", int_value=7)
    assert requests.request_rerun(RerunData(widget_states=chosen))
    assert requests.request_rerun(
        RerunData(widget_states=WidgetStates(), fragment_id="clock", is_auto_rerun=True)
    )
    states = requests.on_scriptrunner_ready().rerun_data.widget_states
    assert [(state.id, state.int_value) for state in states.widgets] == [("size", 7)]


def test_timers_alone_still_run_their_fragments_alone():
    reruns.mend()
    requests = ScriptRequests()
    for name in ("clock", "chart"):
        requests.request_rerun(
            RerunData(page_script_hash="compare", fragment_id=name, is_auto_rerun=True)
        )
    assert requests.on_scriptrunner_yield() is None
    assert requests.on_scriptrunner_ready().rerun_data.fragment_id_queue == ["clock", "chart"]


class Session:
    """As much of a session as a request for a rerun meets; remembers what reached Streamlit."""

    def __init__(self, *fragments: str) -> None:
        self._fragment_storage = MemoryFragmentStorage()
        for name in fragments:
            self._fragment_storage.register(name, lambda: None)
        self.asked: list[ClientState] = []

    def ask(self, **fields) -> ClientState:
        state = ClientState(**fields)
        state.widget_states.widgets.add(id="size", int_value=3)
        reruns._of_the_person(Session.asked_for)(self, state)
        return self.asked[-1]

    def asked_for(self, state: ClientState) -> None:
        self.asked.append(state)


def test_a_timer_brings_no_widget_values_and_a_person_does():
    session = Session("clock")
    timer = session.ask(fragment_id="clock", is_auto_rerun=True)
    assert timer.fragment_id == "clock" and not timer.widget_states.widgets
    person = session.ask(fragment_id="clock")
    assert person.fragment_id == "clock" and person.widget_states.widgets[0].int_value == 3
    assert session.ask().widget_states.widgets


def test_a_choice_in_a_fragment_that_is_gone_runs_the_page_and_a_timer_of_it_does_not():
    session = Session()
    person = session.ask(fragment_id="gone")
    assert not person.fragment_id and person.widget_states.widgets
    assert (
        session.ask(fragment_id="gone", is_auto_rerun=True).fragment_id == "gone"
    )  # Streamlit drops it


def test_another_release_of_streamlit_is_refused(monkeypatch):
    check_version()
    monkeypatch.setattr("streamlit.__version__", "1.61.0")
    with pytest.raises(RuntimeError, match=f"{TESTED}; 1.61.0 is installed"):
        reruns.mend()
