"""`python -m core bdrate`: what it prints of curves whose differences are known in closed form."""

import pytest
from typer.testing import CliRunner

from core import results
from core.cli.main import app
from tests.core.results.test_analysis import made


@pytest.fixture
def printed(tmp_path):
    """`printed(*options)` -> (exit status, what was printed) for codecs that need 1, 0.8 and 10⁻⁹
    times the bits of "a".
    """
    data = made({"a": 1.0, "b": 0.8, "far": 1e-9})
    results.write(
        tmp_path / "r.json",
        {"codecs": {name: {"title": name} for name in data.codecs()}},
        data.records,
    )

    def call(*options: str):
        found = CliRunner().invoke(
            app, ["bdrate", str(tmp_path / "r.json"), "--anchor", "a", *options]
        )
        return found.exit_code, found.output, found.exception

    return call


def test_percent_and_gain(printed):
    status, text, _ = printed()
    assert status == 0 and "-20.0 %" in text and "+1.93 dB" in text  # 6 · log2(1 / 0.8)


def test_differences_at_equal_rate(printed):
    _, text, _ = printed("--between", "1.5", "2")
    assert "+1.93 … +1.93 dB at equal rate from 1.5 to 2 bpp" in text
    assert text.rstrip().endswith("the curves share no rate there")


def test_rates_in_the_wrong_order_are_refused(printed):
    status, _, error = printed("--between", "2", "1")
    assert status != 0 and "lower one first" in str(error)
