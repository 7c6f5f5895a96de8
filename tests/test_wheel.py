"""The wheel, built and used outside the checkout: its command, its models, its app."""

import json
import os
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
from pathlib import Path

import pytest
from PIL import Image

from core.codecs.registry import get
from core.metrics import psnr
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel; the libraries are those of the running
    environment.
    """
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", folder, ROOT)
    (wheel,) = folder.glob("*.whl")
    environment = folder / "venv"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    _run(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", wheel)
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return environment


@pytest.fixture
def command(installed: Path) -> list[str]:
    """The command `rd-explorer` of that environment."""
    return [str(installed / "bin" / "rd-explorer")]


def _run(*command: str | Path, **options: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _outside(home: Path) -> dict[str, object]:
    """Options for a process that cannot find the checkout, nor anybody's own models."""
    here = ("PYTHONPATH", "RDX_", "XDG_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(here)}
    return {"cwd": home, "env": kept | {"HOME": str(home)}}


def test_codecs_and_a_shipped_model(command, small, tmp_path):
    outside = _outside(tmp_path)
    listed = _run(*command, "codecs", **outside)
    assert "bls2017" in listed and "jpeg2000" in listed
    verified = json.loads(_run(*command, "models", "verify", "--json", **outside))
    assert set(verified) >= {"bls2017-multirate", "mnist-500"} and not any(verified.values())

    Image.fromarray(small).save(tmp_path / "cat.png")
    encode = ("encode", "cat.png", "-c", "bls2017", "-s", "5", "-o", "cat.rdx", "--json")
    figures = json.loads(_run(*command, *encode, **outside))
    data = (tmp_path / "cat.rdx").read_bytes()
    assert figures["bytes"] == len(data)  # it has decoded them there, as we do here
    measured = psnr(small, get("bls2017").decode(data))
    assert measured == pytest.approx(figures["psnr"]) and measured > 25


def test_run_serves_the_app(command, tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    options = ["--port", str(port), "--address", "127.0.0.1", "--server.headless", "true"]
    with (tmp_path / "log.txt").open("w") as log:
        server = subprocess.Popen(
            [*command, "run", *options], stdout=log, stderr=log, **_outside(tmp_path)
        )
    try:
        while not _answers(address + "/_stcore/health"):
            assert server.poll() is None, (tmp_path / "log.txt").read_text()
            time.sleep(0.2)
        page = urllib.request.urlopen(address).read().decode()
        assert "<title>" in page and "streamlit" in page.lower()
    finally:
        server.terminate()
        server.wait()


def test_the_front_page_draws(installed, tmp_path):
    """With a picture so small that all curves are soon measured, which the page waits for here."""
    draw = (
        "from streamlit.testing.v1 import AppTest\n"
        "from core.cli.run import SERVER\n"
        "from core.images import Picture\n"
        "from core.images.samples import sample\n"
        "app = str(SERVER.with_name('app.py'))\n"
        "page = AppTest.from_file(app, default_timeout=300)\n"
        "corner = sample('chelsea').image[:64, :96].copy()\n"
        "page.session_state.picture = Picture('Corner of a cat', corner)\n"
        "page.run()\n"
        "assert not page.exception, page.exception\n"
        "drawn = [html.proto.body for html in page.get('html')]\n"
        "assert max(body.count('<tr>') for body in drawn) == 1 + 4\n"
        "print(app, page.title[0].value if page.title else page.header[0].value)"
    )
    drawn = _run(installed / "bin" / "python", "-c", draw, **_outside(tmp_path))
    assert str(installed) in drawn and str(ROOT) not in drawn
    assert not list(installed.rglob(".cache")) and not list(installed.rglob(".runs"))


def _answers(address: str) -> bool:
    try:
        return urllib.request.urlopen(address).read() == b"ok"
    except urllib.error.URLError:
        return False
