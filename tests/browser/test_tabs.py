"""Two tabs of one browser work on different samples, and neither changes the other."""

import re

import pytest

from tests.browser.compare_page import (
    WAIT,
    downloaded,
    viewer_text,
    wait_for_results,
)
from tests.conftest import ROOT

APP = ROOT / "dashboard" / "app.py"


@pytest.fixture(scope="module")
def app(serve):
    return serve(APP)


def budget(page):
    return page.locator(".st-key-cmp_bytes input")


def choose_budget(page, count: int) -> None:
    """Types a number of bytes, and waits until the page's address tells of it."""
    budget(page).fill(str(count))
    budget(page).press("Enter")
    page.wait_for_url(re.compile(rf"[?&]b={count}(&|$)"), timeout=WAIT)
    wait_for_results(page)


def seen(page) -> tuple:
    """What a person sees of a comparison: picture, codecs, budget, figures, address."""
    page.locator("[data-testid=stSidebar]").get_by_text(" px · ").wait_for(timeout=WAIT)
    caption = page.locator("[data-testid=stSidebar]").get_by_text(" px · ").inner_text()
    codecs = page.locator(".st-key-cmp_codecs [data-baseweb=tag]").all_inner_texts()
    return caption, codecs, budget(page).input_value(), viewer_text(page), page.url


def test_two_tabs_do_not_change_each_other(app, open_page):
    cat = open_page(f"{app}/?src=sample:chelsea&c=jpeg,webp&b=6000")
    coffee = open_page(f"{app}/?src=sample:coffee&c=jpeg,jpeg2000&b=9000", beside=cat)
    for page in (cat, coffee):
        wait_for_results(page)
    before = seen(cat)
    assert before[0].startswith("Cat") and before[1] == ["JPEG", "WebP"]
    choose_budget(coffee, 12_000)
    assert seen(cat) == before

    of_coffee = seen(coffee)
    assert of_coffee[0].startswith("Coffee") and of_coffee[1] == ["JPEG", "JPEG 2000"]
    choose_budget(cat, 8_000)
    assert seen(coffee) == of_coffee
    assert seen(cat)[0] == before[0] and seen(cat)[3] != before[3]
    for page, most in ((cat, 8_000), (coffee, 12_000)):
        assert 0.9 * most < len(downloaded(page, "dl_jpeg")) <= most
