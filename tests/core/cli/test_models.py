"""`python -m core models`: the store from the command line."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from core.cli.main import app
from core.errors import DataError, ModelError
from core.store import zoo
from tests.conftest import ROOT
from tests.pages.digit_models import fill


@pytest.fixture
def models(tmp_path, monkeypatch):
    """Runs `models …` on a store with one model; returns (stdout, the error raised or None)."""
    monkeypatch.setenv("RDX_MODELS", str(tmp_path / "models"))
    fill(lmbdas=(100,), vae=False)

    def run(*args: object) -> tuple[str, Exception | None]:
        result = CliRunner().invoke(app, ["models", *map(str, args)])
        return result.stdout, result.exception

    return run


def test_list_verify_export_remove_import(models, tmp_path):
    cards = json.loads(models("list", "--json")[0])
    assert [card["name"] for card in cards] == ["mnist-100"] and cards[0]["lmbda"] == 100
    assert "mnist-100" in models("list")[0]
    assert json.loads(models("verify", "--json")[0]) == {"mnist-100": None}
    file = tmp_path / "model.zip"
    assert models("export", "mnist-100", "-o", file)[1] is None
    assert models("remove", "mnist-100")[1] is None and zoo.names() == []
    assert json.loads(models("import", file, "--name", "back", "--json")[0])["name"] == "back"
    assert "sound" in models("verify", "back")[0]


def test_faults_are_named(models, tmp_path):
    path = zoo.root() / "mnist-100" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    told, error = models("verify")
    assert "mnist-100" in told and "damaged" in told and isinstance(error, ModelError)
    for args, kind in (
        (("remove", "../x"), ModelError),
        (("export", "none", "-o", "x"), ModelError),
        (("import", tmp_path / "absent"), DataError),
        (("import", path), ModelError),
    ):
        assert isinstance(models(*args)[1], kind), args


def test_shipped_models_are_verified_without_tensorflow():
    script = (
        "import sys; from core.cli.main import app; "
        "app(['models', 'verify', '--json'], standalone_mode=False); "
        "assert not {'tensorflow', 'keras', 'tensorflow_compression'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {"mnist-500", "mnist-vae", "bls2017-neural"} <= set(found) and not any(found.values())
