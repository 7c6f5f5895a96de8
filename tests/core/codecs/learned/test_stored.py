"""What codecs know of the model store follows every change of it, and reads no card twice."""

import pytest

from core.codecs.learned import stored
from core.codecs.registry import get
from core.store import exchange, zoo
from tests.pages.digit_models import fill


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Untrained models of digits for λ = 10 and λ = 20, in a store of their own."""
    monkeypatch.setenv("RDX_MODELS", str(tmp_path))
    fill(lmbdas=(10, 20), vae=False)


def test_a_setting_reads_no_card_until_the_store_changes(store, monkeypatch):
    assert get("mnist").setting.grid == (10.0, 20.0)
    exported = exchange.export("mnist-20")
    with monkeypatch.context() as patch:
        patch.setattr(zoo, "cards", lambda family=None: pytest.fail("a card was read again"))
        assert get("mnist").setting.grid == (10.0, 20.0)
        assert get("mnist").identity(20)
    zoo.remove("mnist-20")
    assert get("mnist").setting.grid == (10.0,)
    exchange.import_file(exported)
    assert get("mnist").setting.grid == (10.0, 20.0)


def test_an_amended_card_is_seen(store):
    assert "note" not in stored.card("mnist-10")
    zoo.amend("mnist-10", {"note": "looked at again"})
    assert stored.card("mnist-10")["note"] == "looked at again"
