"""Two tabs, back and forward, reload in the middle of work: a person finds what was there."""

import json
import os
import re

import numpy as np
import pytest
from PIL import Image

from core.images.samples import sample
from tests.browser.compare_page import (
    WAIT,
    choose_upload,
    downloaded,
    viewer_text,
    wait_for_curves,
    wait_for_results,
)
from tests.conftest import ROOT

APP = ROOT / "dashboard" / "serve.py"


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


COMPARE, SVD = "What does every bit buy?", "How few numbers make a picture?"


def test_back_and_forward_lead_from_page_to_page_and_restore_what_was_shown(app, open_page):
    """Choices on a page are no steps of the way back."""
    page = open_page(f"{app}/?src=sample:chelsea&c=jpeg,webp&b=6000")
    wait_for_results(page)
    for count in (6_500, 7_000):
        choose_budget(page, count)
    before = seen(page)
    page.get_by_role("link", name="SVD").click()
    page.get_by_role("heading", name=SVD).wait_for(timeout=WAIT)
    rank = page.locator(".st-key-svd_factor input")
    rank.fill("0.15")
    rank.press("Enter")
    page.get_by_text("svd file of at most rank 26").wait_for(timeout=WAIT)
    shown = rank.input_value()
    assert float(shown) == pytest.approx(0.15, abs=0.01)

    page.go_back()
    page.get_by_role("heading", name=COMPARE).wait_for(timeout=WAIT)
    wait_for_results(page)
    assert seen(page) == before

    page.go_forward()
    page.get_by_role("heading", name=SVD).wait_for(timeout=WAIT)
    page.get_by_text("svd file of at most rank 26").wait_for(timeout=WAIT)
    assert rank.input_value() == shown


def test_choices_outlive_a_visit_to_another_page(app, open_page):
    page = open_page(f"{app}/?src=sample:chelsea&c=jpeg,webp&b=6000")
    wait_for_results(page)
    for count in (6_500, 7_000):  # twice there and back
        choose_budget(page, count)
        page.get_by_role("link", name="Train & models").click()
        page.get_by_role("heading", name="Train & models").wait_for(timeout=WAIT)
        page.get_by_text("Stored models").first.wait_for(timeout=WAIT)
        page.get_by_role("link", name="Compare").click()
        page.get_by_role("heading", name=COMPARE).wait_for(timeout=WAIT)
        wait_for_results(page)
        assert budget(page).input_value() == str(count)
        assert seen(page)[1] == ["JPEG", "WebP"]


def test_a_reload_in_the_middle_of_work_loses_nothing(app, open_page, tmp_path):
    """The curves of an uploaded picture that nobody has measured before are under way when the page
    is loaded anew. Another person with the same address does not see the picture.
    """
    page = open_page(f"{app}/?src=sample:chelsea&c=jpeg,jpegxl&b=60000")
    wait_for_results(page)
    choose_budget(page, 9_000)
    choose_upload(page)
    mine = tmp_path / "mine.png"
    pixels = np.tile(sample("coffee").image, (2, 2, 1))[:500, :1100]
    pixels[0, :8] = np.frombuffer(os.urandom(24), np.uint8).reshape(8, 3)
    Image.fromarray(pixels).save(mine)
    page.locator(".st-key-upload input[type=file]").set_input_files(mine)
    page.locator("[data-testid=stSidebar]").get_by_text("1100 × 500 px").wait_for(timeout=WAIT)
    page.wait_for_url(re.compile("src=upload"), timeout=WAIT)  # the budget follows the picture
    page.get_by_text("Measuring the curves").wait_for(timeout=WAIT)
    wait_for_results(page)
    before = seen(page)
    most = int(re.search(r"[?&]b=(\d+)", page.url).group(1))
    assert page.get_by_text("Measuring the curves").count() == 1
    assert "src=upload" in page.url
    page.reload()
    page.locator("[data-testid=stSidebar]").get_by_text("1100 × 500 px").wait_for(timeout=WAIT)
    wait_for_results(page)
    assert seen(page) == before
    wait_for_curves(page)
    records = json.loads(downloaded(page, "dl_json"))["records"]
    shown = [record for record in records if record.get("shown")]
    assert {record["codec"] for record in shown} == {"jpeg", "jpegxl"}
    assert all(record["bytes"] <= most for record in shown) and len(records) >= 24

    other = open_page(page.url)
    other.get_by_text("which a link cannot carry").wait_for(timeout=WAIT)
