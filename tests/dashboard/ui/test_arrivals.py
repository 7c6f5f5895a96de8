"""The browser says that it has drawn: whom that wakes, and what hostile messages do."""

import json

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from dashboard.ui.viewer import arrivals


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """As in a process that serves no addresses."""
    monkeypatch.setattr(arrivals, "_expected", arrivals._Expected())


def browser(base: str = "") -> TestClient:
    return TestClient(Starlette(routes=arrivals.routes(base)))


def test_where_the_addresses_are_not_served_nothing_is_waited_for():
    with arrivals.expect(lambda: None) as arrival:
        assert arrival is None


def test_the_browser_wakes_who_waits_and_nobody_else():
    woken = []
    client = browser()
    with (
        arrivals.expect(lambda: woken.append("one")) as one,
        arrivals.expect(lambda: woken.append("other")) as other,
    ):
        assert one.name != other.name and not one.has_come()
        assert client.post(f"/drawn/{one.name}").status_code == 204
        assert one.has_come() and not other.has_come() and woken == ["one"]


def test_unknown_and_late_names_do_nothing():
    woken = []
    client = browser()
    with arrivals.expect(lambda: woken.append("late")) as arrival:
        for name in ("nobody", "%2e%2e", "x" * 5000):
            assert client.post(f"/drawn/{name}").status_code == 204
        assert client.get(f"/drawn/{arrival.name}").status_code == 405
    assert client.post(f"/drawn/{arrival.name}").status_code == 204
    assert woken == [] and not arrival.has_come()


def test_the_addresses_lie_below_the_root_path():
    client = browser("/tools/rd/")
    with arrivals.expect(lambda: None) as arrival:
        assert client.post(f"/drawn/{arrival.name}").status_code == 404
        assert client.post(f"/tools/rd/drawn/{arrival.name}").status_code == 204
        assert arrival.has_come()


def test_the_viewer_gives_the_address_to_the_browser():
    page = AppTest.from_string(
        "import numpy as np\n"
        "from dashboard.ui.viewer import Panel, arrivals, png_bytes, viewer\n"
        "panel = Panel('a', 'A', '', png_bytes(np.zeros((4, 4), np.uint8)))\n"
        "arrivals.routes()\n"
        "with arrivals.expect(lambda: None) as arrival:\n"
        "    viewer([panel], 'v', arrival=arrival)\n"
        "viewer([panel], 'w')\n"
    )
    page.run()
    told = [json.loads(v.proto.json)[0]["arrival"] for v in page.get("bidi_component")]
    assert told[0].startswith("drawn/") and told[1] == ""
