"""A real Chromium against a real Streamlit server: `serve` starts the server, `open_page` opens a
page on it.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# The same browser without windows takes a quarter less of the cores.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    """One browser for the whole run; the tests skip where Debian has none installed."""
    if CHROMIUM is None:
        pytest.skip("no browser on this machine: apt-get install chromium-headless-shell")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """`serve(script, **environment)` -> address of a Streamlit server that runs it.

    `script` is a file, or the text of one. Servers are kept for a file of tests, in which the same
    script and environment give the same server: for longer, many would do nothing side by side.
    """
    servers: dict[tuple, tuple[subprocess.Popen, str]] = {}

    def start(script: str | Path, **environment: str) -> str:
        key = (str(script), *sorted(environment.items()))
        if key not in servers:
            folder = tmp_path_factory.mktemp("server")
            path = script
            if isinstance(script, str):
                path = folder / "app.py"
                path.write_text(script)
            servers[key] = started(Path(path), folder / "log.txt", environment)
        return servers[key][1]

    yield start
    for process, _ in servers.values():
        process.terminate()
    for process, _ in servers.values():
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def started(script: Path, log: Path, environment: dict[str, str]) -> tuple[subprocess.Popen, str]:
    """A server that runs `script` and answers, and its address; it writes to `log`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(script),
        "--server.port",
        str(port),
        "--server.address",
        "127.0.0.1",
        "--server.headless",
        "true",
        "--server.fileWatcherType",
        "none",
        "--browser.gatherUsageStats",
        "false",
        "--client.toolbarMode",
        "minimal",
    ]
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with log.open("w") as out:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": paths, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return process, address
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    process.kill()
    raise RuntimeError(f"streamlit did not start:\n{log.read_text()}")


@pytest.fixture
def open_page(chromium) -> Iterator[Callable]:
    """`open_page(address, width=1280, height=900, theme="light", ratio=1, touch=False)` -> a
    Playwright page.

    Each page lives in a browser context of its own (a person of its own), or is another tab
    `beside` a page that is there. At the end the test fails if a page threw an exception or wrote
    an error to the console; a test that provokes one clears `open_page.problems`.
    """
    contexts, problems = [], []

    def open_one(
        address: str,
        width: int = 1280,
        height: int = 900,
        theme: str = "light",
        ratio: float = 1,
        touch: bool = False,
        beside=None,
    ):
        if beside is None:
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme=theme,
                device_scale_factor=ratio,
                has_touch=touch,
                is_mobile=touch,
            )
            contexts.append(context)
        page = (context if beside is None else beside.context).new_page()
        page.set_default_timeout(180_000)
        page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
        page.on("console", lambda message: note(message, problems))
        page.goto(address)
        return page

    open_one.problems = problems
    yield open_one
    for context in contexts:
        context.close()
    assert not problems, "the page reported errors:\n" + "\n".join(problems)


def note(message, problems: list[str]) -> None:
    """Keeps an error of the console, but for two that end well: opened at a page's own address,
    Streamlit's client looks for its server below that address first; and a picture that a newer run
    has replaced may be gone when the browser asks for it (tests wait for what is drawn in the end).
    """
    text = f"{message.text} {message.location.get('url', '')}"
    if message.type == "error" and not re.search(r"//[^/]+/(\w+/_stcore/|media/\w+\.png$)", text):
        problems.append(text)
