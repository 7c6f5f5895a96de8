"""Exercises on a page: right answers are explained, wrong ones get help; the glossary is there."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from core.images import Picture
from core.teaching.glossary import GLOSSARY
from tests.conftest import ROOT, synthetic


@pytest.fixture(scope="module")
def app() -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / "svd.py"), default_timeout=400)
    app.session_state.picture = Picture("waves", synthetic(48, 64))
    return app.run()


def test_a_wrong_answer_gets_help_and_a_right_one_an_explanation(app):
    answer = app.number_input(key="svd_rank_answer")
    answer.set_value(3.0).run()
    assert any("round down" in warning.value for warning in app.warning) and not app.success
    answer = app.number_input(key="svd_rank_answer")
    answer.set_value(2.0).run()  # 0.1 · 48 · 64 / 113 = 2.7
    assert any("2.72" in success.value for success in app.success) and not app.exception


def test_every_page_has_the_glossary(app):
    shown = "".join(html.proto.body for html in app.get("html"))
    assert all(f"<dt>{term}</dt>" in shown for terms in GLOSSARY.values() for term in terms)
    for page in (ROOT / "pages").glob("*.py"):
        assert "Head(" in page.read_text("utf-8"), page.name
        assert re.search(r"offer_notebook\(|show\(head\)", page.read_text("utf-8")), page.name
