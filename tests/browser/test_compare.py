"""Compare in a real browser: upload, match, click, download, decode, link."""

import asyncio
import io
import json
import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.browser.compare_page import (
    WAIT,
    choose_upload,
    downloaded,
    keep_first_codecs,
    viewer_text,
    wait_for_curves,
    wait_for_picture,
    wait_for_results,
)
from tests.browser.conftest import assert_none
from tests.conftest import ROOT, synthetic
from tests.load.person import person


@pytest.fixture(scope="module")
def app(serve):
    return serve(ROOT / "dashboard" / "serve.py")


@pytest.fixture(scope="module")
def visited(app):
    """`app`, which has shown somebody its front page: what it opens with is known."""

    async def visit() -> bool:
        async with person(app.removeprefix("http://")) as one:
            one.open("")
            return await one.until(4, WAIT / 1000)

    with ThreadPoolExecutor(1) as beside:  # the browser's own loop runs in this thread
        assert beside.submit(lambda: asyncio.run(visit())).result()
    return app


def test_the_front_page_shows_a_compared_picture_without_a_click(app, open_page):
    page = open_page(app)
    wait_for_results(page)
    assert page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count() == 0
    assert "bpp" in viewer_text(page)
    for key in ("dl_jpeg", "dl_jpeg2000", "dl_webp", "dl_avif"):
        assert len(downloaded(page, key)) <= 512 * 512 // 16


def test_on_a_server_that_has_just_started_ssim_arrives_in_the_table_by_itself(serve, open_page):
    """The curves are measured, then the lines of the table, and nobody clicks. Also where the app
    is served alone: without the addresses beside it the inputs follow the first pictures.
    """
    app = serve(ROOT / "dashboard" / "app.py", RDX_ALONE="1")
    page = open_page(f"{app}/?src=sample:chelsea&c=jpeg,webp")
    wait_for_results(page)
    page.locator(".st-key-cmp_bpp").wait_for(timeout=WAIT)
    assert page.locator("[data-testid=stException]").count() == 0
    wait_for_curves(page)
    wait_for_structure(page)


def wait_for_structure(page) -> None:
    """Waits until JPEG and WebP have been measured by SSIM and MS-SSIM too."""
    for _ in range(WAIT // 1000):
        shown = [r for r in json.loads(downloaded(page, "dl_json"))["records"] if r.get("shown")]
        if all(r.get("ssim") is not None for r in shown):
            break
        page.wait_for_timeout(1000)
    assert {r["codec"] for r in shown} == {"jpeg", "webp"}
    assert all(0 < r["ssim"] <= 1 and 0 < r["ms_ssim"] <= 1 for r in shown)


def test_what_stands_for_parts_that_load_costs_nothing(visited, open_page):
    """Streamlit lets it shimmer; without a graphics card that keeps a core from loading them."""
    page, held = open_page("about:blank"), []
    page.route("**/Slider.*.js", lambda route: held.append(route))
    page.goto(visited)
    waiting = page.locator(".st-key-cmp_bpp [data-testid=stSkeleton]")
    waiting.wait_for(timeout=WAIT)
    moving = """() => document.getAnimations().filter((one) => one.playState === "running"
        && one.effect.target.closest("[data-testid=stSkeleton]")).length"""
    assert page.evaluate(moving) == 0
    for route in held:
        route.continue_()
    page.locator(".st-key-cmp_bpp input[type=range]").first.wait_for(timeout=WAIT)
    assert waiting.count() == 0


def hold_arrivals(page) -> list:
    """Withholds from the server that the first pictures are drawn; returns what is withheld."""
    held: list = []
    page.route("**/drawn/*", lambda route: held.append(route))
    return held


def test_at_a_first_visit_pictures_and_table_are_drawn_before_the_inputs_come(visited, open_page):
    page = open_page("about:blank")
    held = hold_arrivals(page)
    with page.expect_request("**/drawn/*"):
        page.goto(visited)
    page.locator(".codecs").wait_for()
    assert page.locator(".rdx[data-drawn]").count() == 1
    assert page.locator(".st-key-cmp_bpp").count() == 0
    held[0].continue_()
    page.locator(".st-key-cmp_bpp").wait_for(timeout=WAIT)
    wait_for_results(page)
    assert len(held) == 1


def test_another_page_can_be_chosen_while_the_first_pictures_are_drawn(visited, open_page):
    page = open_page("about:blank")
    held = hold_arrivals(page)
    with page.expect_request("**/drawn/*"):
        page.goto(visited)
    page.get_by_role("link", name="SVD", exact=True).click()
    held[0].continue_()
    page.get_by_role("heading", level=1).get_by_text("How few numbers make").wait_for(timeout=WAIT)
    page.locator("[data-testid=stSlider]").first.wait_for(timeout=WAIT)
    assert page.locator(".st-key-cmp_bpp, .codecs").count() == 0


def test_upload_match_click_download_decode_and_link(app, open_page, kodak, tmp_path):
    page = open_page(app, height=1400)
    wait_for_results(page)
    choose_upload(page)
    original = np.asarray(Image.open(kodak[4]))[128:384, 192:576]
    Image.fromarray(original).save(tmp_path / "part.png")
    page.locator(".st-key-upload input[type=file]").set_input_files(tmp_path / "part.png")
    wait_for_picture(page, "384 × 256 px")
    keep_first_codecs(page, ["JPEG", "JPEG 2000", "WebP"])
    budget = page.locator(".st-key-cmp_bytes input")
    budget.fill("10000")
    budget.press("Enter")
    page.locator("text=0.814 bits per pixel").wait_for(timeout=WAIT)
    wait_for_results(page)

    files = {key: downloaded(page, f"dl_{key}") for key in ("jpeg", "jpeg2000", "webp")}
    sizes = {key: len(data) for key, data in files.items()}
    assert all(0.9 * 10_000 < size <= 10_000 for size in sizes.values()), sizes
    for key, data in files.items():
        picture = np.asarray(Image.open(io.BytesIO(downloaded(page, f"dl_png_{key}"))))
        assert np.array_equal(picture, np.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
        assert picture.shape == original.shape

    points = page.locator(".st-key-cmp_chart .scatterlayer .trace").first.locator("path.point")
    points.nth(12).wait_for(timeout=WAIT)
    before = viewer_text(page)
    box = points.nth(11).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_function(
        "document.querySelector('.st-key-cmp_mode input:checked')?.value === '2'", timeout=WAIT
    )
    wait_for_results(page)
    clicked = downloaded(page, "dl_jpeg")
    assert len(clicked) > 15_000 and clicked[:2] == b"\xff\xd8"
    assert viewer_text(page) != before
    assert downloaded(page, "dl_webp") == files["webp"]  # the others stay

    (tmp_path / "again.jp2").write_bytes(files["jpeg2000"])
    page.locator(".st-key-decode_file input[type=file]").set_input_files(tmp_path / "again.jp2")
    page.locator("text=PSNR against the current picture").wait_for(timeout=WAIT)
    assert page.locator("text=384 × 256 pixels").count()

    page.wait_for_function("location.search.includes('jpeg')")
    link = page.url
    assert "src=upload" in link and "m=own" in link
    page = open_page(link, height=1400)  # another person: this tab would bring the upload back
    page.locator("text=Upload the file again").wait_for(timeout=WAIT)
    wait_for_results(page)
    tags = page.locator(".st-key-cmp_codecs [data-baseweb=tag]")
    tags.nth(2).wait_for()
    assert tags.all_inner_texts() == ["JPEG", "JPEG 2000", "WebP"]
    page.locator(".st-key-upload input[type=file]").set_input_files(tmp_path / "part.png")
    wait_for_picture(page, "384 × 256 px")
    wait_for_results(page)
    assert downloaded(page, "dl_jpeg") == clicked


def test_a_link_to_a_sample_restores_everything(app, open_page):
    page = open_page(
        f"{app}/?src=sample:coffee&c=jpeg,webp&m=quality&q=psnr:32&y=mse&x=log&hull=1&a=webp"
    )
    wait_for_results(page)
    wait_for_curves(page)
    assert page.locator("text=Coffee").count()
    points = json.loads(downloaded(page, "dl_json"))
    shown = [r for r in points["records"] if r.get("shown")]
    assert {r["codec"] for r in shown} == {"jpeg", "webp"} and all(
        32 <= r["psnr"] < 33 for r in shown
    )
    page.locator(".st-key-cmp_chart").get_by_text("Hull of all").first.wait_for(timeout=WAIT)
    assert "MSE" in page.locator(".st-key-cmp_y input").input_value()
    wait_for_structure(page)


@pytest.mark.parametrize(
    "query",
    [
        "src=sample:nothing&c=a,b,c&m=x&b=-5&q=psnr:1e9&s=jpeg:nan&y=%00&lambda=inf&a=%F0",
        "src=http://127.0.0.1:1/x.png",
        "c=jpeg,jpeg,jpeg&m=own&s=jpeg:1e400,webp:[[[[,avif:999&b=9999999999999999999999",
    ],
)
def test_hostile_links_end_in_a_working_page(app, open_page, query):
    page = open_page(f"{app}/?{query}")
    wait_for_results(page)
    assert page.locator("[data-testid=stException]").count() == 0


def test_what_is_no_picture_and_no_bitstream_is_refused_in_words(app, open_page, tmp_path):
    page = open_page(app)
    wait_for_results(page)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff" + bytes(100))
    choose_upload(page)
    page.locator(".st-key-upload input[type=file]").set_input_files(tmp_path / "broken.png")
    page.locator("text=broken.png: ").wait_for(timeout=WAIT)
    page.locator(".st-key-decode_file input[type=file]").set_input_files(tmp_path / "broken.jpg")
    page.locator("text=was not decoded").wait_for(timeout=WAIT)
    assert page.locator("[data-testid=stException]").count() == 0


def test_a_sweep_can_be_stopped_and_goes_on(app, open_page, tmp_path):
    new = int.from_bytes(os.urandom(4))  # the curves of a picture that was seen may be known
    Image.fromarray(synthetic(900, 1000, seed=new)).save(tmp_path / "large.png")
    page = open_page(f"{app}/?c=jpegxl,webp")
    wait_for_results(page)
    choose_upload(page)
    page.locator(".st-key-upload input[type=file]").set_input_files(tmp_path / "large.png")
    wait_for_picture(page, "1000 × 900 px")
    page.locator(".st-key-cmp_stop button").click(timeout=WAIT)
    stopped = page.locator("text=/Stopped: \\d+ of \\d+ measurements/")
    stopped.wait_for(timeout=WAIT)
    page.locator(".st-key-cmp_go_on button").click()
    stopped.wait_for(state="hidden", timeout=WAIT)
    page.locator("text=Measuring the curves").wait_for(timeout=WAIT)


@pytest.fixture
def cat(app, tab) -> tuple:
    """A page that shows the smallest sample in two codecs, and the errors that it wrote."""
    page, problems = tab
    if not page.url.startswith(app):
        page.goto(f"{app}/?src=sample:chelsea&c=jpeg,webp")
    wait_for_results(page)
    wait_for_curves(page)
    return page, problems


def test_the_report_opens_by_itself(cat, tmp_path, chromium):
    page, problems = cat
    report = tmp_path / "report.html"
    report.write_bytes(downloaded(page, "dl_report"))
    requests, alone = [], chromium.new_context().new_page()
    alone.on("request", lambda r: requests.append(r.url))
    alone.goto(report.as_uri())
    alone.locator(".js-plotly-plot .scatterlayer .trace").first.wait_for(timeout=WAIT)
    assert alone.locator("figure img").count() == 3
    assert alone.evaluate("[...document.images].every(i => i.naturalWidth == 451)")
    assert not [u for u in requests if u.startswith("http")]
    alone.context.close()
    assert_none(problems)


async def taken_away(address: str) -> list[str]:
    """What the messages of two moves of the budget take away before something else is drawn."""
    async with person(address.removeprefix("http://")) as one:
        kinds: dict[tuple[int, ...], str] = {}  # path -> what is there
        gone: list[tuple[tuple[int, ...], str]] = []
        away, take, moving = [], one._take, False

        def watch(message: ForwardMsg) -> None:
            if message.WhichOneof("type") == "delta":
                path, delta = tuple(message.metadata.delta_path), message.delta
                away.extend(kind for was, kind in gone if was != path and moving)
                gone.clear()
                kind = delta.new_element.WhichOneof("type") or "block"
                if kind == "empty" and kinds.get(path, kind) != kind:
                    gone.append((path, kinds[path]))
                kinds[path] = kind
            take(message)

        one._take = watch
        one.open("src=sample:chelsea&c=jpeg,webp")
        assert await one.until_so(lambda: one.measured, WAIT / 1000)
        moving = True
        for budget in (5432, 9876):
            before = one.runs
            one.set_budget(budget)
            assert await one.until_so(lambda n=before: one.runs > n and one.measured, WAIT / 1000)
        return [kind for kind in away if kind not in ("markdown", "progress", "button")]


def test_what_is_drawn_anew_is_not_taken_away_before(app):
    """Table, chart and buttons: what stands below them does not jump."""
    with ThreadPoolExecutor(1) as beside:  # the browser's own loop runs in this thread
        assert beside.submit(lambda: asyncio.run(taken_away(app))).result() == []


def test_lambda_moves_every_codec_to_its_optimum(cat):
    page, problems = cat
    page.locator(".st-key-cmp_tangent label").click()
    page.wait_for_function("location.search.includes('lambda=0.01')", timeout=WAIT)
    wait_for_results(page)
    records = json.loads(downloaded(page, "dl_json"))["records"]
    for codec in ("jpeg", "webp"):
        mine = [r for r in records if r["codec"] == codec]
        (shown,) = (r for r in mine if r.get("shown"))
        assert shown["bpp"] + 0.01 * shown["mse"] == pytest.approx(
            min(r["bpp"] + 0.01 * r["mse"] for r in mine)
        )
    assert_none(problems)
