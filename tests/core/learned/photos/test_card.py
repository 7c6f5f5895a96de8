"""What the card of a model of photographs says of its training."""

import pytest

from core.learned.photos.card import commands
from core.store import zoo


def test_every_command_is_named_once_by_date():
    card = {
        "sessions": [
            {"command": "transforms", "date": "2026-01-01"},
            {"command": "both", "date": "2026-03-01"},
            {"command": "both", "date": "2026-03-02"},
        ],
        "entropy_model": {"before": {"sessions": [{"command": "network", "date": "2026-02-01"}]}},
    }
    assert commands(card) == ["transforms", "network", "both"]
    assert commands({"command": "alone"}) == ["alone"]


@pytest.mark.parametrize(
    "card",
    [{}, {"sessions": "rm"}, {"sessions": [1, {"command": 2}], "entropy_model": [{}]}],
)
def test_what_is_no_command_is_left_out(card):
    assert commands(card) == []


def test_the_shipped_neural_model_names_the_commands_of_both_its_parts():
    found = " ".join(commands(zoo.card("bls2017-neural")))
    assert "train bls2017" in found and "train entropy" in found
