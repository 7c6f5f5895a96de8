"""The app that people come to, the pictures that they bring, and what keeps it busy."""

import io
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image
from skimage import data

ROOT = Path(__file__).resolve().parents[2]


def own_picture(number: int, height: int = 340, width: int = 500) -> bytes:
    """A picture that nobody else has: a photograph cut and mirrored by its number, as PNG."""
    whole = (data.astronaut(), data.coffee(), data.rocket())[number % 3]
    top = 3 * number % (whole.shape[0] - height + 1)
    left = (40 + number) % (whole.shape[1] - width + 1)
    cut = whole[top : top + height, left : left + width]
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(cut[:, :: (-1) ** number])).save(out, "PNG")
    return out.getvalue()


def start_app(folder: str, filled: bool = False) -> tuple[subprocess.Popen, str]:
    """The app with a fresh cache: (its process, its address).

    `filled`: as `make run` fills it, with what Compare opens with on each sample.
    """
    environment = os.environ | {"RDX_CACHE": folder}
    if filled:
        command = [sys.executable, "-m", "dashboard.compare.first"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "serve.py")]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--server.headless", "true"]
    log = open(Path(folder, "log.txt"), "w")  # noqa: SIM115 (open for as long as the app)
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2):
                return process, f"127.0.0.1:{port}"
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(Path(folder, "log.txt").read_text())


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Other processes that keep so many cores busy meanwhile."""
    command = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(command) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()
