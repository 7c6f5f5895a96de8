"""CITATION.cff is what the Citation File Format asks for, and names the version that is built."""

import tomllib

import yaml

from core.publish.bibliography import entry
from tests.conftest import ROOT

CITED = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


def test_it_has_what_the_format_requires():
    assert CITED["cff-version"] == "1.2.0" and CITED["type"] == "software"
    assert all(CITED[name] for name in ("message", "title", "authors", "license", "abstract"))
    for reference in CITED["references"]:
        assert all(reference[name] for name in ("type", "title", "authors"))


def test_version_and_title_are_those_of_the_program():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert CITED["version"] == built["version"] and CITED["license"] == built["license"]
    assert f"{{{CITED['title']}}}" in entry("rdexplorer")
    (reference,) = CITED["references"]
    assert reference["title"] in entry("balle2017endtoend")
