"""Pages that are drawn without a browser."""

import pytest

from dashboard import measured_curves
from dashboard.compare import view


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no browser that would need time to draw, and the sessions of earlier tests have
    none either.
    """
    monkeypatch.setattr(view, "let_the_browser_draw", lambda *_: None)
    monkeypatch.setattr(measured_curves, "REST_S_MOST", 0.2)
