"""Until a new browser shows the front page's compared pictures, against `streamlit hello` in the
same browser.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit

from tests.browser.conftest import chromium, lasting, serve, started
from tests.conftest import ROOT

__all__ = ["chromium", "lasting", "serve"]  # fixtures

APP = ROOT / "dashboard" / "serve.py"
# Asked at each frame: Playwright's own waiting for an element looks twice a second in the end.
PICTURES = """() =>
    [...document.querySelectorAll(".st-key-compare_viewer [data-testid=stBidiComponentIsolated]")]
        .some((host) => host.shadowRoot?.querySelector(".rdx[data-drawn]"))"""
WELCOME = "() => document.body.innerText.includes('Welcome to Streamlit')"
HELLO = Path(streamlit.__file__).parent / "hello" / "streamlit_app.py"


def opened(browser, address: str, there: str) -> Callable[[], None]:
    """Opens the address in a browser without a past, and waits until `there` is so."""

    def work() -> None:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        page.goto(address)
        page.wait_for_function(there, polling="raf", timeout=120_000)
        context.close()

    return work


@pytest.fixture
def store(tmp_path) -> dict[str, str]:
    """The environment of a server whose store is filled as `make run` fills it."""
    environment = {"RDX_CACHE": str(tmp_path)}
    command = [sys.executable, "-m", "dashboard.compare.first"]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | environment)
    return environment


def test_the_front_page_shows_its_pictures(against, request, store):
    """The server has been visited once."""
    browser, start = map(request.getfixturevalue, ("chromium", "serve"))
    against(
        opened(browser, start(APP, **store), PICTURES),
        opened(browser, start(HELLO), WELCOME),
        "1280 × 900, one session",
        rounds=9,
    )


def _end(servers: list[subprocess.Popen]) -> None:
    """Ends them and their workers; a moment later the machine is quiet again."""
    while servers:
        servers[-1].terminate()
        servers.pop().wait(20)
    time.sleep(2)


def test_right_after_the_servers_start(timed, request, store, tmp_path):
    """The first visitor: each round has servers of its own, that answer and have seen nobody."""
    browser = request.getfixturevalue("chromium")
    references: list[float] = []

    def setup() -> tuple[tuple[Callable[[], None]], dict[str, object]]:
        _end(servers)
        for script, environment in ((HELLO, {}), (APP, store)):
            process, address = started(script, tmp_path / "log.txt", environment)
            servers.append(process)
            if script is HELLO:
                begin = time.perf_counter()
                opened(browser, address, WELCOME)()
                references.append(time.perf_counter() - begin)
                _end(servers)
        return (opened(browser, address, PICTURES),), {}

    servers: list[subprocess.Popen] = []
    timed.pedantic(lambda visit: visit(), setup=setup, rounds=7, warmup_rounds=1)
    _end(servers)
    reference = statistics.median(references[1:])
    ratio = timed.stats.stats.median / reference
    timed.extra_info.update(size="1280 × 900", ratio=round(ratio, 2), reference_s=reference)
