"""How Compare lets the browser draw: a rest before the chart, which missing results end."""

from streamlit.testing.v1 import AppTest

ENDLESS_S = 1e6


def rest(come: bool) -> None:
    """A page that rests before its first chart while results are missing; they may come."""
    import threading

    from dashboard.compare import view
    from dashboard.waiting import service

    come_now = threading.Event()

    def arrive() -> None:
        come_now.set()
        service().wake("me")

    if come:
        threading.Timer(0.1, arrive).start()
    view.let_the_browser_rest_before_the_chart("me", come_now.is_set)


def test_results_that_come_end_the_rest_and_the_chart_rests_again(monkeypatch):
    for bound in ("FIRST_CHART_S", "FIRST_CHART_S_MOST"):
        monkeypatch.setattr(f"dashboard.compare.view.{bound}", ENDLESS_S)
    app = AppTest.from_function(rest, kwargs={"come": True}, default_timeout=300).run()
    assert not app.exception and not app.session_state["cmp_charted"]


def test_without_news_the_rest_ends_by_itself(monkeypatch):
    monkeypatch.setattr("dashboard.compare.view.FIRST_CHART_S", 0.1)
    app = AppTest.from_function(rest, kwargs={"come": False}, default_timeout=300).run()
    assert not app.exception and app.session_state["cmp_charted"]
