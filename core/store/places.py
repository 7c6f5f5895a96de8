"""Where models, background jobs and caches lie on this machine.

In a checkout all models, shipped and one's own, lie in `models/`. An installed program finds the
shipped ones beside `core`, where nobody writes, and keeps a person's own in the user's data folder.
RDX_MODELS names one folder for all. Caches follow the same rule; RDX_CACHE names their folder.
"""

import os
from pathlib import Path

import platformdirs

_INSTALLED = Path(__file__).resolve().parents[2]  # the folder that holds `core` and `models`


def own() -> Path:
    """The folder that models are written to."""
    if chosen := os.environ.get("RDX_MODELS"):
        return Path(chosen)
    if _is_checkout():
        return _INSTALLED / "models"
    return platformdirs.user_data_path("rd-explorer", appauthor=False) / "models"


def runs() -> Path:
    """The folder of background jobs: RDX_RUNS, else `.runs` in a checkout, else in the user's data.

    It does not follow RDX_MODELS: a store holds models alone.
    """
    if chosen := os.environ.get("RDX_RUNS"):
        return Path(chosen)
    if _is_checkout():
        return _INSTALLED / ".runs"
    return platformdirs.user_data_path("rd-explorer", appauthor=False) / "runs"


def shipped() -> Path | None:
    """The folder of models that came with the program and stay as they are.

    None where `own` is the only folder.
    """
    if os.environ.get("RDX_MODELS") or _is_checkout():
        return None
    return _INSTALLED / "models"


def cache() -> Path:
    """The folder of what can be computed again."""
    if chosen := os.environ.get("RDX_CACHE"):
        return Path(chosen)
    if _is_checkout():
        return _INSTALLED / ".cache"
    return platformdirs.user_cache_path("rd-explorer", appauthor=False)


def _is_checkout() -> bool:
    return (_INSTALLED / "pyproject.toml").exists()
