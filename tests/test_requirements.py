"""What is imported is declared, and what is declared is pinned."""

import ast
import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.conftest import ROOT

OWN = {"core", "dashboard", "pages", "models", "tests"}


def _names(file: str) -> set[str]:
    """The packages that a requirements file names, in lower case with dashes."""
    lines = (ROOT / file).read_text().splitlines()
    found = (re.match(r"[A-Za-z][\w.-]*", line) for line in lines)
    return {_plain(match[0]) for match in found if match}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imported(folder: str) -> set[str]:
    """The top-level packages that the Python files of a folder import, wherever they do."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - OWN - set(sys.stdlib_module_names)


@pytest.mark.parametrize("folder", ["core", "dashboard", "pages"])
def test_what_is_imported_is_declared(folder):
    providers = packages_distributions()
    declared = _names("requirements.in") | {"dask"}  # dask comes with distributed
    for package in _imported(folder):
        named = {_plain(name) for name in providers.get(package, [package])}
        assert named & declared, f"{folder} imports {package}; requirements.in does not name it"


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_declared_is_pinned(name):
    missing = _names(f"{name}.in") - _names(f"{name}.txt")
    assert not missing, f"{sorted(missing)}: run `make lock`"
