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

from core import jobs
from core.compute.cluster import WORKERS

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
    "--js-flags=--max-lazy",  # no function is compiled before it is called: a tenth less work
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


@pytest.fixture(scope="session")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Servers"]:
    """Servers that the files of tests share, with one folder for their background jobs."""
    with Servers(tmp_path_factory.mktemp("runs")) as servers:
        yield servers


@pytest.fixture
def no_run_is_left(lasting: "Servers", monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ends and removes the jobs of a test on the shared server: pages open with the newest."""
    assert lasting.runs is not None
    monkeypatch.setenv("RDX_RUNS", str(lasting.runs))
    yield
    for job in jobs.jobs():
        jobs.cancel(job)
    for path in lasting.runs.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


@pytest.fixture(scope="module")
def serve(
    lasting: "Servers", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """`serve(script, **environment)` -> address of a Streamlit server that runs it.

    `script` is a file, or the text of one. The same script and environment give the same server. A
    file's server without an environment of its own is shared by all tests, and has a worker for
    each core; others are kept for a file of tests: for longer, many would do nothing side by side.
    """
    with Servers() as own:

        def start(script: str | Path, **environment: str) -> str:
            path, servers = script, own
            if isinstance(script, Path) and not environment:
                servers, environment = lasting, lasting.environment()
            elif isinstance(script, str):
                path = tmp_path_factory.mktemp("script") / "app.py"
                path.write_text(script)
            key = (str(script), *sorted(environment.items()))
            log = tmp_path_factory.mktemp("server") / "log.txt"
            return servers.get(key, lambda: started(Path(path), log, environment))

        yield start


class Servers:
    """Servers by what they run, ended together."""

    def __init__(self, runs: Path | None = None) -> None:
        self.runs = runs
        self._servers: dict[tuple, tuple[subprocess.Popen, str]] = {}

    def environment(self) -> dict[str, str]:
        """That of the server that all share: a worker a core, our jobs, MNIST where it lies."""
        shared = Path(os.environ.get("RDX_SHARED", ROOT.parent / "shared"))
        tfds = os.environ.get("TFDS_DATA_DIR", str(shared / "data" / "tfds"))
        return {WORKERS: "", "RDX_RUNS": str(self.runs), "TFDS_DATA_DIR": tfds}

    def __enter__(self) -> "Servers":
        return self

    def get(self, key: tuple, start: Callable[[], tuple[subprocess.Popen, str]]) -> str:
        """The address of the server that `start` starts where there is none yet."""
        if key not in self._servers:
            self._servers[key] = start()
        return self._servers[key][1]

    def __exit__(self, *_: object) -> None:
        processes = [process for process, address in self._servers.values()]
        for process in processes:
            process.terminate()
        for process in processes:
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


class Tabs:
    """Pages of one browser, each a person of its own, of whom the browser remembers nothing.

    Where an earlier test has left one, it is taken: that its code is compiled already halves the
    work of opening a page.
    """

    def __init__(self, browser) -> None:
        self._browser = browser
        self._free: dict[tuple, list] = {}

    def take(
        self,
        width: int = 1280,
        height: int = 900,
        theme: str = "light",
        ratio: float = 1,
        touch: bool = False,
    ):
        """An empty page on a screen of this kind."""
        free = self._free.get((ratio, touch))
        if free:
            page = free.pop()
        else:
            context = self._browser.new_context(
                device_scale_factor=ratio, has_touch=touch, is_mobile=touch
            )
            page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme)
        return page

    def give_back(self, page, ratio: float = 1, touch: bool = False, **_: object) -> None:
        """Leaves what a page shows, and has its browser forget the person."""
        page.unroute_all(behavior="ignoreErrors")
        page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.context.clear_cookies()
        page.goto("about:blank")
        self._free.setdefault((ratio, touch), []).append(page)


@pytest.fixture(scope="session")
def tabs(chromium) -> Tabs:
    """Pages of the browser that all tests use."""
    return Tabs(chromium)


@pytest.fixture(scope="module")
def tab(tabs) -> Iterator[tuple]:
    """A page that the tests of a file share, and the list of errors that it wrote.

    For tests that need no new person: nothing is loaded anew between them.
    """
    problems: list[str] = []
    page = tabs.take()
    look_away = watch(page, problems)
    yield page, problems
    look_away()
    tabs.give_back(page)


@pytest.fixture
def open_page(tabs) -> Iterator[Callable]:
    """`open_page(address, width=1280, height=900, theme="light", ratio=1, touch=False)` -> a
    Playwright page.

    Each page is a person of its own (see `Tabs`), or another tab `beside` a page that is there. At
    the end the test fails if a page threw an exception or wrote an error to the console; a test
    that provokes one clears `open_page.problems`.
    """
    used: list[tuple] = []
    problems: list[str] = []

    def open_one(address: str, beside=None, **screen):
        page = beside.context.new_page() if beside is not None else tabs.take(**screen)
        used.append((page, beside, screen, watch(page, problems)))
        page.goto(address)
        return page

    open_one.problems = problems  # type: ignore[attr-defined]
    yield open_one
    for page, beside, screen, look_away in used:
        look_away()
        if beside is not None or page.is_closed():
            page.close()
        else:
            tabs.give_back(page, **screen)
    assert_none(problems)


def watch(page, problems: list[str]) -> Callable[[], None]:
    """Gives a page three minutes for everything, and collects its exceptions and errors in
    `problems` until the returned function is called.
    """

    def broken(error) -> None:
        problems.append(f"exception: {error}")

    def told(message) -> None:
        note(message, problems)

    def look_away() -> None:
        page.remove_listener("pageerror", broken)
        page.remove_listener("console", told)

    page.set_default_timeout(180_000)
    page.on("pageerror", broken)
    page.on("console", told)
    return look_away


def assert_none(problems: list[str]) -> None:
    assert not problems, "the page reported errors:\n" + "\n".join(problems)


def note(message, problems: list[str]) -> None:
    """Keeps an error of the console, but for two that end well: opened at a page's own address,
    Streamlit's client looks for its server below that address first; and a picture that a newer run
    has replaced may be gone when the browser asks for it (tests wait for what is drawn in the end).
    """
    text = f"{message.text} {message.location.get('url', '')}"
    if message.type == "error" and not re.search(r"//[^/]+/(\w+/_stcore/|media/\w+\.png$)", text):
        problems.append(text)
