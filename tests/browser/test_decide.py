"""Decide in a browser: from uploaded pictures to unzipped files whose figures are measured anew, by
keyboard where a person would, on a phone and in the dark theme too.
"""

import csv
import io
import zipfile
from pathlib import Path

import pytest

from core import images, metrics
from core.codecs.registry import get
from tests.conftest import ROOT, synthetic

APP = ROOT / "dashboard" / "serve.py"
# What reaches beyond the screen, by name.
BEYOND = """() => [...document.querySelectorAll("[data-testid=stMain] *")]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map((one) => `${one.tagName} ${one.dataset.testid ?? one.className}`)"""
PATIENT_MS = 240_000  # the machine may be busy


@pytest.fixture
def shop(tmp_path: Path) -> list[Path]:
    """Five small pictures, and one that is too small for SSIMULACRA 2: no codec takes it."""
    paths = []
    for i in range(5):
        paths.append(tmp_path / f"p{i}.png")
        paths[-1].write_bytes(images.png(synthetic(72, 64 + 8 * i, seed=i)))
    paths.append(tmp_path / "tiny.png")
    paths[-1].write_bytes(images.png(synthetic(5, 5)))
    return paths


@pytest.mark.slow
def test_from_upload_to_unzipped_files(shop, tmp_path, serve, open_page):
    page = open_page(f"{serve(APP)}/decide")
    page.set_default_timeout(PATIENT_MS)
    page.get_by_text("Each with SSIMULACRA").wait_for()
    for name in ("AVIF", "WebP"):
        tag = page.locator(".st-key-dec_codecs [data-baseweb=tag]", has_text=name)
        tag.locator("[role=presentation]").last.click()
        tag.wait_for(state="detached")
    # By keyboard: the worst that is acceptable, from 80 down to the lowest.
    page.get_by_label("The worst that you would accept").get_by_role("slider").or_(
        page.get_by_role("slider").first
    ).first.press("Home")
    page.get_by_text("Upload", exact=True).click()
    page.locator(".st-key-dec_upload_0 input[type=file]").set_input_files(shop)
    page.get_by_text("6 pictures").first.wait_for()
    page.locator(".st-key-dec_start button").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Take the files home").wait_for()
    page.get_by_text("was left out").wait_for()
    page.locator(".st-key-dec_encode button").click()
    page.get_by_text("measured on the files").wait_for()
    page.get_by_text("could not be encoded").wait_for()
    with page.expect_download() as waiting:
        page.locator(".st-key-dec_pictures button").click()
    with zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes())) as archive:
        assert archive.testzip() is None
        files = {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
    rows = list(csv.DictReader(io.StringIO(files["manifest.csv"].decode())))
    assert len(rows) == 6 and [r["image"] for r in rows if r["error"]] == ["tiny.png"]
    for row in rows:
        if not row["error"]:
            original = images.load(tmp_path / row["image"]).image
            decoded = get(row["codec"]).decode(files[row["file"]])
            again = metrics.measure(original, decoded, ("ssimulacra2", "psnr"))
            assert float(row["ssimulacra2"]) == again["ssimulacra2"]
            assert float(row["psnr"]) == again["psnr"]

    # The address leads back, on a phone and in the dark; nothing is wider than the screen.
    phone = open_page(page.url, width=390, height=844, theme="dark", ratio=2, touch=True)
    phone.set_default_timeout(PATIENT_MS)
    phone.get_by_text("measured on the files").wait_for()
    phone.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")  # all is drawn
    wide = phone.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390, phone.evaluate(BEYOND)
