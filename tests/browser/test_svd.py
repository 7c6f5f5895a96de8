"""The SVD page in a real browser: it draws, a new rank reaches the picture, and what it offers can
be downloaded.
"""

import io

import numpy as np
import pytest
from PIL import Image

from core.codecs.registry import get
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def svd_page(serve, open_page):
    """Opens the page by its address, with the smallest of the samples."""
    address = f"{serve(ROOT / 'dashboard' / 'serve.py')}/svd?src=sample:chelsea"
    return lambda **how: open_page(address, **how)


def test_a_person_looks_at_ranks_and_takes_files_away(svd_page):
    page = svd_page()
    page.set_default_timeout(240_000)
    page.get_by_text("svd file of at most rank 30").wait_for()  # a tenth of the sample's 300
    page.locator(".js-plotly-plot").nth(7).wait_for()  # four charts, the bill, three maps
    bars = page.locator(".st-key-svd_rate .js-plotly-plot .bars .point")
    bars.nth(5).wait_for()
    assert bars.count() == 6
    page.locator(".st-key-svd_factor input").fill("0.15")
    page.keyboard.press("Enter")
    page.get_by_text("svd file of at most rank 26").wait_for()  # ⌊0.15 · 300 · 451 / 752⌋
    assert page.get_by_text("Rank 26").first.is_visible()

    with page.expect_download() as started:
        page.get_by_role("button", name="Approximation (PNG)").click()
    picture = np.asarray(Image.open(io.BytesIO(started.value.path().read_bytes())))
    with page.expect_download() as started:
        page.get_by_role("button", name="svd file of at most rank 26").click()
    decoded = get("svd").decode(started.value.path().read_bytes())
    assert picture.shape == decoded.shape == (300, 451, 3)
    assert np.abs(picture.astype(float) - decoded).mean() < 12


@pytest.mark.parametrize(("width", "theme"), [(400, "dark"), (1280, "light")])
def test_nothing_is_wider_than_the_screen(svd_page, width, theme):
    page = svd_page(width=width, theme=theme)
    page.set_default_timeout(240_000)
    page.get_by_text("A small matrix to play with").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
