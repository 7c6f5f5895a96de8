"""The Photos page in a real browser: a new level is a new file, and nothing is wider than the
screen.
"""

import re

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def address(serve) -> str:
    """The page with the smallest of the samples."""
    return f"{serve(ROOT / 'dashboard' / 'serve.py')}/photos?src=sample:chelsea"


def test_a_person_moves_the_level_and_takes_the_file_away(address, open_page):
    page = open_page(address)
    button = page.get_by_role("button", name="Learned (.rdx")
    button.wait_for()
    before = int(re.sub(r"\D", "", button.inner_text().split("rdx")[1]))
    page.get_by_role("slider", name="Level").press("ArrowRight")
    page.wait_for_function(
        """before => [...document.querySelectorAll("button")].some(
        b => b.innerText.includes("Learned (.rdx") && !b.innerText.includes(before))""",
        arg=f"{before:,} bytes",
    )
    with page.expect_download() as started:
        button.click()
    assert started.value.path().stat().st_size > before
    page.get_by_text("Where the bits go", exact=True).click()
    page.get_by_text("The most expensive channels").wait_for()
    pictures = page.locator(".thumbnails img")
    pictures.nth(11).wait_for()
    assert pictures.count() == 12


@pytest.mark.parametrize(("width", "theme"), [(400, "dark"), (1280, "light")])
def test_nothing_is_wider_than_the_screen(address, open_page, width, theme):
    page = open_page(address, width=width, theme=theme)
    page.get_by_text("On this picture").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
