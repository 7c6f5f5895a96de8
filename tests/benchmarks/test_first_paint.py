"""Until a new browser shows the front page's compared pictures, against `streamlit hello` in the
same browser.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import streamlit

from tests.browser.conftest import chromium, serve
from tests.conftest import ROOT

__all__ = ["chromium", "serve"]  # fixtures

HELLO = Path(streamlit.__file__).parent / "hello" / "streamlit_app.py"


def opened(browser, address: str, there: str) -> Callable[[], None]:
    """Opens the address in a browser without a past, and waits until `there` is to be seen."""

    def work() -> None:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(address)
        page.locator(there).first.wait_for(timeout=120_000)
        context.close()

    return work


def test_the_front_page_shows_its_pictures(against, request, tmp_path):
    """The store filled as `make run` fills it; the server has been visited once."""
    browser, start = map(request.getfixturevalue, ("chromium", "serve"))
    environment = {"RDX_CACHE": str(tmp_path)}
    command = [sys.executable, "-m", "dashboard.compare.first"]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | environment)
    app = start(ROOT / "dashboard" / "app.py", **environment)
    hello = start(HELLO)
    against(
        opened(browser, app, ".st-key-compare_viewer .rdx[data-drawn]"),
        opened(browser, hello, "text=Welcome to Streamlit"),
        "1280 × 900, one session",
        rounds=9,
    )
