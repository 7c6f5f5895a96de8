"""Where the tests' real data lies, and a few pictures.

Tests skip, and say why, where the data is absent.
"""

import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.processes import collect_seldom, keep_memory

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
collect_seldom()
keep_memory()
ROOT = Path(__file__).resolve().parent.parent
BROWSER = ROOT / "tests" / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """First what drives a browser, then files with slow tests: processes that share the tests then
    end together.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (BROWSER not in item.path.parents, item.path not in slow))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where processes share the tests, a file stays whole, and one process takes all that drive a
    browser, which has compiled the pages' code then.
    """
    from xdist.scheduler import LoadFileScheduling

    folder = BROWSER.relative_to(ROOT).as_posix()

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return folder if nodeid.startswith(f"{folder}/") else super()._split_scope(nodeid)

    return Scheduling(config, log)


@pytest.fixture(scope="session", autouse=True)
def looked_through_once() -> Iterator[None]:
    """For every page that it draws, AppTest looks through all installed packages for components;
    they do not change while tests run.
    """
    from streamlit.components.v2 import manifest_scanner as scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "scan_component_manifests", cache(scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """Puts `__main__` back: a page drawn by AppTest leaves its own there, which processes started
    later would run.
    """
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(autouse=True)
def own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Background jobs of a test lie in a folder of its own."""
    monkeypatch.setenv("RDX_RUNS", str(tmp_path / ".runs"))


def _folder(*parts: str) -> Path:
    path = Path(os.environ.get("RDX_SHARED", ROOT.parent / "shared")).joinpath(*parts)
    if not path.exists():
        pytest.skip(
            f"real data is absent: no {'/'.join(parts)} below RDX_SHARED (default ../shared)"
        )
    return path


@pytest.fixture(scope="session")
def kodak() -> list[Path]:
    """The 24 Kodak pictures, in order."""
    return sorted(_folder("data", "kodak").glob("*.png"))


@pytest.fixture(scope="session")
def photos() -> Path:
    """The folder of training photographs."""
    return _folder("data", "photos")


@pytest.fixture(scope="session")
def tfds_dir() -> Path:
    """A TFDS data_dir that holds MNIST."""
    return _folder("data", "tfds")


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of published rate-distortion figures."""
    return _folder("reference")


@pytest.fixture(scope="session")
def small() -> np.ndarray:
    """A natural picture small enough for fast tests: (96, 128, 3) from scikit-image's cat."""
    from skimage import data

    return np.ascontiguousarray(data.chelsea()[60:156, 150:278])


def synthetic(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A smooth colour picture with some noise, of any size: uint8 (height, width, 3)."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = [127 + 90 * np.sin(x / (5 + 3 * c) + y / (9 - 2 * c)) for c in range(3)]
    return np.clip(np.stack(waves, -1) + rng.normal(0, 6, (height, width, 3)), 0, 255).astype(
        np.uint8
    )
