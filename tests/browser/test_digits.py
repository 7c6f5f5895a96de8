"""Digits in a real browser: draw one, flip a bit; and two people at once, one of whom trains."""

import re
import time

import pytest

from core import jobs
from tests.conftest import ROOT

APP = ROOT / "dashboard" / "serve.py"


@pytest.fixture
def address(serve, no_run_is_left) -> str:
    """The server that all tests share, with the models that ship; its jobs are ours to see."""
    return serve(APP)


def visit(open_page, address: str, title: str):
    """A new person's page, opened by its own address, once its title is there."""
    page = open_page(address)
    page.set_default_timeout(60_000)
    page.get_by_role("heading", name=title, level=1).wait_for()
    return page


def open_section(page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(name, exact=True).click()


def test_a_drawn_digit_gets_bytes_and_a_flipped_bit_changes_the_picture(address, open_page):
    page = visit(open_page, f"{address}/digits", "A digit in a few bytes")
    open_section(page, "Your digit")
    pad = page.get_by_label("Draw a digit here")
    box = pad.bounding_box()

    def at(u: float, v: float) -> tuple[float, float]:
        return box["x"] + u * box["width"], box["y"] + v * box["height"]

    page.mouse.move(*at(0.3, 0.2))
    page.mouse.down()
    for u, v in ((0.7, 0.2), (0.45, 0.85)):
        page.mouse.move(*at(u, v), steps=6)
    page.mouse.up()
    told = page.get_by_text(re.compile("bytes · .* bits of information"))
    told.wait_for(timeout=180_000)  # TensorFlow starts meanwhile
    flipped = page.get_by_alt_text(re.compile("^after 1 flipped bit"))
    assert flipped.count() == 0
    bits = page.get_by_test_id("stButtonGroup").last.get_by_role("button")
    bits.first.click()
    flipped.wait_for()
    back = page.get_by_alt_text("what its string gives back")
    assert flipped.get_attribute("src").startswith("data:image/png") and back.count() == 1
    page.get_by_text("Clear", exact=True).click()
    page.get_by_text("Draw one digit, large").wait_for()


def test_two_people_one_trains_both_go_on(address, open_page, tfds_dir):
    trainer = visit(open_page, f"{address}/train", "Train & models")
    visitor = visit(open_page, f"{address}/digits", "A digit in a few bytes")
    open_section(visitor, "Trade-off")
    visitor.get_by_test_id("stPlotlyChart").first.wait_for()
    trainer.get_by_label("Name in the store").first.fill("two-people")
    trainer.get_by_role("button", name="Start training").click()
    trainer.get_by_text("running", exact=True).first.wait_for()
    (job,) = [job for job in jobs.jobs("training") if "two-people" in job.args]
    deadline = time.monotonic() + 120
    while not job.progress() and time.monotonic() < deadline:
        time.sleep(0.2)
    trainer.get_by_text(re.compile(r"step \d+ of 7,020")).first.wait_for(timeout=60_000)

    for key, lmbda in (("ArrowLeft", 1000), ("ArrowRight", 2000), ("ArrowLeft", 1000)):
        start = time.monotonic()
        visitor.get_by_role("slider").first.press(key)
        visitor.get_by_text(f"at λ = {lmbda};").wait_for(timeout=10_000)
        assert time.monotonic() - start < 10

    start = time.monotonic()
    trainer.get_by_role("button", name="Stop").click()
    trainer.get_by_text("stopped", exact=True).first.wait_for(timeout=60_000)
    assert job.state() == "cancelled" and job.progress()[-1]["event"] == "cancelled"
    trainer.get_by_role("button", name="Resume").wait_for()
