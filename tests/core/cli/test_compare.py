"""`compare`: what it prints, and what it writes."""

import json

from typer.testing import CliRunner

from core.cli.main import app
from core.results.records import FORMAT
from tests.core.results.test_comparison import made

RUN = CliRunner()


def invoke(tmp_path, *more: str):
    path = tmp_path / "r.json"
    data = made([0.5, 0.8])
    path.write_text(
        json.dumps({"header": {"format": FORMAT, **data.header}, "records": data.records})
    )
    return RUN.invoke(app, ["compare", str(path), "--anchor", "anchor", *more])


def test_it_prints_interval_ratio_and_savings(tmp_path):
    text = invoke(tmp_path, "--at", "33").output
    assert "−" not in text.split("\n")[1]
    assert "-35.0 %" in text
    assert "ratio 0.632" in text
    assert "at 33: -36.8 %" in text


def test_json_has_all_figures_and_reasons(tmp_path):
    found = json.loads(invoke(tmp_path, "--at", "33", "--at", "70", "--json").output)["test"]
    assert found["bd_rate"]["images"] == 2
    assert len(found["at"]) == 1
    assert "70" in found["why"][0]


def test_the_export_is_a_list_of_batches(tmp_path):
    invoke(tmp_path, "--export", str(tmp_path / "out"))
    listed = json.loads((tmp_path / "out" / "batches.json").read_text())
    for (name,) in listed:
        assert json.loads((tmp_path / "out" / name).read_text())["field_values"]
